import { expect, test } from 'vitest'
import { mayRemove, statusAfterProbe } from './self-preservation.ts'

test('of few instances any may vanish', () => {
  expect(mayRemove({ registered: 9, expired: 9, removedLastMinute: 0 })).toBe(true)
})

test('of ten instances half may vanish within a minute, not more', () => {
  expect(mayRemove({ registered: 10, expired: 5, removedLastMinute: 0 })).toBe(true)
  expect(mayRemove({ registered: 10, expired: 6, removedLastMinute: 0 })).toBe(false)
})

test('those removed before count within their minute', () => {
  expect(mayRemove({ registered: 7, expired: 3, removedLastMinute: 3 })).toBe(false)
  expect(mayRemove({ registered: 7, expired: 2, removedLastMinute: 3 })).toBe(true)
})

test('an instance is unhealthy from its third failed probe on', () => {
  expect([0, 2, 3, 4].map(statusAfterProbe)).toEqual(['healthy', 'healthy', 'unhealthy', 'unhealthy'])
})
