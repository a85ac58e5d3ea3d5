import type { ReadHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { DomainEvent } from './decider.ts'
import { upcast, type StoredTypes } from './event-types.ts'

/** The name of a stream: the kind of its aggregate and the id of the aggregate. */
export interface StreamName {
  readonly category: string
  readonly id: string
}

/** What is stored with an event, in addition to its type and data. */
export interface EventMetadata {
  readonly streamId: string
  /** The version of the stream after the event, from 1. */
  readonly version: number
  /** The id of the command that caused the event. */
  readonly commandId: string
  readonly recordedBy: string | undefined
  readonly recordedAt: Temporal.Instant
}

/** An event of an aggregate with its metadata, in the current version of its type. */
export type RecordedEvent<Event extends DomainEvent = DomainEvent> = Event & EventMetadata

/** An event with its place in the order of all events of the store. */
export type PositionedEvent<Event extends DomainEvent = DomainEvent> = RecordedEvent<Event> & {
  readonly position: number
}

interface EventRow {
  readonly position: number
  readonly stream_id: string
  readonly version: number
  readonly type: string
  readonly type_version: number
  readonly data: object
  readonly command_id: string
  readonly recorded_by: string | null
  readonly recorded_at: Temporal.Instant
}

/** A stored event that this release cannot read: a newer release has written it, or a step between two versions fails. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'
  readonly position: number

  constructor({ position, type, stream_id: id }: EventRow, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`${type} of ${id} at position ${position} cannot be read: ${reason}`, { cause })
    this.position = position
  }
}

function dataOf(types: StoredTypes<DomainEvent>, row: EventRow): object {
  try {
    return upcast(types, row.type, row.type_version, row.data)
  } catch (error) {
    throw new UnreadableEvent(row, error)
  }
}

function fromRow<Event extends DomainEvent>(types: StoredTypes<Event>, row: EventRow): PositionedEvent<Event> {
  const event: DomainEvent = { type: row.type, data: dataOf(types, row) }
  const recorded = {
    ...event,
    position: row.position,
    streamId: row.stream_id,
    version: row.version,
    commandId: row.command_id,
    recordedBy: row.recorded_by ?? undefined,
    recordedAt: row.recorded_at,
  }
  return recorded as unknown as PositionedEvent<Event>
}

/** The part of a stream to read: the events after a version, those of one command, at most `limit`. */
export interface StreamPart {
  readonly after?: number
  readonly commandId?: string
  readonly limit?: number
}

/** The events of a stream, oldest first. */
export async function readStream<Event extends DomainEvent>(
  { sql }: ReadHandle,
  types: StoredTypes<Event>,
  { category, id }: StreamName,
  { after = 0, commandId, limit = 2 ** 31 - 1 }: StreamPart = {},
): Promise<PositionedEvent<Event>[]> {
  const ofCommand = commandId === undefined ? fragment`` : fragment`and command_id = ${commandId}`
  const rows = await sql<EventRow>`
    select position, stream_id, version, type, type_version, data, command_id, recorded_by, recorded_at
      from stored_events where category = ${category} and stream_id = ${id} and version > ${after} ${ofCommand}
     order by version limit ${limit}`
  return rows.map((row) => fromRow(types, row))
}

/**
 * The events of all streams of a category after a position (and in front of another), in the order of their transactions, at most `limit`, and the position up
 * to which the category has been read: that of the last event if there may be more, otherwise that of the store.
 * @throws UnreadableEvent
 */
export async function readCategory<Event extends DomainEvent>(
  { sql }: ReadHandle,
  types: StoredTypes<Event>,
  category: string,
  { after, before, limit }: { readonly after: number; readonly before?: number; readonly limit: number },
): Promise<{ readonly events: PositionedEvent<Event>[]; readonly position: number; readonly head: number }> {
  const inFront = before === undefined ? fragment`` : fragment`and position < ${before}`
  // One statement, and so one snapshot: no event lies between the last one read and the head.
  const rows = await sql<EventRow & { readonly head: number; readonly position: number | null }>`
    select e.*, c.position as head
      from event_counter c left join lateral (
        select position, stream_id, version, type, type_version, data, command_id, recorded_by, recorded_at
          from stored_events where position > ${after} ${inFront} and category = ${category} order by position limit ${limit}) e on true
     order by e.position`
  const head = rows[0]?.head ?? 0
  const found = rows.filter(({ position }) => position !== null)
  const last = found.at(-1)?.position ?? head
  return {
    events: found.map((row) => fromRow(types, row)),
    position: found.length === limit ? last : Math.max(head, after),
    head,
  }
}
