import { expect, test } from 'vitest'
import { rangeOf } from './range.ts'

const now = Temporal.Instant.from('2026-03-01T23:30:00Z')

test('by default the range ends today and has 31 days', () => {
  expect(rangeOf({}, now)).toEqual({ from: '2026-01-30', to: '2026-03-01' })
  expect(rangeOf({ to: '2026-01-31' }, now)).toEqual({ from: '2026-01-01', to: '2026-01-31' })
})

test('a range has 1 to 366 days', () => {
  expect(rangeOf({ from: '2026-03-01', to: '2026-03-01' }, now)).toBeDefined()
  expect(rangeOf({ from: '2026-03-02', to: '2026-03-01' }, now)).toBeUndefined()
  expect(rangeOf({ from: '2025-03-01', to: '2026-03-01' }, now)).toBeDefined()
  expect(rangeOf({ from: '2025-02-28', to: '2026-03-01' }, now)).toBeUndefined()
})

test('no range begins before the first day that can be named', () => {
  expect(rangeOf({ to: '1000-01-15' }, now)).toEqual({ from: '1000-01-01', to: '1000-01-15' })
})
