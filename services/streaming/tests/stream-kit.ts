import type { ReceivedEvent } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { fold, keyText, merge, type Values } from '../src/engine/fold.ts'
import type { StreamDefinition } from '../src/engine/stream.ts'
import { watermarkOf } from '../src/engine/watermark.ts'
import { isFinal, windowStart } from '../src/engine/window.ts'

/** The results of windows, by the beginning of the window and its key. */
export type Results = Readonly<Record<string, Values>>

const nameOf = (startMs: number, key: string) => `${new Date(startMs).toISOString()} ${key}`

/** An event as the log delivers it. */
export function eventAt(
  time: string | number,
  type: string,
  data: object,
  subject: string = newId(),
): ReceivedEvent<any> {
  const at = typeof time === 'number' ? new Date(time).toISOString() : time
  return { id: newId(), type, source: '/services/test', subject, time: at, correlationId: newId(), data }
}

/** What a stream comes to over the whole history at once: the definition that the engine is compared with. */
export function evaluate(definition: StreamDefinition, events: readonly ReceivedEvent[]): Results {
  const results: Record<string, Values> = {}
  for (const event of events) {
    const item = definition.read(event)
    if (item === undefined) continue
    const id = nameOf(windowStart(definition.window, Date.parse(event.time)), keyText(definition.keyOf(item.value)))
    const values: Record<string, number> = { ...results[id] }
    for (const [name, { of, merge: add, zero }] of Object.entries(definition.measures)) {
      values[name] = add(values[name] ?? zero, of(item.value))
    }
    results[id] = values
  }
  return results
}

/** What is committed: positions, times, watermark and windows move in one transaction. */
interface Stored {
  positions: number[]
  times: (number | undefined)[]
  watermarkMs: number
  windows: Map<string, { startMs: number; values: Values }>
  published: Record<string, Values>
  late: number
}

/** A stream over partitions in memory, with the steps of the service: batches, crashes, watermarks, results. */
export function runInMemory(definition: StreamDefinition, partitions: readonly (readonly ReceivedEvent[])[]) {
  const stored: Stored = {
    positions: partitions.map(() => 0),
    times: partitions.map(() => undefined),
    watermarkMs: -Infinity,
    windows: new Map(),
    published: {},
    late: 0,
  }

  function publish(): void {
    for (const [id, { values }] of stored.windows) stored.published[id] = merge(definition, values, {})
  }

  return {
    /** Reads up to this many events of a partition; a batch that crashes leaves nothing behind. */
    read(partition: number, most: number, crashes = false): void {
      const from = stored.positions[partition] ?? 0
      const events = (partitions[partition] ?? []).slice(from, from + most)
      const { windows, late } = fold(definition, events, stored.watermarkMs)
      if (crashes) return
      for (const { key, startMs, values } of windows) {
        const id = nameOf(startMs, keyText(key))
        const before = stored.windows.get(id)?.values ?? {}
        stored.windows.set(id, { startMs, values: merge(definition, before, values) })
      }
      stored.late += late.length
      stored.positions[partition] = from + events.length
      for (const { time } of events) {
        stored.times[partition] = Math.max(Date.parse(time), stored.times[partition] ?? -Infinity)
      }
    },
    /** Moves the watermark; `nowMs` is the time up to which every partition has all of its events. */
    advance(nowMs: number): void {
      const progress = partitions.map((events, index) => ({
        isCaughtUp: (stored.positions[index] ?? 0) >= events.length,
        latestMs: stored.times[index],
      }))
      const watermarkMs = watermarkOf(progress, nowMs)
      if (watermarkMs === undefined) return
      stored.watermarkMs = Math.max(stored.watermarkMs, watermarkMs)
      publish()
      for (const [id, { startMs }] of stored.windows) {
        if (isFinal(definition.window, startMs, stored.watermarkMs)) stored.windows.delete(id)
      }
    },
    results(): Results {
      publish()
      return stored.published
    },
    late: () => stored.late,
  }
}

/** The results of events that are read in this order, one batch for each group. */
export function given(definition: StreamDefinition, ...batches: readonly (readonly ReceivedEvent[])[]) {
  const run = runInMemory(definition, [batches.flat()])
  for (const batch of batches) run.read(0, batch.length)
  return { results: () => run.results() }
}
