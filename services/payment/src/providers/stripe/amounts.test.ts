import { money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { fromStripeAmount, toStripeAmount } from './amounts.ts'

test.each([
  [1_999, 'EUR', 1_999],
  [1_999, 'JPY', 1_999],
  [5_120, 'KWD', 5_120],
  [250, 'ISK', 25_000],
  [7, 'UGX', 700],
  [123_400, 'MGA', 1_234],
])('%i %s is %i at Stripe, and back', (amount, currency, expected) => {
  expect(toStripeAmount(money(amount, currency))).toBe(expected)
  expect(fromStripeAmount(expected, currency.toLowerCase())).toBe(amount)
})

test.each([
  [5_124, 'KWD'],
  [150, 'MGA'],
])('%i %s cannot be charged exactly', (amount, currency) => {
  expect(toStripeAmount(money(amount, currency))).toBeUndefined()
})

test('a fraction of a króna is no amount of ours', () => {
  expect(fromStripeAmount(150, 'isk')).toBeUndefined()
})
