import { OrderStatus } from '@stoa/contracts/order/resources'
import { expect, test } from 'vitest'
import { shapes, toneOf, wordsOf } from './status.ts'

test('business outcomes are no errors', () => {
  for (const state of ['rejected', 'compensated', 'cancelled']) expect(toneOf(state)).toBe('stopped')
  expect(toneOf('stuck')).toBe('error')
})

test('every tone has a shape of its own', () => {
  expect(new Set(Object.values(shapes)).size).toBe(Object.keys(shapes).length)
})

test('a status of an order is written in words', () => {
  const written = OrderStatus.enum.map((status) => wordsOf(status))
  expect(written).toContain('Partially returned')
  expect(toneOf('not a state')).toBe('stopped')
})
