import type { Json } from '@stoa/contract'
import { attempt, isOutcomeUnknown, type Trial } from './attempt.ts'
import { bugCode, failureCode } from './retry-policy.ts'
import { commit, type EntryHook } from './commit.ts'
import { commitWithEntry } from './commit-with-entry.ts'
import { deadlineMs, decide, failureCodes, passOver, type Decision } from './decision.ts'
import { situationOf, type DriverOptions } from './driver-options.ts'
import { hear, Outdated } from './hear.ts'
import { isEnd, type AnyStep, type EntryKind, type JournalEntry, type StepOutcome } from './journal.ts'
import { WorkerLost } from './lanes.ts'
import { nowMs, pause, type LiveSaga } from './live-saga.ts'
import { Rested } from './rest.ts'
import { callStep, entryContext } from './run-step.ts'
import { Fenced } from './store.ts'

/** The result of driving a saga; `in_doubt` means that it must be read again because the outcome of its last write is unknown. */
export type Left = 'over' | 'left' | 'in_doubt'

/** Drives a saga until it has ended, is stuck, or the worker stops; each transition is journalled before the next starts. */
export function drive(live: LiveSaga, options: DriverOptions): Promise<Left> {
  return leaving(options, async () => {
    while (!options.mustLeave()) {
      if (live.state === 'stuck' || isEnd(live.state)) return 'over'
      await move(live, decideNow(live, options), options)
    }
    return 'left'
  })
}

/** Marks a saga as stuck because its journal does not match the definition, until an operator retries it with a matching one. */
export function markUnknown(live: LiveSaga, options: DriverOptions, error: unknown): Promise<Left> {
  return leaving(options, async () => {
    const entry = entryNow(nowMs(live), '', 'saga', 'stuck')
    await commit(live, [{ ...entry, error: failureCodes.definitionChanged, detail: String(error) }], options)
    return 'over'
  })
}

async function leaving(options: DriverOptions, run: () => Promise<Left>): Promise<Left> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof WorkerLost || error instanceof Fenced || error instanceof Rested) return 'left'
    const { logger } = options.telemetry
    if (isOutcomeUnknown(error))
      logger.warn('a saga is read again: the outcome of its last write is unknown', { error })
    else logger.error('a saga could not continue', { error })
    return 'in_doubt'
  }
}

function decideNow(live: LiveSaga, options: DriverOptions): Decision {
  const situation = situationOf(live, options)
  try {
    return decide(live.saga, live.progress, situation)
  } catch (error) {
    options.telemetry.logger.error('a condition of a saga threw', { error })
    const entry = entryNow(situation.nowMs, live.saga.steps[live.progress.position]?.name ?? '', 'wait', 'refused')
    return { do: 'turn', entry: { ...entry, error: failureCode(error) } }
  }
}

async function move(live: LiveSaga, decision: Decision, options: DriverOptions): Promise<void> {
  try {
    await follow(live, decision, options)
  } catch (error) {
    if (!(error instanceof Outdated)) throw error
    live.attempts = undefined
  }
}

async function follow(live: LiveSaga, decision: Decision, options: DriverOptions): Promise<void> {
  switch (decision.do) {
    case 'halt':
      return
    case 'pass':
      live.progress = passOver(live.progress)
      return
    case 'park':
      return park(live, decision.untilMs, options)
    case 'turn':
      return commit(live, [{ ...decision.entry, attempts: live.attempts?.count ?? 0 }], options)
    case 'enter':
      return enter(live, decision.step, options)
    case 'act':
      return act(live, decision, options)
    case 'read':
      return read(live, decision.step, decision.value, options)
    case 'compensate':
      return compensate(live, decision.step, options)
    case 'end':
      return end(live, decision.state, options)
  }
}

async function park(live: LiveSaga, untilMs: number, options: DriverOptions): Promise<void> {
  if (live.mustLookForSignals) {
    live.mustLookForSignals = false
    return hear(live, options)
  }
  options.places.free(live.head.name)
  await pause(live, untilMs - nowMs(live))
  options.places.take(live.head.name)
}

async function enter(live: LiveSaga, step: AnyStep, options: DriverOptions): Promise<void> {
  const { enter: hook } = step
  const run: EntryHook | undefined = hook && ((tx) => hook(tx, entryContext(live)))
  await attempt(live, options, { step, part: 'enter', mustHold: live.progress.isPastPivot }, (base) =>
    commit(live, [{ ...base, kind: 'enter', outcome: 'entered' }], options, run),
  )
}

async function read(live: LiveSaga, step: AnyStep, value: Json, options: DriverOptions): Promise<void> {
  const { then: hook } = step
  const run: EntryHook | undefined = hook && ((tx) => hook(tx, value, entryContext(live)))
  await attempt(live, options, { step, part: 'wait', mustHold: false }, (base) =>
    commit(live, [{ ...base, kind: 'wait', outcome: 'succeeded', result: value }], options, run),
  )
}

async function act(
  live: LiveSaga,
  { step, mustHold, isActionSkipped }: Extract<Decision, { do: 'act' }>,
  options: DriverOptions,
): Promise<void> {
  const { then: hook } = step
  const trial: Trial = { step, part: 'action', mustHold }
  await attempt(live, options, trial, async (base) => {
    const result = isActionSkipped
      ? undefined
      : await callStep(options, live, step, 'action', timeLeft(live, step, options))
    trial.part = 'then'
    trial.result = result
    const outcome = isActionSkipped ? 'skipped' : 'succeeded'
    const entry: JournalEntry = { ...base, kind: 'action', outcome, result, endedAtMs: nowMs(live) }
    if (hook === undefined) return commitWithEntry(live, entry, options)
    await commit(live, [entry], options, (tx) => hook(tx, result, entryContext(live)))
  })
}

async function compensate(live: LiveSaga, step: AnyStep, options: DriverOptions): Promise<void> {
  await attempt(live, options, { step, part: 'compensation', mustHold: true }, async (base) => {
    const timeoutMs = step.timeoutMs ?? options.limits.stepTimeoutMs
    await callStep(options, live, step, 'compensation', timeoutMs)
    await commit(live, [{ ...base, kind: 'compensation', outcome: 'succeeded', endedAtMs: nowMs(live) }], options)
  })
}

async function end(live: LiveSaga, state: 'completed' | 'compensated', options: DriverOptions): Promise<void> {
  const { onCompensated, onCompleted } = live.saga
  const { input } = live.head
  const { done, reason = bugCode, isEndSkipped } = live.progress
  const hook: EntryHook | undefined =
    state === 'completed'
      ? onCompleted && ((tx) => onCompleted(tx, { input, done }))
      : onCompensated && ((tx) => onCompensated(tx, { input, reason, done }))
  await attempt(live, options, { step: undefined, part: 'saga', mustHold: true }, () =>
    commit(live, [], options, isEndSkipped ? undefined : hook, state),
  )
}

/** Returns the timeout of an attempt: its own, and before the pivot at most the remaining time of the saga. */
function timeLeft(live: LiveSaga, step: AnyStep, options: DriverOptions): number {
  const situation = situationOf(live, options)
  const ownMs = step.timeoutMs ?? options.limits.stepTimeoutMs
  const leftMs = live.progress.isPastPivot ? Infinity : deadlineMs(live.progress, situation) - situation.nowMs
  return Math.max(1, Math.min(ownMs, leftMs))
}

function entryNow(atMs: number, step: string, kind: EntryKind, outcome: StepOutcome): JournalEntry {
  return { step, kind, outcome, attempts: 0, startedAtMs: atMs, endedAtMs: atMs }
}
