import { expect, test } from 'vitest'
import { UsageError } from '../arguments.ts'
import { parseSince } from './logs.ts'

const now = new Date('2026-01-31T12:00:00Z')

test.each([
  ['30s', '2026-01-31T11:59:30.000Z'],
  ['10m', '2026-01-31T11:50:00.000Z'],
  ['2h', '2026-01-31T10:00:00.000Z'],
  ['1d', '2026-01-30T12:00:00.000Z'],
  ['2026-01-31T09:00:00+01:00', '2026-01-31T08:00:00.000Z'],
])('--since %s is %s', (text, expected) => {
  expect(parseSince(text, now)).toBe(expected)
})

test('a time that is none is refused with what was expected', () => {
  expect(() => parseSince('yesterday', now)).toThrow(UsageError)
})
