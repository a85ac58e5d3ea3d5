import { AppError, platformError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { defaultRetryLimits, failureCode, judgeAttempt, retryDelayMs, type FailedAttempt } from './retry-policy.ts'

const away = new AppError('unavailable', 'payment.unavailable', 'away')
const refused = new AppError('conflict', 'payment.declined', 'no')
const judge = (more: Partial<FailedAttempt>, random = 0) =>
  judgeAttempt(
    {
      error: away,
      isUnsent: false,
      attempt: 1,
      attempts: undefined,
      mustHold: false,
      elapsedMs: 0,
      wasUnanswered: false,
      ...more,
    },
    defaultRetryLimits,
    () => random,
  )

test('a refusal ends an action at once', () => {
  expect(judge({ error: refused })).toEqual({ do: 'give_up', outcome: 'refused' })
})

test('a refusal after an attempt that went unanswered leaves the outcome unknown', () => {
  expect(judge({ error: refused, attempt: 2, wasUnanswered: true })).toEqual({ do: 'give_up', outcome: 'unknown' })
})

test('what is unavailable, a bug and a key in progress are retried, five times unless the step says otherwise', () => {
  const inProgress = platformError('idempotency.in_progress', 'under way')
  for (const error of [away, new TypeError('bug'), inProgress, platformError('saga.timed_out', 'late')]) {
    expect(judge({ error, attempt: 4 }).do).toBe('retry')
    expect(judge({ error, attempt: 5 })).toEqual({ do: 'give_up', outcome: 'unknown' })
    expect(judge({ error, attempt: 5, attempts: 6 }).do).toBe('retry')
  }
})

test('calls that a circuit breaker kept back are no attempts, and what must hold still holds for ten minutes', () => {
  const open = { error: platformError('service.circuit_open', 'open', { retryAfterSeconds: 2 }), isUnsent: true }
  expect(judge({ ...open, attempt: 0 })).toEqual({ do: 'retry', delayMs: 2_000 })
  expect(judge({ ...open, attempt: 5 }).do).toBe('retry')
  expect(judge({ ...open, isUnsent: false, attempt: 5 })).toEqual({ do: 'give_up', outcome: 'unknown' })
  expect(judge({ ...open, mustHold: true, elapsedMs: 600_000 })).toEqual({ do: 'give_up', outcome: 'stuck' })
})

test('what must hold is tried for ten minutes, however often', () => {
  expect(judge({ mustHold: true, attempt: 500, attempts: 2, elapsedMs: 599_999 }).do).toBe('retry')
  expect(judge({ mustHold: true, attempt: 500, elapsedMs: 600_000 })).toEqual({ do: 'give_up', outcome: 'stuck' })
})

test('a refusal of what must hold is for an operator at once', () => {
  expect(judge({ error: refused, mustHold: true })).toEqual({ do: 'give_up', outcome: 'stuck' })
})

test('delays double, half of each by chance, and are never over five seconds', () => {
  const delays = [1, 2, 3, 5, 6, 40].map((attempt) => retryDelayMs(away, attempt, defaultRetryLimits, () => 1))
  expect(delays).toEqual([200, 400, 800, 3_200, 5_000, 5_000])
  expect(retryDelayMs(away, 1, defaultRetryLimits, () => 0)).toBe(100)
})

test('a callee that says when to come back is heard, up to the longest delay', () => {
  const busy = (retryAfterSeconds: number) =>
    new AppError('unavailable', 'payment.busy', 'later', { retryAfterSeconds })
  expect(retryDelayMs(busy(2), 1, defaultRetryLimits, () => 0)).toBe(2_000)
  expect(retryDelayMs(busy(60), 1, defaultRetryLimits, () => 0)).toBe(5_000)
})

test('a bug is known as a failure of the service, a refusal by its code', () => {
  expect([failureCode(new TypeError('secret')), failureCode(refused)]).toEqual(['service.failed', 'payment.declined'])
})
