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
 * Inserts events into the inbox, in the transaction of their effects, unless they exist or their keys are parked; returns the
 * admission of each. If two transactions insert the same event, the second waits for the first.
 */
export async function enterInbox(
  tx: WriteHandle,
  group: string,
  deliveries: readonly Delivery[],
): Promise<readonly Admission[]> {
  const rows = await tx.sql<{ event_id: string; is_parked: boolean }>`
    with asked as (
      select event_id, exists (
        select from parked_keys p
        where p.consumer_group = ${group} and p.topic = a.topic and p.partition_key = a.partition_key
      ) as is_parked
      from unnest(
        ${deliveries.map(({ eventId }) => eventId)}::uuid[], ${deliveries.map(({ topic }) => topic)}::text[],
        ${deliveries.map(({ key }) => key)}::text[]
      ) as a(event_id, topic, partition_key)
    ),
    entered as (
      insert into inbox (event_id, consumer_group)
      select distinct event_id, ${group} from asked where not is_parked order by event_id
      on conflict do nothing returning event_id
    )
    select event_id, false as is_parked from entered union all select event_id, true from asked where is_parked`
  const entered = new Set(rows.filter((row) => !row.is_parked).map(({ event_id }) => event_id))
  const parked = new Set(rows.filter((row) => row.is_parked).map(({ event_id }) => event_id))
  const admissions: Admission[] = []
  for (const { eventId } of deliveries) {
    // An event that is there twice takes effect once.
    if (entered.delete(eventId)) admissions.push('new')
    else admissions.push(parked.has(eventId) && !(await isKnown(tx, eventId, group)) ? 'parked' : 'known')
  }
  return admissions
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
