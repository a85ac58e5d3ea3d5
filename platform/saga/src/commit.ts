import type { Tx, WriteHandle } from '@stoa/contract'
import { applyEntry, impliedEntries, stateOf, type Progress } from './decision.ts'
import { situationOf, type DriverOptions } from './driver-options.ts'
import { isEnd, type JournalEntry, type SagaState } from './journal.ts'
import { WorkerLost } from './lanes.ts'
import type { LiveSaga } from './live-saga.ts'
import { writeTransition } from './store.ts'
import type { Transition } from './transition.ts'

/** Runs in the transaction that journals. */
export type EntryHook = (tx: Tx) => Promise<void>

/**
 * Makes a move of a saga durable and only then lets it count: with a hook in a transaction of its own, fenced on the
 * saga's row, else with those of other sagas. @throws WorkerLost, Fenced, JournalRefused, and what the hook throws
 */
export async function commit(
  live: LiveSaga,
  entries: readonly JournalEntry[],
  options: DriverOptions,
  hook?: EntryHook,
  endState?: SagaState,
): Promise<void> {
  let progress: Progress = entries.reduce((before, entry) => applyEntry(live.saga, before, entry), live.progress)
  const implied = endState === undefined ? impliedEntries(live.saga, progress, situationOf(live, options)) : []
  progress = implied.reduce((before, entry) => applyEntry(live.saga, before, entry), progress)
  const state = endState ?? stateOf(live.saga, progress)
  const all = [...entries, ...implied]
  const mayHaveSignals = live.isCancelled || live.saga.steps.some(({ kind }) => kind === 'wait')
  const transition: Transition = {
    sagaId: live.head.id,
    traceId: live.context.traceId,
    entries: all.map((entry, index) => ({ ...entry, seq: live.seq + index })),
    ...(state === live.state ? {} : { head: { state, reason: progress.reason } }),
    ...(isEnd(state) && mayHaveSignals ? { dropsSignals: true } : {}),
  }
  if (options.isLost()) throw new WorkerLost('the worker has lost its sagas')
  if (hook === undefined) await options.lanes.write(transition)
  else await writeWithHook(live, transition, options, hook)
  const hasMoved = hook !== undefined || state !== live.state
  live.progress = progress
  live.state = state
  live.seq += all.length
  live.attempts = undefined
  if (hasMoved) options.onMoved(live)
}

function writeWithHook(live: LiveSaga, transition: Transition, options: DriverOptions, hook: EntryHook): Promise<void> {
  const { id, epoch, correlationId } = live.head
  const cause = { correlationId: correlationId ?? undefined, causationId: id }
  return options.database.transaction(async (handle: WriteHandle) => {
    // Not awaited yet: it goes out in one round trip with the hook's first statement.
    const written = writeTransition(handle, transition, { worker: options.worker, epoch })
    written.catch(() => {})
    try {
      await hook(options.makeTx(handle, cause))
    } catch (error) {
      await written
      throw error
    }
    await written
  })
}
