import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure, isAccepted, type FailedAttempt } from './webhook-attempts.ts'

const now = Temporal.Instant.from('2026-11-30T12:00:00Z')
const failed = (more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  statusCode: 500,
  retryAfter: undefined,
  attempts: 1,
  failingSince: undefined,
  now,
  random: 1,
  ...more,
})
const pauseMs = (more: Partial<FailedAttempt>) => {
  const next = afterFailure(failed(more))
  return 'nextAttemptAt' in next ? now.until(next.nextAttemptAt).total('milliseconds') : undefined
}

test('only responses of 2xx accept a webhook', () => {
  expect([199, 200, 204, 299, 300, 301, 404].filter(isAccepted)).toEqual([200, 204, 299])
})

test('pauses double from a second to five minutes', () => {
  expect([1, 2, 3, 9, 10, 1_000].map((attempts) => pauseMs({ attempts }))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ])
})

test('a tenth of a pause is random', () => {
  expect(pauseMs({ attempts: 4, random: 0 })).toBe(7_200)
})

test.each([
  ['120', 120_000],
  ['0', 1_000],
  ['86400', 3_600_000],
  ['Mon, 30 Nov 2026 12:10:00 GMT', 600_000],
  ['Mon, 30 Nov 2026 11:00:00 GMT', 1_000],
  ['soon', 1_000],
])('a Retry-After of %s makes a pause of %d ms', (retryAfter, expected) => {
  expect(pauseMs({ retryAfter, statusCode: 503 })).toBe(expected)
})

test('an endpoint is paused when it has failed for a day, and at once when it is gone', () => {
  const dayAgo = now.subtract({ hours: 24 })
  expect(afterFailure(failed({ failingSince: dayAgo, attempts: 12 }))).toEqual({ pause: 'failing' })
  expect(afterFailure(failed({ failingSince: dayAgo.add({ seconds: 1 }), attempts: 300 }))).toHaveProperty(
    'nextAttemptAt',
  )
  expect(afterFailure(failed({ statusCode: 410 }))).toEqual({ pause: 'gone' })
})

test('a day in which the system was off does not pause an endpoint that has failed a few times', () => {
  const weekAgo = now.subtract({ hours: 168 })
  expect(afterFailure(failed({ failingSince: weekAgo, attempts: 2 }))).toHaveProperty('nextAttemptAt')
})

test('the next attempt is always later, and at most an hour away', () => {
  const attempts = fc.integer({ min: 1, max: 10_000 })
  const retryAfter = fc.option(fc.string(), { nil: undefined })
  fc.assert(
    fc.property(attempts, retryAfter, fc.double({ min: 0, max: 1, noNaN: true }), (count, given, random) => {
      const ms = pauseMs({ attempts: count, retryAfter: given, random })
      expect(ms).toBeGreaterThan(0)
      expect(ms).toBeLessThanOrEqual(3_600_000)
    }),
  )
})
