import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { keyText, type Values, type WindowContent } from '../engine/fold.ts'
import type { Key } from '../engine/stream.ts'

/** A stored window. */
export interface StoredWindow {
  readonly key: string
  readonly keyFields: Key
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly state: Values
  readonly revision: number
  readonly isClosed: boolean
}

const instant = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms)

/** Makes the rows of these windows that are missing, without values, and locks them all in their order. */
export async function lockWindows(
  { sql }: WriteHandle,
  stream: string,
  windows: readonly WindowContent[],
  sizeMs: number,
): Promise<Values[]> {
  const starts = windows.map(({ startMs }) => instant(startMs))
  const ends = windows.map(({ startMs }) => instant(startMs + sizeMs))
  const keys = windows.map(({ key }) => keyText(key))
  const fields = windows.map(({ key }) => JSON.stringify(key))
  await sql`
    insert into windows (stream, starts_at, key, key_fields, ends_at, state, is_dirty)
    select ${stream}, w.starts_at, w.key, w.fields::jsonb, w.ends_at, '{}', true
    from unnest(${starts}::timestamptz[], ${keys}::text[], ${fields}::text[], ${ends}::timestamptz[])
      as w(starts_at, key, fields, ends_at)
    on conflict do nothing`
  const rows = await sql<{ starts_at: Temporal.Instant; key: string; state: Values }>`
    select w.starts_at, w.key, w.state from windows w
    where w.stream = ${stream}
      and (w.starts_at, w.key) in (select * from unnest(${starts}::timestamptz[], ${keys}::text[]))
    order by w.starts_at, w.key for update`
  const states = new Map(rows.map((row) => [`${row.starts_at.epochMilliseconds} ${row.key}`, row.state]))
  return windows.map(({ startMs, key }) => states.get(`${startMs} ${keyText(key)}`) ?? {})
}

/** Stores the new values of locked windows, which then wait for their result to be published. */
export async function updateWindows(
  { sql }: WriteHandle,
  stream: string,
  windows: readonly WindowContent[],
): Promise<void> {
  const starts = windows.map(({ startMs }) => instant(startMs))
  const keys = windows.map(({ key }) => keyText(key))
  const states = windows.map(({ values }) => JSON.stringify(values))
  await sql`
    update windows w set state = n.state::jsonb, is_dirty = true
    from unnest(${starts}::timestamptz[], ${keys}::text[], ${states}::text[]) as n(starts_at, key, state)
    where w.stream = ${stream} and w.starts_at = n.starts_at and w.key = n.key`
}

/** Takes windows whose result has not been published, and counts their revision; the clock keeps it growing over a reset. */
export function takeDirty({ sql }: WriteHandle, stream: string, limit: number): Promise<StoredWindow[]> {
  return sql<StoredWindow & Record<string, unknown>>`
    update windows w set is_dirty = false,
      revision = greatest(w.revision + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
    from (
      select starts_at, key from windows where stream = ${stream} and is_dirty
      order by starts_at, key limit ${limit} for update
    ) d
    where w.stream = ${stream} and w.starts_at = d.starts_at and w.key = d.key
    returning w.key, w.key_fields as "keyFields", w.starts_at as "startsAt", w.ends_at as "endsAt", w.state, w.revision,
      w.is_closed as "isClosed"`
}

/** Closes the first windows that end by the watermark; returns how many. */
export async function closeWindows(
  { sql }: WriteHandle,
  stream: string,
  watermark: Temporal.Instant,
  limit: number,
): Promise<number> {
  const closed = await sql`
    update windows w set is_closed = true, is_dirty = true
    from (
      select starts_at, key from windows where stream = ${stream} and not is_closed and ends_at <= ${watermark}
      order by starts_at, key limit ${limit} for update
    ) d
    where w.stream = ${stream} and w.starts_at = d.starts_at and w.key = d.key
    returning 1`
  return closed.length
}

/** Removes the first windows that start by this time and whose last result was published; returns how many. */
export async function deleteFinalWindows(
  { sql }: WriteHandle,
  stream: string,
  lastStart: Temporal.Instant,
  limit: number,
): Promise<number> {
  const deleted = await sql`
    delete from windows where ctid = any(array(
      select ctid from windows
      where stream = ${stream} and starts_at <= ${lastStart} and is_closed and not is_dirty
      order by starts_at, key limit ${limit} for update
    )) returning 1`
  return deleted.length
}

/** The latest windows of a stream. */
export function latestWindows({ sql }: ReadHandle, stream: string, limit: number): Promise<StoredWindow[]> {
  return sql<StoredWindow & Record<string, unknown>>`
    select key, key_fields as "keyFields", starts_at as "startsAt", ends_at as "endsAt", state, revision,
      is_closed as "isClosed"
    from windows where stream = ${stream} order by starts_at desc, key limit ${limit}`
}

/** Windows for each statement, so that none reaches its time limit. */
const portion = 5_000

/** Sets all windows of a stream back to nothing, so that what was published of them is corrected. */
export async function emptyWindows({ sql }: WriteHandle, stream: string): Promise<void> {
  const emptySome = () => sql`
    update windows w set state = '{}', is_dirty = true, is_closed = false
    from (
      select starts_at, key from windows where stream = ${stream} and (is_closed or state <> '{}')
      order by starts_at, key limit ${portion} for update
    ) d
    where w.stream = ${stream} and w.starts_at = d.starts_at and w.key = d.key
    returning 1`
  while ((await emptySome()).length === portion);
}
