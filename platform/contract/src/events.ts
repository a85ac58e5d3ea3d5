import type { Static, TSchema } from 'typebox'

/** One type of domain event in one version; CloudEvents 1.0 `type` and `dataschema` follow from it. */
export interface EventType<Name extends string = string, Data extends TSchema = TSchema> {
  readonly type: Name
  readonly version: string
  readonly data: Data
}

/** Declares the event of an account erasure: on this event the platform makes each consuming service erase its data on the subject. */
export interface ErasureEvent<Name extends string = string, Data extends TSchema = TSchema> extends EventType<
  Name,
  Data
> {
  readonly erases: 'subject'
}

/** The names of the consumed events that the service has consumers for: all but erasures. */
export type Handled<Consumes> = {
  [Name in keyof Consumes]: Consumes[Name] extends ErasureEvent ? never : Name
}[keyof Consumes]

export type EventData<Event extends EventType> = Static<Event['data']>

/** Declares an event: a fact, in the past tense (`order.created`), its semantic version and the schema of its data. */
export function event<const Name extends `${string}.${string}`, Data extends TSchema>(
  type: Name,
  version: `${number}.${number}.${number}`,
  data: Data,
): EventType<Name, Data> {
  return { type, version, data }
}

/** Declares the event after which every consumer has erased the personal data of the subject. */
export function erasureEvent<const Name extends `${string}.${string}`, Data extends TSchema>(
  type: Name,
  version: `${number}.${number}.${number}`,
  data: Data,
): ErasureEvent<Name, Data> {
  return { ...event(type, version, data), erases: 'subject' }
}

/** Whether an event type is declared with `erasureEvent`. */
export function isErasure(type: EventType): type is ErasureEvent {
  return 'erases' in type
}

/** An event as a consumer sees it: its envelope (CloudEvents attributes) and its data. */
export interface ReceivedEvent<Event extends EventType = EventType> {
  readonly id: string
  readonly type: Event['type']
  readonly source: string
  readonly subject: string
  readonly time: string
  readonly correlationId: string
  readonly causationId?: string
  readonly traceparent?: string
  readonly data: EventData<Event>
}
