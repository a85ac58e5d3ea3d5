import type { BatchPart, ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock, advisoryXactLockShared } from '@stoa/postgres'
import type { LateEvent } from '../engine/fold.ts'

/** The stored state of a stream. */
export interface StreamRow {
  readonly name: string
  readonly watermark: Temporal.Instant | null
  readonly lateEvents: number
  readonly droppedEvents: number
}

/**
 * The watermark, which cannot move before the end of the transaction; creates the row of a new stream. The lock is an advisory one, because
 * its queue is fair: shared row locks would pass a waiting change of the watermark for as long as batches overlap.
 */
export async function holdWatermark(tx: WriteHandle, stream: string): Promise<Temporal.Instant | null> {
  const { sql } = tx
  const read = () => sql<{ watermark: Temporal.Instant | null }>`select watermark from streams where name = ${stream}`
  // in two statements, because the second one has to see what the first one waited for
  const [, [row]] = await Promise.all([advisoryXactLockShared(tx, lockNameOf(stream)), read()])
  if (row !== undefined) return row.watermark
  await sql`insert into streams (name) values (${stream}) on conflict do nothing`
  return (await read())[0]?.watermark ?? null
}

/** Waits for the batches in progress, and keeps others from beginning until the end of the transaction. */
function lockWatermark(tx: WriteHandle, stream: string): Promise<void> {
  return advisoryXactLock(tx, lockNameOf(stream))
}

const lockNameOf = (stream: string) => `stoa.watermark:${stream}`

/** The number of resets of a stream. */
export async function readGeneration({ sql }: ReadHandle, stream: string): Promise<number> {
  const [row] = await sql<{ generation: number }>`select generation from streams where name = ${stream}`
  return row?.generation ?? 0
}

/** Whether a stream was not reset since that generation; if so, it is not before the end of the transaction. */
export async function holdGeneration({ sql }: WriteHandle, stream: string, generation: number): Promise<boolean> {
  const rows = await sql`select 1 from streams where name = ${stream} and generation = ${generation} for share`
  return rows.length > 0
}

/**
 * Moves the watermark forward, never back and never beyond the clock of the database; returns the one that is valid, or undefined if the stream
 * was reset since that generation.
 */
export async function raiseWatermark(
  tx: WriteHandle,
  stream: string,
  { watermark, generation }: { readonly watermark: Temporal.Instant; readonly generation: number },
): Promise<Temporal.Instant | undefined> {
  await lockWatermark(tx, stream)
  const [row] = await tx.sql<{ watermark: Temporal.Instant }>`
    insert into streams as s (name, watermark) values (${stream}, least(${watermark}::timestamptz, clock_timestamp()))
    on conflict (name) do update set watermark = greatest(s.watermark, excluded.watermark)
      where s.generation = ${generation}
    returning watermark`
  return row?.watermark
}

/** Notes the time of the latest event of each of these partitions. */
export async function noteTimes({ sql }: WriteHandle, stream: string, parts: readonly BatchPart[]): Promise<void> {
  if (parts.length === 0) return
  const latest = parts.map(({ events }) => Math.max(...events.map(({ time }) => Date.parse(time))))
  await sql`
    insert into stream_partitions as p (stream, topic, partition, event_time)
    select ${stream}, * from unnest(
      ${parts.map(({ topic }) => topic)}::text[], ${parts.map(({ partition }) => partition)}::smallint[],
      ${latest.map((ms) => Temporal.Instant.fromEpochMilliseconds(ms))}::timestamptz[])
    on conflict (stream, topic, partition) do update set event_time = greatest(p.event_time, excluded.event_time)`
}

/** The time of the latest event of each partition. */
export function readTimes(
  { sql }: ReadHandle,
  stream: string,
): Promise<{ topic: string; partition: number; at: Temporal.Instant }[]> {
  return sql<{ topic: string; partition: number; at: Temporal.Instant }>`
    select topic, partition, event_time as at from stream_partitions where stream = ${stream}`
}

/** Keeps events that were too late beside the results, and counts them. */
export async function noteLate({ sql }: WriteHandle, stream: string, late: readonly LateEvent[]): Promise<void> {
  const starts = late.map(({ startMs }) => Temporal.Instant.fromEpochMilliseconds(startMs))
  const events = late.map(({ event }) => event)
  const noted = await sql`
    insert into late_events (stream, event_id, type, subject, event_time, window_start)
    select ${stream}, * from unnest(
      ${events.map(({ id }) => id)}::uuid[], ${events.map(({ type }) => type)}::text[],
      ${events.map(({ subject }) => subject)}::text[], ${events.map(({ time }) => time)}::timestamptz[],
      ${starts}::timestamptz[])
    on conflict do nothing returning 1`
  await sql`update streams set late_events = late_events + ${noted.length} where name = ${stream}`
}

/** Removes late events that were noted before; returns how many. */
export async function deleteLate({ sql }: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await sql`
    delete from late_events where (stream, event_id) in (
      select stream, event_id from late_events where noted_at < ${before} limit ${limit}
    ) returning 1`
  return rows.length
}

/** All stored streams. */
export function readStreams({ sql }: ReadHandle): Promise<StreamRow[]> {
  return sql<StreamRow & Record<string, unknown>>`
    select name, watermark, late_events as "lateEvents", dropped_events as "droppedEvents" from streams`
}

/** Forgets the watermark, the times and the late events of a stream. */
export async function forgetTimes(tx: WriteHandle, stream: string): Promise<void> {
  const { sql } = tx
  await lockWatermark(tx, stream)
  await sql`update streams set watermark = null, late_events = 0, generation = generation + 1 where name = ${stream}`
  await sql`delete from stream_partitions where stream = ${stream}`
  await sql`delete from late_events where stream = ${stream}`
}
