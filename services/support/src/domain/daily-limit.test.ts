import { expect, test } from 'vitest'
import { secondsUntilNext } from './daily-limit.ts'

const now = Temporal.Instant.from('2026-11-02T10:00:00Z')

test('below the limit there is no wait', () => {
  expect(secondsUntilNext({ count: 2, oldestAt: now.subtract({ hours: 1 }) }, 3, now)).toBe(0)
  expect(secondsUntilNext({ count: 0, oldestAt: null }, 1, now)).toBe(0)
})

test('at the limit the wait ends a day after the oldest one', () => {
  expect(secondsUntilNext({ count: 3, oldestAt: now.subtract({ hours: 23 }) }, 3, now)).toBe(3_600)
  expect(secondsUntilNext({ count: 3, oldestAt: now.subtract({ hours: 24 }) }, 3, now)).toBe(1)
})
