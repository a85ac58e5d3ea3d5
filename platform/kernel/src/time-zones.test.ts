import { expect, test } from 'vitest'
import { isTimeZone } from './time-zones.ts'

test('knows time zones by their names, and no offsets', () => {
  expect(['Europe/Vienna', 'UTC', 'America/Argentina/Buenos_Aires'].map(isTimeZone)).toEqual([true, true, true])
  expect(['+01:00', 'Mars/Base', '', '../etc', 'Europe/Vienna[x]'].map(isTimeZone)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})
