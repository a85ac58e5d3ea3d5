import { expect, test } from 'vitest'
import { readPolicy } from './read-policy.ts'

const settings = {
  supportTimeZone: 'Europe/Vienna',
  supportWeekdays: [1, 2],
  supportOpensAt: '09:00',
  supportClosesAt: '17:30',
  supportHolidays: ['2026-12-25'],
  firstResponseMinutes: [1, 2, 3, 4],
  resolutionMinutes: [5, 6, 7, 8],
}

test('the goals are in the order of the priorities, in minutes', () => {
  expect(readPolicy(settings).targetMs).toEqual({
    first_response: { urgent: 60_000, high: 120_000, normal: 180_000, low: 240_000 },
    resolution: { urgent: 300_000, high: 360_000, normal: 420_000, low: 480_000 },
  })
})

test.each([
  [{ supportTimeZone: 'Europe/Atlantis' }, /SUPPORT_TIME_ZONE: "Europe\/Atlantis"/],
  [{ supportHolidays: ['2026-02-30'] }, /SUPPORT_HOLIDAYS: "2026-02-30"/],
  [{ supportClosesAt: '09:00' }, /SUPPORT_CLOSES_AT/],
])('does not start with %o', (wrong, message) => {
  expect(() => readPolicy({ ...settings, ...wrong })).toThrow(message)
})
