import type { BatchPart, ReceivedEvent, Tx } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import { fold, merge } from '../engine/fold.ts'
import type { StreamDefinition } from '../engine/stream.ts'
import { holdWatermark, noteLate, noteTimes } from '../store/streams.ts'
import { lockWindows, updateWindows } from '../store/windows.ts'

/** After the first change of a window its result is published this much later, with the changes that have followed. */
export const gatherMs = 500

/** Makes the batch consumer of a stream: adds the events to their windows, in the transaction that moves the position behind them. */
export function countEvents(definition: StreamDefinition) {
  const { name, window } = definition
  return {
    async apply(events: readonly ReceivedEvent[], tx: Tx<StreamingService>, parts: readonly BatchPart[]) {
      const watermark = await holdWatermark(tx, name)
      const { windows, late } = fold(definition, events, watermark?.epochMilliseconds ?? -Infinity)
      // The time of a parked event says nothing about the events of its partition.
      await noteTimes(tx, name, parts)
      if (late.length > 0) await noteLate(tx, name, late)
      if (windows.length === 0) return
      const before = await lockWindows(tx, name, windows, window.sizeMs)
      const after = windows.map((each, index) => ({
        ...each,
        values: merge(definition, before[index] ?? {}, each.values),
      }))
      await updateWindows(tx, name, after)
      await tx.enqueue('publish-results', { stream: name }, { key: name, delayMs: gatherMs })
    },
  }
}
