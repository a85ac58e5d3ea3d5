import { expect, test } from 'vitest'
import { ago, bytes, duration, instant, money, shortId } from './format.ts'

test('writes money with the digits of its currency', () => {
  expect(money({ amount: 4_990, currency: 'EUR' })).toBe('€49.90')
  expect(money({ amount: 500, currency: 'JPY' })).toBe('¥500')
})

test.each([
  [0.5, '0.50 ms'],
  [42.25, '42.3 ms'],
  [1_234, '1,234 ms'],
  [12_000, '12.0 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
  [50 * 3_600_000, '2 d'],
])('writes %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text))

test('writes a time with its milliseconds in the chosen zone', () => {
  expect(instant('2026-11-28T18:01:46.120Z', 'utc')).toBe('28 Nov 18:01:46.120')
})

test('keeps the end of an id, which differs', () => {
  expect(shortId('01920000-0000-7000-8000-0123456789ab')).toBe('…456789ab')
  expect(shortId('order')).toBe('order')
})

test('says how old data is', () => {
  expect(ago(1_000)).toBe('now')
  expect(ago(40_000)).toBe('40.0 s ago')
})

test('a size has its unit', () => {
  expect([12, 1_200, 2_345_678].map(bytes)).toEqual(['12 bytes', '1 kB', '2.3 MB'])
})
