import type { Json } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { isUniqueViolation } from '@stoa/postgres'
import { redactText } from '@stoa/telemetry'
import { failureCode, isUnanswered, judgeAttempt } from './retry-policy.ts'
import { commit } from './commit.ts'
import type { DriverOptions } from './driver-options.ts'
import { Outdated } from './hear.ts'
import type { AnyStep, EntryKind, JournalEntry, StepOutcome } from './journal.ts'
import { JournalRefused, WorkerLost } from './lanes.ts'
import { nowMs, type LiveSaga } from './live-saga.ts'
import { rest } from './rest.ts'
import { Fenced } from './store.ts'

/** What is attempted, and how far the attempt has come. */
export interface Trial {
  /** Undefined for the final hook of the saga. */
  readonly step: AnyStep | undefined
  /** The part that is attempted; after an action has succeeded, its `then`. */
  part: EntryKind
  /** Whether it must succeed: a compensation, or a step from the pivot on. */
  readonly mustHold: boolean
  result?: Json
}

/** The journal entry of a successful attempt, without its result. */
export type EntryBase = Omit<JournalEntry, 'kind' | 'outcome'>

/** Returns whether the outcome of a write is unknown, so that the saga must be read again. */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    error instanceof JournalRefused ||
    isAppError(error, 'database.outcome_unknown') ||
    isUniqueViolation(error, 'saga_journal_pkey')
  )
}

/** Makes one attempt. A failure either leads to a delay, after which the next move retries, or is journalled as the outcome. */
export async function attempt(
  live: LiveSaga,
  options: DriverOptions,
  trial: Trial,
  run: (base: EntryBase) => Promise<void>,
): Promise<void> {
  const atMs = nowMs(live)
  const attempts = (live.attempts ??= { startedAtMs: atMs, count: 0 })
  attempts.count++
  attempts.wasSent = false
  try {
    await run({
      step: trial.step?.name ?? '',
      attempts: attempts.count,
      startedAtMs: attempts.startedAtMs,
      endedAtMs: atMs,
    })
  } catch (error) {
    if (isNoFailure(error)) throw error
    await onFailed(live, options, trial, error)
  }
}

/** Returns whether an error concerns the ownership or the state of the saga, and not the step. */
function isNoFailure(error: unknown): boolean {
  return error instanceof Outdated || endsDrive(error)
}

/** Returns whether this process may no longer own the saga, or does not know what is written of it. */
export function endsDrive(error: unknown): boolean {
  return error instanceof WorkerLost || error instanceof Fenced || isOutcomeUnknown(error)
}

async function onFailed(live: LiveSaga, options: DriverOptions, trial: Trial, error: unknown): Promise<void> {
  const { step, part, mustHold, result } = trial
  const attempts = live.attempts ?? { count: 1, startedAtMs: nowMs(live) }
  const isUnsent = isAppError(error, 'service.circuit_open') && attempts.wasSent !== true
  if (isUnsent) attempts.count--
  const failed = {
    error,
    isUnsent,
    attempt: attempts.count,
    attempts: isOwnDatabase(part, error) ? Infinity : step?.attempts,
    mustHold,
    elapsedMs: nowMs(live) - attempts.startedAtMs,
    wasUnanswered: live.progress.mayHaveBegun,
  }
  const verdict = judgeAttempt(failed, options.limits, options.random)
  const { logger } = options.telemetry
  const fields = { step: step?.name, part, attempt: attempts.count, error }
  if (verdict.do === 'retry') {
    logger.warn('retrying a step of a saga', { ...fields, delayMs: Math.round(verdict.delayMs) })
    attempts.lastError = failureCode(error)
    if (part === 'then' || (part === 'action' && isUnanswered(error) && !isUnsent))
      live.progress = { ...live.progress, mayHaveBegun: true }
    return rest(live, verdict.delayMs, options)
  }
  const outcome = outcomeOf(part, verdict.outcome)
  if (isAppError(error)) logger.info('a step of a saga ended without success', { ...fields, outcome })
  else logger.error('a step of a saga has failed', { ...fields, outcome })
  const entry: JournalEntry = {
    step: step?.name ?? '',
    kind: part === 'then' && outcome !== 'stuck' ? 'action' : part,
    outcome,
    attempts: attempts.count,
    result,
    error: failureCode(error),
    // The message of a bug may contain any data, and journals are stored.
    detail: redactText(error instanceof Error ? error.message : String(error)),
    startedAtMs: attempts.startedAtMs,
    endedAtMs: nowMs(live),
  }
  await commit(live, [entry], options)
}

/** A failed transaction of a hook has no effect; an action whose `then` failed has had its effect. */
function outcomeOf(part: EntryKind, outcome: 'refused' | 'unknown' | 'stuck'): StepOutcome {
  if (outcome === 'stuck') return 'stuck'
  if (part === 'enter' || part === 'wait') return 'refused'
  return part === 'then' ? 'unknown' : outcome
}

/** Waits while the database of the service is unavailable, which is not a fault of the hook. */
function isOwnDatabase(part: EntryKind, error: unknown): boolean {
  return part !== 'action' && part !== 'compensation' && isAppError(error) && error.code.startsWith('database.')
}
