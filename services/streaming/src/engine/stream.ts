import type { EventType, ReceivedEvent } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { Measure } from './measures.ts'
import type { Pattern } from './pattern.ts'
import type { TumblingWindow } from './window.ts'

/** The name of a stream, which is the name of its batch in the contract. */
export type StreamName = keyof StreamingService['batches']

type EventsOf<Name extends StreamName> = StreamingService['batches'][Name]['events']
type Received<E> = E extends EventType ? ReceivedEvent<E> : never

/** An event that a stream reads. */
export type StreamEvent<Name extends StreamName> = Received<EventsOf<Name>[keyof EventsOf<Name>]>

/** What the events of a window have in common. */
export type Key = Readonly<Record<string, string>>

/** A continuous query: which events it counts, by which key, in which windows, and what it measures there. */
export interface StreamDefinition<Event extends ReceivedEvent = ReceivedEvent, Value = unknown> {
  readonly name: StreamName
  /** What an event comes to; undefined if it does not count. */
  readonly read: (event: Event) => { readonly value: Value } | undefined
  readonly keyOf: (value: Value) => Key
  readonly window: TumblingWindow
  readonly measures: Readonly<Record<string, Measure<Value>>>
}

/** A continuous query for events of one key that match a pattern. */
export interface PatternDefinition<Event extends ReceivedEvent = ReceivedEvent, Value = unknown> extends Pick<
  StreamDefinition<Event, Value>,
  'name' | 'read' | 'keyOf'
> {
  readonly pattern: Pattern<Value>
}

/** Every kind of continuous query. */
export type AnyStream = StreamDefinition | PatternDefinition

/** Whether a stream looks for a pattern. */
export function isPattern(definition: AnyStream): definition is PatternDefinition {
  return 'pattern' in definition
}

interface Chain<Event extends ReceivedEvent, Value> {
  /** Leaves out the values that do not match. */
  readonly filter: (matches: (value: Value) => boolean) => Chain<Event, Value>
  /** Makes another value of each. */
  readonly map: <Next>(change: (value: Value) => Next) => Chain<Event, Next>
  /** Measures each key for itself. */
  readonly keyBy: (keyOf: (value: Value) => Key) => {
    /** Divides the values by the time of their events. */
    readonly window: (window: TumblingWindow) => {
      /** Names what is measured in a window. */
      readonly measure: (measures: Readonly<Record<string, Measure<Value>>>) => StreamDefinition
    }
    /** Looks for a pattern in the values of a key. */
    readonly pattern: (pattern: Pattern<Value>) => PatternDefinition
  }
}

/** Begins the definition of a stream with the events that the contract declares for it. */
export function stream<Name extends StreamName>(name: Name): Chain<StreamEvent<Name>, StreamEvent<Name>> {
  return chain(name, (value) => ({ value }))
}

function chain<Event extends ReceivedEvent, Value>(
  name: StreamName,
  read: StreamDefinition<Event, Value>['read'],
): Chain<Event, Value> {
  return {
    filter: (matches) =>
      chain(name, (event) => {
        const item = read(event)
        return item !== undefined && matches(item.value) ? item : undefined
      }),
    map: (change) =>
      chain(name, (event) => {
        const item = read(event)
        return item && { value: change(item.value) }
      }),
    keyBy: (keyOf) => ({
      window: (window) => ({
        measure(measures) {
          const typed: StreamDefinition<Event, Value> = { name, read, keyOf, window, measures }
          // The types have done their work: from here on, a stream reads the events that its contract declares.
          return typed as unknown as StreamDefinition
        },
      }),
      pattern(pattern) {
        const typed: PatternDefinition<Event, Value> = { name, read, keyOf, pattern }
        return typed as unknown as PatternDefinition
      },
    }),
  }
}
