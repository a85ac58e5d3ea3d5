import type { WriteHandle } from '@stoa/contract'
import { json, sendLastWithCommit } from '@stoa/postgres'
import type { StreamName } from './stored-event.ts'

/** Events to append to a stream, all caused by one command. */
export interface Append {
  readonly stream: StreamName
  /** The version that the stream must have; 0 if it must not exist. */
  readonly expectedVersion: number
  readonly events: readonly { readonly type: string; readonly typeVersion: number; readonly data: object }[]
  readonly commandId: string
  /** The account or service that sent the command. */
  readonly recordedBy: string | undefined
  /** Raised to the time of the last event of the stream, because clocks differ between replicas. */
  readonly at: Temporal.Instant
}

/** The outcome of an append: a conflict has the version that the stream has. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly version: number; readonly recordedAt: Temporal.Instant }
  | { readonly kind: 'conflict'; readonly version: number }

/** An event that the open transaction has appended. It has no position before the COMMIT. */
export interface PendingEvent {
  readonly category: string
  readonly streamId: string
  readonly version: number
  readonly type: string
  readonly typeVersion: number
  readonly data: object
  readonly commandId: string
  readonly recordedBy: string | undefined
  readonly recordedAt: Temporal.Instant
}

const pendingByTransaction = new WeakMap<WriteHandle, PendingEvent[]>()

/** The events that this transaction has appended to a stream; they are not in the table before its COMMIT. */
export function pendingEventsOf(tx: object, { category, id }: StreamName): readonly PendingEvent[] {
  const pending = pendingByTransaction.get(tx as WriteHandle) ?? []
  return pending.filter((event) => event.category === category && event.streamId === id)
}

/**
 * Appends events if the stream has the expected version, and locks the stream until the transaction ends; of two appends with one
 * expected version one wins, and the other waits for it and gets a conflict. The events are written together with the COMMIT, which
 * gives them the next positions: these have no gaps, and a reader that sees a position sees every lower one.
 */
export async function appendEvents(tx: WriteHandle, append: Append): Promise<AppendOutcome> {
  const { stream, expectedVersion, events } = append
  if (events.length === 0) throw new Error('an append has at least one event')
  const row = await moveStream(tx, append)
  if (row === undefined) return { kind: 'conflict', version: await versionOf(tx, stream) }
  const recordedAt = row.last_recorded_at
  const rows = events.map((event, index): PendingEvent => ({
    ...event,
    category: stream.category,
    streamId: stream.id,
    version: expectedVersion + index + 1,
    commandId: append.commandId,
    recordedBy: append.recordedBy,
    recordedAt,
  }))
  pendingOf(tx).push(...rows)
  return { kind: 'appended', version: expectedVersion + events.length, recordedAt }
}

async function moveStream(
  { sql }: WriteHandle,
  { stream: { category, id }, expectedVersion, events, at }: Append,
): Promise<{ last_recorded_at: Temporal.Instant } | undefined> {
  const version = expectedVersion + events.length
  const [row] =
    expectedVersion === 0
      ? await sql<{ last_recorded_at: Temporal.Instant }>`
          insert into event_streams (category, stream_id, version, last_recorded_at)
          values (${category}, ${id}, ${version}, ${at}) on conflict do nothing returning last_recorded_at`
      : await sql<{ last_recorded_at: Temporal.Instant }>`
          update event_streams set version = ${version}, last_recorded_at = greatest(last_recorded_at, ${at})
           where category = ${category} and stream_id = ${id} and version = ${expectedVersion}
          returning last_recorded_at`
  return row
}

async function versionOf({ sql }: WriteHandle, { category, id }: StreamName): Promise<number> {
  const [row] = await sql<{ version: number }>`
    select version from event_streams where category = ${category} and stream_id = ${id}`
  return row?.version ?? 0
}

function pendingOf(tx: WriteHandle): PendingEvent[] {
  const known = pendingByTransaction.get(tx)
  if (known !== undefined) return known
  const pending: PendingEvent[] = []
  pendingByTransaction.set(tx, pending)
  sendLastWithCommit(tx, () => insert(tx, pending))
  return pending
}

function insert({ sql }: WriteHandle, events: readonly PendingEvent[]): Promise<unknown> {
  return sql`
    with counter as (update event_counter set position = position + ${events.length} returning position - ${events.length} as before)
    insert into stored_events
      (position, category, stream_id, version, type, type_version, data, command_id, recorded_by, recorded_at)
    select counter.before + e.index, e.category, e.stream_id, e.version, e.type, e.type_version, e.data, e.command_id,
           e.recorded_by, e.recorded_at
      from counter, unnest(
        ${events.map((event) => event.category)}::text[], ${events.map((event) => event.streamId)}::text[],
        ${events.map((event) => event.version)}::int[], ${events.map((event) => event.type)}::text[],
        ${events.map((event) => event.typeVersion)}::int[], ${events.map((event) => JSON.stringify(event.data))}::jsonb[],
        ${events.map((event) => event.commandId)}::text[], ${events.map((event) => event.recordedBy)}::text[],
        ${events.map((event) => event.recordedAt)}::timestamptz[]
      ) with ordinality as e (category, stream_id, version, type, type_version, data, command_id, recorded_by, recorded_at, index)`
}

/** The state of a stream at a version. */
export interface Snapshot {
  readonly version: number
  readonly stateVersion: number
  readonly state: unknown
  /** Snapshots of other versions of the state up to this version are deleted. */
  readonly obsoleteUpTo: number
}

/** Stores the state of a stream, so that a load reads only the events after it. */
export async function storeSnapshot(
  { sql }: WriteHandle,
  { category, id }: StreamName,
  { version, stateVersion, state, obsoleteUpTo }: Snapshot,
): Promise<void> {
  await sql`
    with obsolete as (
      delete from event_snapshots
       where category = ${category} and stream_id = ${id} and state_version <> ${stateVersion} and version <= ${obsoleteUpTo})
    insert into event_snapshots as s (category, stream_id, version, state_version, state)
    values (${category}, ${id}, ${version}, ${stateVersion}, ${json(state)})
    on conflict (category, stream_id, state_version) do update set version = excluded.version, state = excluded.state
      where s.version < excluded.version`
}
