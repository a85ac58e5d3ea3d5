import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** One generation of a projection: the live one, or the one that is built to replace it. */
export interface Generation {
  readonly name: string
  readonly generation: number
  readonly position: number
  readonly isLive: boolean
  readonly failures: number
  /** Milliseconds until its next attempt if it has stopped, otherwise 0. */
  readonly retryInMs: number
}

/** The generations of a projection. */
export interface Generations {
  /** Those that this version of the projection can move, the live one first. */
  readonly own: readonly Generation[]
  /** Whether one that only another release can move is behind the store. */
  readonly isOtherBehind: boolean
  /** The generation if there is only one, which nothing replaces before the transaction ends. */
  readonly only: number | undefined
}

/** The longest pause of a projection that has stopped. */
export const longestRetryMs = 60_000

/** Where a projection has stopped, and why. */
export interface Stop {
  readonly position: number
  readonly error: string
  readonly retryInMs: number
}

/**
 * Adds the generations that a release needs: the first one of a projection is live at once, one of a new version is built beside the
 * live one, and replaces a build of an older version. Returns whether one was added. A newer version is left alone.
 */
export async function addGeneration(
  tx: WriteHandle,
  { name, version }: { readonly name: string; readonly version: number },
  { isForced = false }: { readonly isForced?: boolean } = {},
): Promise<boolean> {
  const { sql } = tx
  await advisoryXactLock(tx, `generations of ${name}`)
  const rows = await sql<{ generation: number; version: number; is_live: boolean }>`
    select generation, version, is_live from projections where name = ${name} order by generation`
  const isKnown = rows.some((row) => (isForced ? row.version === version && !row.is_live : row.version >= version))
  if (isKnown) return false
  await sql`delete from projections where name = ${name} and not is_live`
  const generation = (rows.at(-1)?.generation ?? 0) + 1
  const added = await sql`
    insert into projections (name, generation, version, is_live)
    values (${name}, ${generation}, ${version}, ${rows.length === 0}) on conflict do nothing returning 1`
  return added.length > 0
}

/** Locks the generations of a projection. */
export async function lockGenerations(
  { sql }: WriteHandle,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<Generations> {
  // A time beyond the longest pause dates from before the clock was set back.
  const rows = await sql<Generation & { readonly version: number; readonly head: number }>`
    select p.name, p.generation, p.position, p.is_live as "isLive", p.failures, p.version, c.position as head,
           case when p.retry_at between now() and now() + ${longestRetryMs}::float8 * interval '1 millisecond'
                then ceil(extract(epoch from p.retry_at - now()) * 1000)::int else 0 end as "retryInMs"
      from projections p, event_counter c where p.name = ${name} order by p.is_live desc for update of p`
  return {
    own: rows.filter((row) => row.version === version),
    isOtherBehind: rows.some((row) => row.version !== version && row.position < row.head),
    only: rows.length === 1 ? rows[0]?.generation : undefined,
  }
}

/** Moves a generation behind the events that have been applied; it has not stopped, or not any more. */
export async function moveTo({ sql }: WriteHandle, { name, generation }: Generation, position: number): Promise<void> {
  await sql`
    update projections set position = ${position}, failed_position = null, failures = 0, error = null, retry_at = null
     where name = ${name} and generation = ${generation}`
}

/** Stops a generation in front of an event, until its next attempt. */
export async function stopAt(
  { sql }: WriteHandle,
  { name, generation }: Generation,
  { position, stop }: { readonly position: number; readonly stop: Stop },
): Promise<void> {
  await sql`
    update projections set position = ${position}, failed_position = ${stop.position}, failures = failures + 1,
      error = ${stop.error}, retry_at = now() + ${stop.retryInMs}::float8 * interval '1 millisecond'
     where name = ${name} and generation = ${generation}`
}

/** Lets a projection that has stopped run at once. */
export async function clearRetry({ sql }: WriteHandle, name: string): Promise<void> {
  await sql`update projections set retry_at = null where name = ${name}`
}

/** Makes a generation live in place of the live one, if it is not behind it. Returns whether it is live now. */
export async function replaceLive(
  { sql }: WriteHandle,
  { name, generation }: Generation,
  position: number,
): Promise<boolean> {
  const [live] = await sql<{ position: number }>`
    select position from projections where name = ${name} and is_live for update`
  if (live !== undefined && live.position > position) return false
  await sql`delete from projections where name = ${name} and is_live`
  await sql`update projections set is_live = true where name = ${name} and generation = ${generation}`
  return true
}

/** The state of a projection for operators and queries. */
export interface ProjectionState {
  readonly name: string
  readonly generation: number
  readonly isLive: boolean
  readonly position: number
  /** Events of the store behind its position, of all categories. */
  readonly lag: number
  readonly failedPosition: number | null
  readonly failures: number
  readonly error: string | null
}

/** The state of every projection, those being built included. */
export function readProjections({ sql }: ReadHandle): Promise<ProjectionState[]> {
  return sql<ProjectionState>`
    select p.name, p.generation, p.is_live as "isLive", p.position, greatest(c.position - p.position, 0) as lag,
           p.failed_position as "failedPosition", p.failures, p.error
      from projections p, event_counter c order by p.name, p.generation`
}

/** How fresh a read model is: the time up to which it has every event, and its lag in events. */
export interface Freshness {
  readonly asOf: Temporal.Instant
  readonly lag: number
}

/** The freshness of the live generation of a projection; read it before the rows. */
export async function readFreshness({ sql }: ReadHandle, name: string, now: Temporal.Instant): Promise<Freshness> {
  const [row] = await sql<{ lag: number; recorded_at: Temporal.Instant | null }>`
    select greatest(c.position - p.position, 0) as lag,
           (select recorded_at from stored_events where position = p.position) as recorded_at
      from projections p, event_counter c where p.name = ${name} and p.is_live`
  const lag = row?.lag ?? 0
  const asOf = lag === 0 ? now : (row?.recorded_at ?? Temporal.Instant.fromEpochMilliseconds(0))
  return { asOf, lag }
}
