import type { Json } from '@stoa/contract'
import { attempt, isOutcomeUnknown, type Trial } from './attempt.ts'
import { failureCode } from './retry-policy.ts'
import { commit, type EntryHook } from './commit.ts'
import { deadlineMs, decide, failureCodes, passOver, type Decision } from './decision.ts'
import { nowMs, situationOf, type DriverOptions } from './driver-options.ts'
import { isEnd, type AnyStep, type EntryKind, type JournalEntry, type Outcome } from './journal.ts'
import { WorkerLost } from './lanes.ts'
import { pause, takeSignals, type LiveSaga } from './live-saga.ts'
import { callStep, entryContext } from './run-step.ts'
import { Fenced, readSignals } from './store.ts'

/** How a saga was left; one in doubt is to be read anew, as what was written last may or may not have held. */
export type Left = 'over' | 'left' | 'in_doubt'

/** Drives a saga until it has ended, is stuck, or the worker leaves; each move is journalled before the next begins. */
export function drive(live: LiveSaga, options: DriverOptions): Promise<Left> {
  return leaving(options, async () => {
    while (!options.mustLeave()) {
      if (live.state === 'stuck' || isEnd(live.state)) return 'over'
      await move(live, decideNow(live, options), options)
    }
    return 'left'
  })
}

/** Writes off a saga whose journal the definition at hand does not fit, until an operator retries it with one that does. */
export function markUnknown(live: LiveSaga, options: DriverOptions, error: unknown): Promise<Left> {
  return leaving(options, async () => {
    const entry = entryNow(nowMs(options), '', 'saga', 'stuck')
    await commit(live, [{ ...entry, error: failureCodes.definitionChanged, detail: String(error) }], options)
    return 'over'
  })
}

async function leaving(options: DriverOptions, run: () => Promise<Left>): Promise<Left> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof WorkerLost || error instanceof Fenced) return 'left'
    const { logger } = options.telemetry
    if (isOutcomeUnknown(error)) logger.warn('a saga is read anew: its last write may or may not have held', { error })
    else logger.error('a saga could not be driven on', { error })
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
    return takeSignals(live, await readSignals(options.database.read, [live.head.id]))
  }
  options.parked.count++
  await pause(live, untilMs - nowMs(options))
  options.parked.count--
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
    const run: EntryHook | undefined = hook && ((tx) => hook(tx, result, entryContext(live)))
    await commit(live, [{ ...base, kind: 'action', outcome, result, endedAtMs: nowMs(options) }], options, run)
  })
}

async function compensate(live: LiveSaga, step: AnyStep, options: DriverOptions): Promise<void> {
  await attempt(live, options, { step, part: 'compensation', mustHold: true }, async (base) => {
    const limits = { nowMs: nowMs(options), timeoutMs: step.timeoutMs ?? options.limits.stepTimeoutMs }
    await callStep(options, live, step, 'compensation', limits)
    await commit(live, [{ ...base, kind: 'compensation', outcome: 'succeeded', endedAtMs: nowMs(options) }], options)
  })
}

async function end(live: LiveSaga, state: 'completed' | 'compensated', options: DriverOptions): Promise<void> {
  const { onCompensated, onCompleted } = live.saga
  const { input } = live.head
  const { done, reason = 'internal', isEndSkipped } = live.progress
  const hook: EntryHook | undefined =
    state === 'completed'
      ? onCompleted && ((tx) => onCompleted(tx, { input, done }))
      : onCompensated && ((tx) => onCompensated(tx, { input, reason, done }))
  await attempt(live, options, { step: undefined, part: 'saga', mustHold: true }, () =>
    commit(live, [], options, isEndSkipped ? undefined : hook, state),
  )
}

/** What an attempt may take: its own time, and before the pivot no more than the saga has left. */
function timeLeft(live: LiveSaga, step: AnyStep, options: DriverOptions) {
  const situation = situationOf(live, options)
  const ownMs = step.timeoutMs ?? options.limits.stepTimeoutMs
  const leftMs = live.progress.isPastPivot ? Infinity : deadlineMs(live.progress, situation) - situation.nowMs
  return { nowMs: situation.nowMs, timeoutMs: Math.max(1, Math.min(ownMs, leftMs)) }
}

function entryNow(atMs: number, step: string, kind: EntryKind, outcome: Outcome): JournalEntry {
  return { step, kind, outcome, attempts: 0, startedAtMs: atMs, endedAtMs: atMs }
}
