import { setTimeout as delay } from 'node:timers/promises'
import type { Tx, WriteHandle } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { applyEntry, failureCodes, impliedEntries, stateOf, type Progress } from './decision.ts'
import { situationOf, type DriverOptions } from './driver-options.ts'
import { hear, isOutdated, Outdated } from './hear.ts'
import { isEnd, type AnySaga, type JournalEntry, type SagaState } from './journal.ts'
import { WorkerLost } from './lanes.ts'
import type { LiveSaga } from './live-saga.ts'
import { Opposed, writeTransition } from './store.ts'
import type { Guard, Transition } from './transition.ts'

/** Runs in the transaction that journals. */
export type EntryHook = (tx: Tx) => Promise<void>

interface Move {
  readonly progress: Progress
  readonly state: SagaState
  readonly transition: Transition
}

/** The delay before a retry on a saga whose row is locked. */
const lockedPauseMs = { first: 10, most: 500 }

/**
 * Makes a transition of a saga durable before it takes effect: with a hook in its own transaction, fenced on the row of the saga,
 * otherwise in a batch with other sagas. A transition is not made if a conflicting signal has arrived through any replica. @throws WorkerLost, Fenced, JournalRefused, Outdated, and what the hook throws
 */
export async function commit(
  live: LiveSaga,
  entries: readonly JournalEntry[],
  options: DriverOptions,
  hook?: EntryHook,
  endState?: SagaState,
): Promise<void> {
  const guard = guardOf(live.saga, entries)
  for (let pauseMs = lockedPauseMs.first; ; pauseMs = Math.min(lockedPauseMs.most, pauseMs * 2)) {
    if (options.isLost()) throw new WorkerLost('the worker has lost its sagas')
    const move = moveOf(live, entries, options, endState)
    const { transition, state } = move
    const isWritten =
      hook === undefined ? await options.lanes.write(transition) : await writeWithHook(live, transition, options, hook)
    if (isWritten) {
      const hasMoved = (hook !== undefined && !entersPivot(live.saga, entries)) || state !== live.state
      live.progress = move.progress
      live.state = state
      live.seq += transition.entries.length
      live.attempts = undefined
      if (hasMoved) options.onMoved(live)
      return
    }
    await hearWhatOpposed(live, options)
    if (isOutdated(live, guard)) throw new Outdated('a signal arrived first')
    await delay(pauseMs)
  }
}

function moveOf(
  live: LiveSaga,
  entries: readonly JournalEntry[],
  options: DriverOptions,
  endState: SagaState | undefined,
): Move {
  let progress: Progress = entries.reduce((before, entry) => applyEntry(live.saga, before, entry), live.progress)
  const implied = endState === undefined ? impliedEntries(live.saga, progress, situationOf(live, options)) : []
  progress = implied.reduce((before, entry) => applyEntry(live.saga, before, entry), progress)
  const state = endState ?? stateOf(live.saga, progress)
  const all = [...entries, ...implied]
  const guard = guardOf(live.saga, all)
  const mayHaveSignals = live.isCancelled || live.saga.steps.some(({ kind }) => kind === 'wait')
  const transition: Transition = {
    sagaId: live.head.id,
    traceId: live.context.traceId,
    entries: all.map((entry, index) => ({ ...entry, seq: live.seq + index })),
    ...(state === live.state ? {} : { head: { state, reason: progress.reason } }),
    ...(guard === undefined ? {} : { guard }),
    ...(isEnd(state) && mayHaveSignals ? { dropsSignals: true } : {}),
  }
  return { progress, state, transition }
}

/** A cancellation by an operator counts until the pivot is entered or the saga times out; a signal, until its wait times out. */
function guardOf(saga: AnySaga, entries: readonly JournalEntry[]): Guard | undefined {
  for (const { step, kind, outcome, error } of entries) {
    if ((outcome === 'refused' || outcome === 'unknown') && error === failureCodes.timedOut)
      return kind === 'wait' ? { cancelled: true, signal: step } : { cancelled: true }
    if (outcome === 'entered' && isPivot(saga, step)) return { cancelled: true }
  }
  return undefined
}

function isPivot({ steps }: AnySaga, step: string): boolean {
  return steps.find(({ name }) => name === step)?.kind === 'pivot'
}

/** What the pivot finds as it is entered changes nothing that a client reads: requests that wait are woken when it has succeeded. */
function entersPivot(saga: AnySaga, entries: readonly JournalEntry[]): boolean {
  return entries.some(({ step, outcome }) => outcome === 'entered' && isPivot(saga, step))
}

async function hearWhatOpposed(live: LiveSaga, options: DriverOptions): Promise<void> {
  try {
    await hear(live, options)
  } catch (error) {
    // The caller retries as long as this worker owns the saga.
    if (!isAppError(error) || !error.retryable) throw error
  }
}

async function writeWithHook(
  live: LiveSaga,
  transition: Transition,
  options: DriverOptions,
  hook: EntryHook,
): Promise<boolean> {
  const { id, epoch, correlationId } = live.head
  const cause = { correlationId: correlationId ?? undefined, causationId: id }
  try {
    await options.database.transaction(async (handle: WriteHandle) => {
      // Not awaited yet: it is sent in one round trip with the first statement of the hook.
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
    return true
  } catch (error) {
    if (error instanceof Opposed) return false
    throw error
  }
}
