import type { EventType, ReceivedEvent } from './events.ts'
import type { Tx } from './handlers.ts'
import type { Service } from './service.ts'

/**
 * Events that are consumed in batches, each batch in one transaction with the position behind it, by a consumer group of its own
 * (`SERVICE.NAME`). A batch has events of several partitions, those of each in their order.
 */
export interface BatchType<
  Events extends { readonly [name: string]: EventType } = { readonly [name: string]: EventType },
> {
  readonly events: Events
  /** Where a new group starts: at the oldest event, at its first start, or at a time (RFC 3339). */
  readonly from: 'start' | 'end' | { readonly since: string }
  /** The most events of a partition at a time; 500 by default. */
  readonly mostPerBatch?: number
}

/** Every event type that a service consumes, one at a time or in batches. */
export function consumedEvents({ consumes, batches }: Pick<Service, 'consumes' | 'batches'>): EventType[] {
  return [...Object.values(consumes), ...Object.values(batches).flatMap(({ events }) => Object.values(events))]
}

/** The consumer groups of a service: its own name, if it consumes events one at a time, and one for each of its batches. */
export function groupsOf({ name, consumes, batches }: Pick<Service, 'name' | 'consumes' | 'batches'>): string[] {
  const own = Object.keys(consumes).length === 0 ? [] : [name]
  return [...own, ...Object.keys(batches).map((batch) => groupOf(name, batch))]
}

/** The consumer group of a batch that a service declares. */
export function groupOf(service: string, batch: string): string {
  return `${service}.${batch}`
}

declare const handles: unique symbol

type BatchEvents<B> = B extends { readonly events: infer Events } ? Events[keyof Events] : never
type Received<E> = E extends EventType ? ReceivedEvent<E> : never

/** The events of a batch that are from one partition of the log. */
export interface BatchPart<Event extends ReceivedEvent = ReceivedEvent> {
  readonly topic: string
  readonly partition: number
  readonly events: readonly Event[]
}

/**
 * What handles a batch of events, in one transaction with the positions behind it: every event counts once, in the order of its key.
 * If it throws, the batch is divided, until the event that fails alone is parked as by a `Consumer`; so it must not depend on the
 * division, and touches only `tx`. The parts say which partition the events are from; an event that was parked is in none.
 */
export interface BatchConsumer<S extends Service, Name extends keyof S['batches']> {
  apply(
    events: readonly Received<BatchEvents<S['batches'][Name]>>[],
    tx: Tx<S>,
    parts: readonly BatchPart<Received<BatchEvents<S['batches'][Name]>>>[],
  ): Promise<void>
  readonly [handles]?: Name
}

/** Left out by a service without batches. */
export type BatchBindings<S extends Service> = keyof S['batches'] extends never
  ? { readonly batches?: {} }
  : { readonly batches: { readonly [Name in keyof S['batches']]: BatchConsumer<S, Name> } }
