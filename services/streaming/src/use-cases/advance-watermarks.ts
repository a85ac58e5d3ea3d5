import type { TaskHandler, Tx } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { Deps } from '../deps.ts'
import { isPattern, type AnyStream, type PatternDefinition, type StreamDefinition } from '../engine/stream.ts'
import { watermarkOf } from '../engine/watermark.ts'
import { deleteMatches, withdrawStale } from '../store/matches.ts'
import { lockDueKeys } from '../store/patterns.ts'
import { deleteLate, holdGeneration, raiseWatermark, readGeneration, readTimes } from '../store/streams.ts'
import { closeWindows, deleteFinalWindows } from '../store/windows.ts'
import { publishMatches, updateKeys } from './match-events.ts'

/** Moves the watermark of every stream forward, closes the windows before it, and removes those that are final. */
export const advanceWatermarksTask =
  (deps: Deps): TaskHandler<StreamingService, 'advance-watermarks'> =>
  async () => {
    const advanced = await Promise.allSettled(Object.values(deps.streams).map((each) => advance(deps, each)))
    // one stream does not hold up the others
    const failed = advanced.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

async function advance(deps: Deps, definition: AnyStream): Promise<void> {
  const { clock, database, batches, makeTx } = deps
  const { name } = definition
  // before everything that a reset changes
  const generation = await readGeneration(database.read, name)
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
  const raised = { watermark: Temporal.Instant.fromEpochMilliseconds(watermarkMs), generation }
  // Alone in its transaction, for which batches wait; from its commit on, none adds to a final window.
  const watermark = await database.transaction((tx) => raiseWatermark(tx, name, raised))
  if (watermark === undefined) return
  const inPortions = async (change: (tx: Tx<StreamingService>) => Promise<number>) => {
    const changeSome = () =>
      database.transaction(async (handle) =>
        (await holdGeneration(handle, name, generation)) ? change(makeTx(handle)) : 0,
      )
    while ((await changeSome()) === portion);
  }
  if (isPattern(definition)) await settleMatches(definition, watermark, inPortions)
  else await settleWindows(definition, watermark, inPortions)
}

/** Runs a change until it has changed less than a portion, each time in a transaction of its own. */
type InPortions = (change: (tx: Tx<StreamingService>) => Promise<number>) => Promise<void>

async function settleWindows(
  { name, window }: StreamDefinition,
  watermark: Temporal.Instant,
  inPortions: InPortions,
): Promise<void> {
  await inPortions(async (tx) => {
    const closed = await closeWindows(tx, name, watermark, portion)
    if (closed > 0) await tx.enqueue('publish-results', { stream: name }, { key: name })
    return closed
  })
  const lastStart = watermark.subtract({ milliseconds: window.latenessMs + window.sizeMs })
  await inPortions((tx) => deleteFinalWindows(tx, name, lastStart, portion))
}

/** Time alone can complete a match, make it final, or show that a reset does not find it again. */
async function settleMatches(
  definition: PatternDefinition,
  watermark: Temporal.Instant,
  inPortions: InPortions,
): Promise<void> {
  await inPortions(async (tx) => {
    const stored = await lockDueKeys(tx, definition.name, watermark, portion)
    await updateKeys(tx, definition, { stored, added: new Map(), watermarkMs: watermark.epochMilliseconds })
    return stored.length
  })
  await inPortions(async (tx) => {
    const withdrawn = await withdrawStale(tx, definition.name, watermark, portion)
    await publishMatches(tx, definition.name, withdrawn)
    return withdrawn.length
  })
}

/** Windows or keys for each transaction. */
const portion = 5_000

const keptDays = 30
const mostAtOnce = 10_000

/** Removes late events that were noted long ago. */
export const pruneLateEventsTask =
  ({ clock, database }: Deps): TaskHandler<StreamingService, 'prune-late-events'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * keptDays })
    while ((await database.transaction((tx) => deleteLate(tx, before, mostAtOnce))) === mostAtOnce);
  }

/** Removes matches that were detected long ago. */
export const pruneMatchesTask =
  ({ clock, database }: Deps): TaskHandler<StreamingService, 'prune-matches'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * keptDays })
    while ((await database.transaction((tx) => deleteMatches(tx, before, mostAtOnce))) === mostAtOnce);
  }
