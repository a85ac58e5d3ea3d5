import { isAppError, type platformErrors } from '@stoa/kernel'

/** The code of a bug; journals of older releases have `internal`. */
export const bugCode = 'service.failed' satisfies keyof typeof platformErrors

/** The limits of retries; durations in milliseconds. */
export interface RetryLimits {
  /** Default attempts of a step before the pivot. */
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

/** A failed attempt and its predecessors. */
export interface FailedAttempt {
  readonly error: unknown
  /** Whether our circuit breaker rejected the call: it counts as no attempt, and is retried until the saga times out. */
  readonly isUnsent: boolean
  /** 1 for the first; 0 if none has been sent. */
  readonly attempt: number
  readonly attempts: number | undefined
  /** Whether it must succeed: a compensation, or a step from the pivot on. */
  readonly mustHold: boolean
  /** Time since the first attempt began. */
  readonly elapsedMs: number
  /** Whether an earlier attempt got no response. */
  readonly wasUnanswered: boolean
}

export type Verdict =
  | { readonly do: 'retry'; readonly delayMs: number }
  | { readonly do: 'give_up'; readonly outcome: 'refused' | 'unknown' | 'stuck' }

/** Returns the code of a failure: that of the error, or `service.failed` for a bug. */
export function failureCode(error: unknown): string {
  return isAppError(error) ? error.code : bugCode
}

/** Returns whether the effect of a call is unknown: no response, a bug after the call, or another call with its key in progress. */
export function isUnanswered(error: unknown): boolean {
  return !isAppError(error) || error.retryable || error.code === 'idempotency.in_progress'
}

/** Decides whether to retry: attempts without a response are retried, a refusal is final. */
export function judgeAttempt(failed: FailedAttempt, limits: RetryLimits, random: () => number): Verdict {
  const { error, isUnsent, attempt, attempts = limits.attempts, mustHold, elapsedMs, wasUnanswered } = failed
  if (!isUnanswered(error))
    return { do: 'give_up', outcome: mustHold ? 'stuck' : wasUnanswered ? 'unknown' : 'refused' }
  if (mustHold ? elapsedMs >= limits.holdForMs : !isUnsent && attempt >= attempts) {
    return { do: 'give_up', outcome: mustHold ? 'stuck' : 'unknown' }
  }
  return { do: 'retry', delayMs: retryDelayMs(error, Math.max(1, attempt), limits, random) }
}

/**
 * Returns the delay, which doubles each time up to the maximum, half of it random. `Retry-After` is respected up to the maximum,
 * with up to half as much added at random, so that sagas refused together do not return together.
 */
export function retryDelayMs(error: unknown, attempt: number, limits: RetryLimits, random: () => number): number {
  const fullMs = Math.min(limits.maxDelayMs, limits.firstDelayMs * 2 ** (attempt - 1))
  const askedMs = isAppError(error) ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
  return Math.min(limits.maxDelayMs, Math.max(askedMs * (1 + random() / 2), fullMs * (0.5 + random() / 2)))
}
