import { expect, test } from 'vitest'
import { judgeClocks } from './examine-clocks.ts'

test('clocks close to that of the database are fine', () => {
  const readings = [
    { instance: 'order-1', differenceMs: -3.4 },
    { instance: 'payment-1', differenceMs: 1 },
    { instance: 'user-1', differenceMs: undefined },
  ]
  expect(judgeClocks(readings)).toEqual({
    what: 'clock',
    isFine: true,
    detail: '2 instances, at most 3 ms from the database',
  })
})

test('a clock that differs is named with its difference', () => {
  const readings = [
    { instance: 'order-1', differenceMs: -3_400 },
    { instance: 'payment-1', differenceMs: 1 },
  ]
  expect(judgeClocks(readings)).toEqual({
    what: 'clock',
    isFine: false,
    detail: 'differs from the database: order-1 by -3.4 s; synchronize it (NTP)',
  })
})

test('without a reading nothing is said to be fine', () => {
  expect(judgeClocks([{ instance: 'order-1', differenceMs: undefined }]).isFine).toBe(false)
})
