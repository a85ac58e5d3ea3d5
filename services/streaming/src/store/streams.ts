import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { LateEvent } from '../engine/fold.ts'

/** The stored state of a stream. */
export interface StreamRow {
  readonly name: string
  readonly watermark: Temporal.Instant | null
  readonly lateEvents: number
}

/** The watermark, which cannot move before the end of the transaction; creates the row of a new stream. */
export async function holdWatermark({ sql }: WriteHandle, stream: string): Promise<Temporal.Instant | null> {
  const read = () =>
    sql<{ watermark: Temporal.Instant | null }>`select watermark from streams where name = ${stream} for share`
  const [row] = await read()
  if (row !== undefined) return row.watermark
  await sql`insert into streams (name) values (${stream}) on conflict do nothing`
  return (await read())[0]?.watermark ?? null
}

/** Moves the watermark forward, never back; returns the one that holds. Waits for the batches in progress. */
export async function raiseWatermark(
  { sql }: WriteHandle,
  stream: string,
  watermark: Temporal.Instant,
): Promise<Temporal.Instant> {
  const [row] = await sql<{ watermark: Temporal.Instant }>`
    insert into streams (name, watermark) values (${stream}, ${watermark})
    on conflict (name) do update set watermark = greatest(streams.watermark, excluded.watermark)
    returning watermark`
  return row?.watermark ?? watermark
}

/** Notes the time of the latest event of a partition. */
export async function noteTime(
  { sql }: WriteHandle,
  stream: string,
  { topic, partition, at }: { readonly topic: string; readonly partition: number; readonly at: Temporal.Instant },
): Promise<void> {
  await sql`
    insert into stream_partitions as p (stream, topic, partition, event_time)
    values (${stream}, ${topic}, ${partition}, ${at})
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
    select name, watermark, late_events as "lateEvents" from streams`
}

/** Forgets the watermark, the times and the late events of a stream. */
export async function forgetTimes({ sql }: WriteHandle, stream: string): Promise<void> {
  await sql`update streams set watermark = null, late_events = 0 where name = ${stream}`
  await sql`delete from stream_partitions where stream = ${stream}`
  await sql`delete from late_events where stream = ${stream}`
}
