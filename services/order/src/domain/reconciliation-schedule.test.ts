import { expect, test } from 'vitest'
import { dueScope } from './reconciliation-schedule.ts'

const now = Temporal.Instant.from('2026-11-21T10:00:00Z')
const schedule = { everyMs: 3_600_000, allEveryMs: 86_400_000 }
const ago = (hours: number) => now.subtract({ minutes: Math.round(hours * 60) })
const due = (startedHoursAgo: number, ends: readonly ['all' | 'recent', number][]) =>
  dueScope(
    now,
    {
      startedAt: ago(startedHoursAgo),
      lastEnds: new Map(ends.map(([scope, hours]) => [scope, ago(hours)])),
    },
    schedule,
  )

test('everything is due once a day, and recent orders once an hour', () => {
  expect(due(2, [])).toBe('all')
  expect(due(2, [['all', 25]])).toBe('all')
  expect(due(2, [['all', 5]])).toBe('recent')
  expect(due(2, [['all', 0.5]])).toBeUndefined()
  expect(due(0.5, [['all', 25]])).toBeUndefined()
})

test('what ended, or was started, before the clock was set back delays nothing', () => {
  expect(due(2, [['all', -24]])).toBe('all')
  expect(
    due(-24, [
      ['all', 5],
      ['recent', -24],
    ]),
  ).toBe('recent')
})
