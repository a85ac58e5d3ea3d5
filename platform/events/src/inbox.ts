import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'

/** An event's place in a consumer's database. */
export interface Delivery {
  readonly group: string
  readonly topic: string
  readonly key: string
  readonly eventId: string
}

/** Whether an event may take effect now: it is `new`, its effect is there already, or its key waits behind a failed one. */
export type Admission = 'new' | 'known' | 'parked'

/**
 * Enters an event in the inbox, in the transaction of its effect, unless it is there or its key is parked. Of two
 * transactions with the same event the second waits for the first.
 */
export async function enterInbox({ sql }: WriteHandle, { group, topic, key, eventId }: Delivery): Promise<Admission> {
  const [row] = await sql<{ is_parked: boolean; is_new: boolean }>`
    with parked as (
      select 1 from parked_keys where consumer_group = ${group} and topic = ${topic} and partition_key = ${key}
    ),
    entered as (
      insert into inbox (event_id, consumer_group) select ${eventId}::uuid, ${group}
      where not exists (select from parked)
      on conflict do nothing returning 1
    )
    select exists (select from parked) as is_parked, exists (select from entered) as is_new`
  if (row?.is_new === true) return 'new'
  return row?.is_parked === true && !(await isKnown({ sql }, eventId, group)) ? 'parked' : 'known'
}

/** Enters an event of a parked key, on its turn; false when its effect is there already. */
export async function enterInboxParked({ sql }: WriteHandle, { group, eventId }: Delivery): Promise<boolean> {
  const entered = await sql`
    insert into inbox (event_id, consumer_group) values (${eventId}, ${group}) on conflict do nothing returning 1`
  return entered.length > 0
}

async function isKnown({ sql }: ReadHandle, eventId: string, group: string): Promise<boolean> {
  const known = await sql`select 1 from inbox where event_id = ${eventId} and consumer_group = ${group}`
  return known.length > 0
}

const rowsPerDelete = 5_000

/** Forgets events that were handled so long ago that no log delivers them again by itself; answers how many. */
export async function pruneInbox(database: Database, olderThanMs: number): Promise<number> {
  let pruned = 0
  for (;;) {
    const rows = await database.transaction(
      ({ sql }) => sql`
        delete from inbox where ctid = any(array(
          select ctid from inbox where handled_at < now() - ${olderThanMs} * interval '1 millisecond' limit ${rowsPerDelete}
        )) returning 1`,
    )
    pruned += rows.length
    if (rows.length < rowsPerDelete) return pruned
  }
}
