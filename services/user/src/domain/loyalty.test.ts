import { money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { pointsFor, remainingPoints, type PurchasedLine } from './loyalty.ts'

const lines: readonly PurchasedLine[] = [
  { sku: 'TEA', quantity: 4, amount: 6_000 },
  { sku: 'CUP', quantity: 1, amount: 4_000 },
]
const parcel = (sku: string, quantity: number) => ({ isAll: false, lines: [{ sku, quantity }] })

test('a whole unit of the currency gives a point, its parts none', () => {
  expect(pointsFor(money(2_499, 'EUR'))).toBe(24)
  expect(pointsFor(money(99, 'EUR'))).toBe(0)
  expect(pointsFor(money(500, 'JPY'))).toBe(500)
})

test('points go back in proportion to what the goods were worth', () => {
  expect(remainingPoints(100, lines, [parcel('TEA', 1)])).toBe(85)
  expect(remainingPoints(100, lines, [parcel('TEA', 1), parcel('CUP', 1)])).toBe(45)
})

test('the order of the parcels makes no difference, and all of them leave nothing', () => {
  const parcels = [parcel('TEA', 3), parcel('CUP', 1), parcel('TEA', 1)]
  expect(remainingPoints(99, lines, parcels)).toBe(0)
  expect(remainingPoints(99, lines, parcels.toReversed())).toBe(0)
})

test('no more goes back than was bought, and everything when all came back', () => {
  expect(remainingPoints(100, lines, [parcel('CUP', 7), parcel('PEN', 1)])).toBe(60)
  expect(remainingPoints(100, lines, [{ isAll: true, lines: [] }])).toBe(0)
})

test('goods that were free keep the points of their shipping', () => {
  expect(remainingPoints(4, [{ sku: 'TEA', quantity: 1, amount: 0 }], [parcel('TEA', 1)])).toBe(4)
})
