import type { WriteHandle } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { fragment, identifier, isSerializationFailure } from '@stoa/postgres'
import type { DomainEvent } from '../decider.ts'
import { readCategory, UnreadableEvent, type PositionedEvent } from '../stored-event.ts'
import {
  lockGenerations,
  longestRetryMs,
  moveTo,
  replaceLive,
  stopAt,
  type Generation,
  type Stop,
} from './positions.ts'
import type { Projection } from './projection.ts'

/** What one run of a projection has done. */
export interface Run {
  readonly applied: number
  /** Milliseconds until it must run again: 0 if there may be more events, undefined if the next append is early enough. */
  readonly againInMs: number | undefined
  /** The first event at which it has stopped. */
  readonly stop: Stop | undefined
}

/** How a projection is run. */
export interface RunOptions {
  /** Events of a transaction, for each generation; 500 by default. */
  readonly mostEvents?: number
}

const mostDeleted = 5_000
/** The pause after which another release is given its turn again. */
const otherReleaseMs = 2_000

/**
 * Applies the next events to each generation of a projection, in this transaction. An event that fails stops only its projection,
 * behind the events before it; it is retried after a pause that doubles up to a minute.
 */
export async function runProjection<Event extends DomainEvent>(
  tx: WriteHandle,
  projection: Projection<Event>,
  { mostEvents = 500 }: RunOptions = {},
): Promise<Run> {
  const runs: Run[] = []
  const { own, isOtherBehind, only } = await lockGenerations(tx, projection)
  for (const generation of own)
    runs.push(
      generation.retryInMs > 0
        ? { applied: 0, againInMs: generation.retryInMs, stop: undefined }
        : await moveGeneration(tx, projection, generation, mostEvents),
    )
  const deleted = await deleteReplaced(tx, projection, only)
  // The task that runs now may have been meant for a generation that only a process of another release can move.
  const pauses = [...runs.flatMap(({ againInMs }) => againInMs ?? []), ...(isOtherBehind ? [otherReleaseMs] : [])]
  return {
    applied: runs.reduce((sum, { applied }) => sum + applied, 0),
    againInMs: deleted === mostDeleted ? 0 : pauses.length === 0 ? undefined : Math.min(...pauses),
    stop: runs.find(({ stop }) => stop !== undefined)?.stop,
  }
}

async function moveGeneration<Event extends DomainEvent>(
  tx: WriteHandle,
  projection: Projection<Event>,
  generation: Generation,
  mostEvents: number,
): Promise<Run> {
  const limit = generation.failures > 0 ? 1 : mostEvents
  const { events, position, head, unreadable } = await readNext(tx, projection, { after: generation.position, limit })
  const { applied, failed = unreadable } = await applyAll(tx, projection, generation, events)
  if (failed !== undefined) {
    const retryInMs = Math.min(longestRetryMs, 500 * 2 ** Math.min(generation.failures, 20))
    const stop = { position: failed.position, error: failed.reason.slice(0, 2_000), retryInMs }
    await stopAt(tx, generation, { position: failed.position - 1, stop })
    return { applied, againInMs: retryInMs, stop }
  }
  if (position !== generation.position || generation.failures > 0) await moveTo(tx, generation, position)
  const isLive = generation.isLive || (await replaceLive(tx, generation, position))
  const isWaiting = !isLive || position < head
  return { applied, againInMs: isWaiting ? 0 : undefined, stop: undefined }
}

interface Failed {
  readonly position: number
  readonly reason: string
}

/** The next events; of a batch with an unreadable one, those in front of it. */
async function readNext<Event extends DomainEvent>(
  tx: WriteHandle,
  { source: { category, types } }: Projection<Event>,
  part: { readonly after: number; readonly limit: number },
) {
  try {
    return { ...(await readCategory(tx, types, category, part)), unreadable: undefined }
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error
    const unreadable: Failed = { position: error.position, reason: error.message }
    return { ...(await readCategory(tx, types, category, { ...part, before: error.position })), unreadable }
  }
}

interface Applied {
  readonly applied: number
  readonly failed?: Failed
}

/** Applies the events together, and one by one if that fails, up to the one that fails alone. */
async function applyAll<Event extends DomainEvent>(
  tx: WriteHandle,
  projection: Projection<Event>,
  { generation }: Generation,
  events: readonly PositionedEvent<Event>[],
): Promise<Applied> {
  if (events.length === 0) return { applied: 0 }
  const error = await inSavepoint(tx, () => projection.apply(events, tx, generation))
  if (error === undefined) return { applied: events.length }
  const [first] = events
  if (events.length === 1 && first !== undefined) return { applied: 0, failed: describe(first, error.cause) }
  for (const [index, event] of events.entries()) {
    const alone = await inSavepoint(tx, () => projection.apply([event], tx, generation))
    if (alone !== undefined) return { applied: index, failed: describe(event, alone.cause) }
  }
  return { applied: events.length }
}

/** Runs an effect, and undoes it if it throws. A failure of the database itself is thrown on, because the event is not its cause. */
async function inSavepoint(
  tx: WriteHandle,
  run: () => Promise<void>,
): Promise<{ readonly cause: unknown } | undefined> {
  await tx.sql`savepoint applying`
  try {
    await run()
    await tx.sql`release savepoint applying`
    return undefined
  } catch (cause) {
    if (isSerializationFailure(cause) || isAppError(cause, 'database.unavailable')) throw cause
    await tx.sql`rollback to savepoint applying`
    return { cause }
  }
}

function describe({ type, streamId, position }: PositionedEvent, error: unknown): Failed {
  const reason = error instanceof Error ? error.message : String(error)
  return { position, reason: `${type} of ${streamId} at position ${position}: ${reason}` }
}

/** Deletes rows of generations that no longer exist, some thousands at a time. Returns the most that it deleted from one table. */
async function deleteReplaced<Event extends DomainEvent>(
  tx: WriteHandle,
  projection: Projection<Event>,
  only: number | undefined,
): Promise<number> {
  const oldest = only ?? (await oldestOf(tx, projection))
  if (oldest <= 1) return 0
  let most = 0
  for (const table of projection.tables) {
    const before = fragment`where generation < ${oldest} limit ${mostDeleted}`
    const deleted = await tx.sql`
      delete from ${identifier(table)} where ctid = any (array(select ctid from ${identifier(table)} ${before})) returning 1`
    most = Math.max(most, deleted.length)
  }
  return most
}

async function oldestOf({ sql }: WriteHandle, { name }: { readonly name: string }): Promise<number> {
  const [row] = await sql<{ generation: number | null }>`
    select min(generation) as generation from projections where name = ${name}`
  return row?.generation ?? 0
}
