import type { WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { EventLog, LogPosition, LogRange } from './event-log.ts'

/** Where a group without positions starts; undefined is the oldest event. */
type Start = Temporal.Instant | null

/** Stores where a new group starts, once: a later start of the process changes nothing. */
export async function noteStart(database: Database, group: string, start: Start): Promise<void> {
  await database.transaction(
    ({ sql }) => sql`
      insert into batch_groups (consumer_group, starts_at) values (${group}, ${start}::timestamptz) on conflict do nothing`,
  )
}

/** Returns the stored positions of these partitions; those that have none get the one at which the group starts. */
export async function readPlaces(
  { database, log, group }: { readonly database: Database; readonly log: EventLog; readonly group: string },
  partitions: readonly LogPosition[],
): Promise<LogPosition[]> {
  const stored = await readPositions(database, group)
  const isStored = ({ topic, partition }: LogPosition) =>
    stored.some((each) => each.topic === topic && each.partition === partition)
  const missing = partitions.filter((each) => !isStored(each))
  if (missing.length === 0) return stored
  const [row] = await database.read.sql<{ starts_at: Start }>`
    select starts_at from batch_groups where consumer_group = ${group}`
  if (row === undefined) return stored
  const starts = await startsOf(log, missing, row.starts_at)
  await insertPositions(database, group, starts, row.starts_at)
  return readPositions(database, group)
}

async function startsOf(log: EventLog, missing: readonly LogPosition[], start: Start): Promise<LogPosition[]> {
  if (start === null) return missing.map((each) => ({ ...each, position: 0 }))
  const topics = [...new Set(missing.map(({ topic }) => topic))]
  const found = (await Promise.all(topics.map((topic) => log.positionsSince(topic, start)))).flat()
  return found.filter(({ topic, partition }) =>
    missing.some((each) => each.topic === topic && each.partition === partition),
  )
}

/** The stored positions of a group. */
export function readPositions({ read }: Pick<Database, 'read'>, group: string): Promise<LogPosition[]> {
  return read.sql<{ topic: string; partition: number; position: number }>`
    select topic, partition, position from batch_positions where consumer_group = ${group}`
}

/** Unless the group has been given another start in the meantime. */
async function insertPositions(
  database: Database,
  group: string,
  positions: readonly LogPosition[],
  start: Start,
): Promise<void> {
  const topics = positions.map(({ topic }) => topic)
  const partitions = positions.map(({ partition }) => partition)
  const values = positions.map(({ position }) => position)
  await database.transaction(async ({ sql }) => {
    const same = await sql`
      select 1 from batch_groups
      where consumer_group = ${group} and starts_at is not distinct from ${start}::timestamptz for share`
    if (same.length === 0) return
    await sql`
      insert into batch_positions (consumer_group, topic, partition, position)
      select ${group}, * from unnest(${topics}::text[], ${partitions}::smallint[], ${values}::bigint[])
      on conflict do nothing`
  })
}

/**
 * Moves the position from the beginning of a range to its end, and locks it until the end of the transaction. Returns false if it is not
 * at the beginning: another member has handled the range, or the group was moved.
 */
export async function advance({ sql }: WriteHandle, group: string, range: LogRange): Promise<boolean> {
  const { topic, partition, from, to } = range
  const moved = await sql`
    update batch_positions set position = ${to}
    where consumer_group = ${group} and topic = ${topic} and partition = ${partition} and position = ${from} returning 1`
  return moved.length > 0
}

/** Gives a group another start, and forgets its positions; waits for the batches in progress. */
export async function restart({ sql }: WriteHandle, group: string, start: Start): Promise<void> {
  await sql`
    insert into batch_groups (consumer_group, starts_at) values (${group}, ${start}::timestamptz)
    on conflict (consumer_group) do update set starts_at = excluded.starts_at`
  await sql`delete from batch_positions where consumer_group = ${group}`
}
