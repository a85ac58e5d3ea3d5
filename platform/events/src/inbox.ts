import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'

/** An event's place in a consumer's database. */
export interface Delivery {
  readonly group: string
  readonly topic: string
  readonly key: string
  readonly eventId: string
}

/** Whether an event may take effect now: it is `new`, it already took effect, or its key waits behind a failed event. */
export type Admission = 'new' | 'known' | 'parked'

/**
 * Inserts an event into the inbox, in the transaction of its effect, unless it exists or its key is parked. If two transactions
 * insert the same event, the second waits for the first.
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

/** Inserts an event of a parked key when it is next; returns false if it already took effect. */
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

/** How long a consumer remembers the events it has handled, by default. */
export const inboxRetentionMs = 30 * 24 * 60 * 60 * 1_000

/**
 * Deletes handled events and discarded dead letters that are so old that no log redelivers them automatically; returns the number
 * of rows.
 */
export async function pruneInbox(database: Database, olderThanMs: number): Promise<number> {
  const handled = await deleteInPortions(
    database,
    ({ sql }) => sql`
      delete from inbox where ctid = any(array(
        select ctid from inbox where handled_at < now() - ${olderThanMs} * interval '1 millisecond' limit ${rowsPerDelete}
      )) returning 1`,
  )
  const discarded = await deleteInPortions(
    database,
    ({ sql }) => sql`
      delete from dead_letters where id = any(array(
        select id from dead_letters
        where state = 'discarded' and discarded_at < now() - ${olderThanMs} * interval '1 millisecond' limit ${rowsPerDelete}
      )) returning 1`,
  )
  return handled + discarded
}

/** A statement at a time, so that no lock is held for long. */
async function deleteInPortions(
  database: Database,
  remove: (tx: WriteHandle) => Promise<readonly object[]>,
): Promise<number> {
  let removed = 0
  for (;;) {
    const rows = await database.transaction(remove)
    removed += rows.length
    if (rows.length < rowsPerDelete) return removed
  }
}
