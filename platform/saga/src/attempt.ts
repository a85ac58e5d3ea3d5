import type { Json } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { isUniqueViolation } from '@stoa/postgres'
import { redactText } from '@stoa/telemetry'
import { failureCode, isUnanswered, judgeAttempt } from './retry-policy.ts'
import { commit } from './commit.ts'
import { nowMs, type DriverOptions } from './driver-options.ts'
import type { AnyStep, EntryKind, JournalEntry, Outcome } from './journal.ts'
import { JournalRefused, WorkerLost } from './lanes.ts'
import { pause, type LiveSaga } from './live-saga.ts'
import { Fenced } from './store.ts'

/** One attempt at something, as it stands when it fails. */
export interface Trial {
  /** None for what runs at the saga's end. */
  readonly step: AnyStep | undefined
  /** What is being tried; an action that has succeeded goes on as its `then`. */
  part: EntryKind
  /** A compensation, or what comes from the pivot on: it may not be given up. */
  readonly mustHold: boolean
  result?: Json
}

/** What an attempt journals when it succeeds, but for what only it knows. */
export type EntryBase = Omit<JournalEntry, 'kind' | 'outcome'>

/** Whether a write may or may not have held: the saga must be read anew. */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    error instanceof JournalRefused ||
    isAppError(error, 'database.outcome_unknown') ||
    isUniqueViolation(error, 'saga_journal_pkey')
  )
}

/** Tries once; a failure is either waited out, so that the next move tries again, or journalled as the end of it. */
export async function attempt(
  live: LiveSaga,
  options: DriverOptions,
  trial: Trial,
  run: (base: EntryBase) => Promise<void>,
): Promise<void> {
  const atMs = nowMs(options)
  const attempts = (live.attempts ??= { startedAtMs: atMs, count: 0 })
  attempts.count++
  try {
    await run({
      step: trial.step?.name ?? '',
      attempts: attempts.count,
      startedAtMs: attempts.startedAtMs,
      endedAtMs: atMs,
    })
  } catch (error) {
    if (error instanceof WorkerLost || error instanceof Fenced || isOutcomeUnknown(error)) throw error
    await onFailed(live, options, trial, error)
  }
}

async function onFailed(live: LiveSaga, options: DriverOptions, trial: Trial, error: unknown): Promise<void> {
  const { step, part, mustHold, result } = trial
  const attempts = live.attempts ?? { count: 1, startedAtMs: nowMs(options) }
  const failed = {
    error,
    attempt: attempts.count,
    attempts: isOwnDatabase(part, error) ? Infinity : step?.attempts,
    mustHold,
    elapsedMs: nowMs(options) - attempts.startedAtMs,
    wasUnanswered: live.progress.mayHaveBegun,
  }
  const verdict = judgeAttempt(failed, options.limits, options.random)
  const { logger } = options.telemetry
  const fields = { step: step?.name, part, attempt: attempts.count, error }
  if (verdict.do === 'retry') {
    logger.warn('a step of a saga is tried again', { ...fields, delayMs: Math.round(verdict.delayMs) })
    attempts.lastError = failureCode(error)
    if (part === 'then' || (part === 'action' && isUnanswered(error)))
      live.progress = { ...live.progress, mayHaveBegun: true }
    return pause(live, verdict.delayMs)
  }
  const outcome = outcomeOf(part, verdict.outcome)
  if (isAppError(error)) logger.info('a step of a saga has ended without success', { ...fields, outcome })
  else logger.error('a step of a saga has failed', { ...fields, outcome })
  const entry: JournalEntry = {
    step: step?.name ?? '',
    kind: part === 'then' && outcome !== 'stuck' ? 'action' : part,
    outcome,
    attempts: attempts.count,
    result,
    error: failureCode(error),
    // A bug's message may hold anything; journals are kept.
    detail: redactText(error instanceof Error ? error.message : String(error)),
    startedAtMs: attempts.startedAtMs,
    endedAtMs: nowMs(options),
  }
  await commit(live, [entry], options)
}

/** A hook's transaction that failed left nothing; an action whose `then` failed has had its effect. */
function outcomeOf(part: EntryKind, outcome: 'refused' | 'unknown' | 'stuck'): Outcome {
  if (outcome === 'stuck') return 'stuck'
  if (part === 'enter' || part === 'wait') return 'refused'
  return part === 'then' ? 'unknown' : outcome
}

/** The service's own database being away is no fault of a hook: it is waited for. */
function isOwnDatabase(part: EntryKind, error: unknown): boolean {
  return part !== 'action' && part !== 'compensation' && isAppError(error) && error.code.startsWith('database.')
}
