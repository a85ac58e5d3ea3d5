import { expect, test } from 'vitest'
import { fromRpcMoney, parseRpcMoney, toRpcMoney } from './rpc-money.ts'

test('an amount passes through RPC unchanged', () => {
  for (const amount of [0, -1, 1_999, Number.MAX_SAFE_INTEGER])
    expect(fromRpcMoney(toRpcMoney({ amount, currency: 'EUR' }))).toEqual({ amount, currency: 'EUR' })
})

test('a missing amount, and one that cannot be counted, is a bug', () => {
  expect(() => fromRpcMoney(undefined)).toThrow('an amount is missing')
  expect(() => fromRpcMoney({ amount: 2n ** 53n, currency: 'EUR' })).toThrow(RangeError)
  expect(() => toRpcMoney({ amount: 0.5, currency: 'EUR' })).toThrow(RangeError)
})

test.each([
  undefined,
  { amount: 1n, currency: '' },
  { amount: 1n, currency: 'eur' },
  { amount: 2n ** 53n, currency: 'EUR' },
])('reads no money from %o', (value) => {
  expect(parseRpcMoney(value)).toBeUndefined()
})

test('reads money of a known form', () => {
  expect(parseRpcMoney({ amount: -5n, currency: 'JPY' })).toEqual({ amount: -5, currency: 'JPY' })
})
