import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** An event on its way into the lake. */
export interface StagedEvent {
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly happenedAt: Temporal.Instant
  /** JSON. */
  readonly data: string
}

/** Adds events behind those that are there. */
export async function stageEvents({ sql }: WriteHandle, events: readonly Omit<StagedEvent, 'seq'>[]): Promise<void> {
  const column = <Value>(of: (event: Omit<StagedEvent, 'seq'>) => Value) => events.map(of)
  await sql`
    insert into staged_events (id, type, subject, happened_at, data)
    select id, type, subject, happened_at, data
    from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ type }) => type)}::text[],
      ${column(({ subject }) => subject)}::text[], ${column(({ happenedAt }) => happenedAt)}::timestamptz[],
      ${column(({ data }) => data)}::text[]
    ) with ordinality as e(id, type, subject, happened_at, data, position) order by position`
}

/** How many events wait for the lake. */
export async function countStaged({ sql }: ReadHandle): Promise<number> {
  const [row] = await sql<{ count: number }>`select count(*)::int as count from staged_events`
  return row?.count ?? 0
}

/** A flush of staged events into the lake. */
export interface Flush {
  readonly number: number
  /** The version of the table that has it, once it is committed there. */
  readonly version: number | null
  readonly rows: number
}

/** Keeps other flushes from beginning or ending until the end of the transaction. */
function lockFlushes(tx: WriteHandle): Promise<void> {
  return advisoryXactLock(tx, 'stoa.flushes')
}

/** The flush that is being written, and the last one that was. */
export async function readFlushes({ sql }: ReadHandle): Promise<{ open: Flush | undefined; last: Flush | undefined }> {
  const rows = await sql<Flush & Record<string, unknown>>`
    select number, version, rows from flushes order by number desc limit 2`
  return { open: rows.find(({ version }) => version === null), last: rows.find(({ version }) => version !== null) }
}

/**
 * Returns the flush that is being written, or begins one with the oldest staged events; undefined if no event is staged. Its
 * number is higher than `above` and than every earlier one, and not used again by a database that was restored: it is the time.
 */
export async function openFlush(
  tx: WriteHandle,
  { above, nowMs, most }: { readonly above: number; readonly nowMs: number; readonly most: number },
): Promise<Flush | undefined> {
  await lockFlushes(tx)
  const { open, last } = await readFlushes(tx)
  if (open !== undefined) return open
  const number = Math.max(nowMs, above + 1, (last?.number ?? 0) + 1)
  const [row] = await tx.sql<{ rows: number }>`
    with taken as (
      update staged_events set flush = ${number}
      where seq in (select seq from staged_events where flush is null order by seq limit ${most}) returning 1
    )
    select count(*)::int as rows from taken`
  const rows = row?.rows ?? 0
  if (rows === 0) return undefined
  await tx.sql`insert into flushes (number, rows) values (${number}, ${rows})`
  return { number, version: null, rows }
}

/** The events of a flush, in their order. */
export function readFlushed({ sql }: ReadHandle, flush: number): Promise<StagedEvent[]> {
  return sql<StagedEvent & Record<string, unknown>>`
    select seq, id, type, subject, happened_at as "happenedAt", data from staged_events where flush = ${flush} order by seq`
}

/** Notes that a version of the table has the flush, and deletes its events and the notes of earlier flushes. */
export async function endFlush(tx: WriteHandle, flush: number, version: number): Promise<void> {
  await lockFlushes(tx)
  await tx.sql`update flushes set version = ${version} where number = ${flush}`
  await tx.sql`delete from staged_events where flush = ${flush}`
  await tx.sql`delete from flushes where number < ${flush}`
}
