import type { TaskHandler } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { Deps } from '../deps.ts'
import type { StreamDefinition } from '../engine/stream.ts'
import { watermarkOf } from '../engine/watermark.ts'
import { deleteLate, raiseWatermark, readTimes } from '../store/streams.ts'
import { closeWindows, deleteFinalWindows } from '../store/windows.ts'

/** Moves the watermark of every stream forward, closes the windows before it, and removes those that are final. */
export const advanceWatermarksTask =
  (deps: Deps): TaskHandler<StreamingService, 'advance-watermarks'> =>
  async () => {
    for (const definition of Object.values(deps.streams)) await advance(deps, definition)
  }

async function advance(deps: Deps, { name, window }: StreamDefinition): Promise<void> {
  const { clock, database, batches, makeTx } = deps
  // Before the ends of the partitions are asked for: what is appended later has not been read.
  const askedAtMs = clock.now().epochMilliseconds
  const progress = await batches.progress(name)
  const times = await readTimes(database.read, name)
  const partitions = progress.map(({ topic, partition, position, head }) => ({
    isCaughtUp: position !== undefined && position >= head,
    latestMs: times.find((each) => each.topic === topic && each.partition === partition)?.at.epochMilliseconds,
  }))
  const watermarkMs = watermarkOf(partitions, askedAtMs)
  if (watermarkMs === undefined) return
  await database.transaction(async (handle) => {
    const tx = makeTx(handle)
    const watermark = await raiseWatermark(tx, name, Temporal.Instant.fromEpochMilliseconds(watermarkMs))
    const hasClosed = await closeWindows(tx, name, watermark)
    await deleteFinalWindows(tx, name, watermark.subtract({ milliseconds: window.latenessMs }))
    if (hasClosed) await tx.enqueue('publish-results', { stream: name }, { key: name })
  })
}

const keptDays = 30
const mostAtOnce = 10_000

/** Removes late events that were noted long ago. */
export const pruneLateEventsTask =
  ({ clock, database }: Deps): TaskHandler<StreamingService, 'prune-late-events'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * keptDays })
    while ((await database.transaction((tx) => deleteLate(tx, before, mostAtOnce))) === mostAtOnce);
  }
