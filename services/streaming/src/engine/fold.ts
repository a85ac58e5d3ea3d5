import type { ReceivedEvent } from '@stoa/contract'
import type { Key, StreamDefinition } from './stream.ts'
import { isFinal, windowStart } from './window.ts'

/** The measures of a window so far, by their names. */
export type Values = Readonly<Record<string, number>>

/** What a window holds, or what a batch of events adds to it. */
export interface WindowContent {
  readonly key: Key
  readonly startMs: number
  readonly values: Values
}

/** An event that came after its window had become final. */
export interface LateEvent {
  readonly event: ReceivedEvent
  readonly startMs: number
}

/** What a batch of events comes to. */
export interface Folded {
  /** By window and key, in the order in which their rows are locked. */
  readonly windows: readonly WindowContent[]
  readonly late: readonly LateEvent[]
}

/** The canonical text of a key, whatever the order of its fields. */
export function keyText(key: Key): string {
  return JSON.stringify(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Adds up a batch of events by window and key; an event of a window that is final at the watermark is late. */
export function fold(definition: StreamDefinition, events: readonly ReceivedEvent[], watermarkMs: number): Folded {
  const windows = new Map<string, WindowContent>()
  const late: LateEvent[] = []
  for (const event of events) {
    const atMs = Date.parse(event.time)
    const item = definition.read(event)
    if (item === undefined) continue
    const startMs = windowStart(definition.window, atMs)
    if (isFinal(definition.window, startMs, watermarkMs)) {
      late.push({ event, startMs })
      continue
    }
    const key = definition.keyOf(item.value)
    const id = `${String(startMs).padStart(15, '0')} ${keyText(key)}`
    const before = windows.get(id) ?? { key, startMs, values: zero(definition) }
    const values = mapValues(definition, (measure) => measure.of(item.value))
    windows.set(id, { ...before, values: merge(definition, before.values, values) })
  }
  const inOrder = [...windows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, window]) => window)
  return { windows: inOrder, late }
}

/**
 * Adds up two contents of a window. A measure that one of them lacks, because the stream was extended, counts as zero; one that only a newer
 * release knows stays as it is.
 */
export function merge(definition: StreamDefinition, one: Values, other: Values): Values {
  const known = mapValues(definition, (measure, name) =>
    measure.merge(one[name] ?? measure.zero, other[name] ?? measure.zero),
  )
  return { ...one, ...known }
}

function zero(definition: StreamDefinition): Values {
  return mapValues(definition, (measure) => measure.zero)
}

function mapValues(
  { measures }: StreamDefinition,
  value: (measure: StreamDefinition['measures'][string], name: string) => number,
): Values {
  return Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, value(measure, name)]))
}
