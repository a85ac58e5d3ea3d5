import { isAppError } from '@stoa/kernel'

/** How long and how often is tried; milliseconds. */
export interface RetryLimits {
  /** Attempts of a step before the pivot that does not say its own. */
  readonly attempts: number
  /** How long a compensation, or a step from the pivot on, is retried before the saga is stuck. */
  readonly holdForMs: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export const defaultRetryLimits: RetryLimits = {
  attempts: 5,
  holdForMs: 600_000,
  firstDelayMs: 200,
  maxDelayMs: 5_000,
}

/** One failed attempt and those before it. */
export interface FailedAttempt {
  readonly error: unknown
  /** 1 for the first. */
  readonly attempt: number
  readonly attempts: number | undefined
  /** A compensation, or a step from the pivot on: it may not be given up. */
  readonly mustHold: boolean
  /** Since the first attempt began. */
  readonly elapsedMs: number
  /** Whether an earlier attempt went unanswered. */
  readonly wasUnanswered: boolean
}

export type Verdict =
  | { readonly do: 'retry'; readonly delayMs: number }
  | { readonly do: 'give_up'; readonly outcome: 'refused' | 'unknown' | 'stuck' }

/** The code a failure is known by: the refusal's, or `internal` for a bug. */
export function failureCode(error: unknown): string {
  return isAppError(error) ? error.code : 'internal'
}

/** Whether nobody can say if the call had its effect: no answer, a bug after it, or one with its key under way. */
export function isUnanswered(error: unknown): boolean {
  return !isAppError(error) || error.retryable || error.code === 'idempotency.in_progress'
}

/** Retries what went unanswered; a refusal ends it at once. */
export function judgeAttempt(failed: FailedAttempt, limits: RetryLimits, random: () => number): Verdict {
  const { error, attempt, attempts = limits.attempts, mustHold, elapsedMs, wasUnanswered } = failed
  if (!isUnanswered(error))
    return { do: 'give_up', outcome: mustHold ? 'stuck' : wasUnanswered ? 'unknown' : 'refused' }
  if (mustHold ? elapsedMs >= limits.holdForMs : attempt >= attempts) {
    return { do: 'give_up', outcome: mustHold ? 'stuck' : 'unknown' }
  }
  return { do: 'retry', delayMs: retryDelayMs(error, attempt, limits, random) }
}

/** Twice as long each time, half of it by chance, never over the maximum; a callee's `Retry-After` is kept to below it. */
export function retryDelayMs(error: unknown, attempt: number, limits: RetryLimits, random: () => number): number {
  const fullMs = Math.min(limits.maxDelayMs, limits.firstDelayMs * 2 ** (attempt - 1))
  const askedMs = isAppError(error) ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
  return Math.min(limits.maxDelayMs, Math.max(askedMs, fullMs * (0.5 + random() / 2)))
}
