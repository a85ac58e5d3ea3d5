import { isAppError } from '@stoa/kernel'
import { fullJitterMs } from './backoff.ts'
import type { CallContext } from './call-scope.ts'
import { remainingMs } from './deadline.ts'
import type { GiveUpReason, Observer } from './events.ts'
import { makePolicy, type Policy } from './policy.ts'
import type { RetryBudget } from './retry-budget.ts'
import { positive, wholeNumber } from './settings.ts'
import { sleep, systemTime, type Time } from './time.ts'

/** Settings of a retry; each has the default of the platform. */
export interface RetryOptions {
  readonly name?: string
  /** Attempts after the first (3). */
  readonly maxRetries?: number
  /** Upper bound of the first delay (100 ms), doubled each time; the delay is drawn evenly from 0 to it. */
  readonly baseDelayMs?: number
  readonly maxDelayMs?: number
  /** The longest wait requested by the callee (`retryAfterSeconds`) that is respected (5 s); a longer wait ends the retries. */
  readonly maxRetryAfterSeconds?: number
  /** Returns whether an error is worth a retry; by default an AppError that is marked as retryable. */
  readonly isRetryable?: (error: unknown, context: CallContext) => boolean
  /** Shared by all retries towards one upstream. */
  readonly budget?: RetryBudget | undefined
  readonly time?: Time
  readonly random?: () => number
  readonly observer?: Observer | undefined
}

/**
 * Repeats a call that failed in a way worth repeating, with exponential backoff and full jitter, within the budget, and
 * only if the delay ends before the deadline; otherwise rejects with the last error. Only for calls that may be repeated.
 */
export function retry(options: RetryOptions = {}): Policy {
  const { name = 'retry', budget, time = systemTime, observer, isRetryable = isRetryableError } = options
  const maxRetries = wholeNumber('maxRetries', options.maxRetries ?? 3, 0)
  const delayMsOf = delays(options)

  function giveUp(attempts: number, reason: GiveUpReason): undefined {
    observer?.onEvent({ type: 'retry_given_up', name, attempts, reason })
    return undefined
  }

  function nextDelayMs(attempts: number, error: unknown, context: CallContext): number | undefined {
    if (attempts > maxRetries) return giveUp(attempts, 'attempts')
    const delayMs = delayMsOf(attempts, error)
    if (delayMs === undefined) return giveUp(attempts, 'retry_after')
    if (delayMs >= remainingMs(context.deadline, time.epochMs())) return giveUp(attempts, 'deadline')
    if (budget !== undefined && !budget.tryRetry()) return giveUp(attempts, 'budget')
    observer?.onEvent({ type: 'retry_scheduled', name, attempt: attempts + 1, delayMs })
    return delayMs
  }

  return makePolicy((next) => async (call, scope) => {
    budget?.onCall()
    for (let attempt = 1; ; attempt++) {
      const context = attempt === 1 ? scope : scope.forAttempt(attempt)
      try {
        return await next(call, context)
      } catch (error) {
        if (scope.isAborted || !isRetryable(error, context)) throw error
        const delayMs = nextDelayMs(attempt, error, context)
        if (delayMs === undefined) throw error
        await sleep(time, delayMs, scope.abortable)
      }
    }
  })
}

/** Whether an error is an AppError that names itself retryable. */
export function isRetryableError(error: unknown): boolean {
  return isAppError(error) && error.retryable
}

function delays(options: RetryOptions): (attempts: number, error: unknown) => number | undefined {
  const { random = Math.random } = options
  const baseMs = positive('baseDelayMs', options.baseDelayMs ?? 100)
  const maxMs = positive('maxDelayMs', options.maxDelayMs ?? 10_000)
  const maxAskedMs = positive('maxRetryAfterSeconds', options.maxRetryAfterSeconds ?? 5) * 1_000
  return (attempts, error) => {
    const askedMs = isAppError(error) ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
    if (askedMs > maxAskedMs) return undefined
    return Math.max(askedMs, fullJitterMs(attempts, baseMs, maxMs, random))
  }
}
