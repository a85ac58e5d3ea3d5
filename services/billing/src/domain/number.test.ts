import { expect, test } from 'vitest'
import { numberOf, yearIn } from './number.ts'

test('a number names the legal entity and the year; credit notes have their own', () => {
  const place = { legalEntity: 'STOA', year: 2026, position: 17 } as const
  expect(numberOf({ ...place, kind: 'invoice' })).toBe('STOA-2026-000017')
  expect(numberOf({ ...place, kind: 'credit_note' })).toBe('STOA-C-2026-000017')
  expect(numberOf({ ...place, kind: 'debit_note' })).toBe('STOA-D-2026-000017')
  expect(numberOf({ ...place, kind: 'invoice', position: 1_234_567 })).toBe('STOA-2026-1234567')
})

test('a year begins at midnight where the seller is', () => {
  const at = Temporal.Instant.from('2026-12-31T23:30:00Z')
  expect([yearIn(at, 'Europe/Vienna'), yearIn(at, 'UTC')]).toEqual([2027, 2026])
})
