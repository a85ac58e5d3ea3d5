import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  findExcess,
  findRepeated,
  forgetPrices,
  isOpen,
  mergeItems,
  rememberPrices,
  setQuantities,
  statusAt,
  type CartItem,
  type CartPrices,
} from './cart.ts'

const line = (sku: string, quantity: number, amount?: number): CartItem => ({
  sku,
  name: sku,
  quantity,
  ...(amount === undefined ? {} : { unitPrice: { amount, currency: 'EUR' } }),
})
const noNames = new Map<string, string>()
const quantitiesOf = (items: readonly CartItem[]) => new Map(items.map(({ sku, quantity }) => [sku, quantity]))

const skus = fc.constantFrom('A', 'B', 'C', 'D', 'E')
const linesOf = (minimum: number) =>
  fc.uniqueArray(fc.record({ sku: skus, quantity: fc.integer({ min: minimum, max: 1_000 }) }), {
    selector: ({ sku }) => sku,
  })
const carts = linesOf(1).map((lines) => lines.map(({ sku, quantity }) => line(sku, quantity, 100)))

test('each SKU has the quantity that was set last, and none is there twice', () => {
  fc.assert(
    fc.property(carts, linesOf(0), (items, changes) => {
      const result = setQuantities(items, changes, noNames)
      const expected = new Map([
        ...quantitiesOf(items),
        ...changes.map(({ sku, quantity }) => [sku, quantity] as const),
      ])
      for (const [sku, quantity] of expected) if (quantity === 0) expected.delete(sku)
      expect(quantitiesOf(result)).toEqual(expected)
      expect(result).toHaveLength(expected.size)
    }),
  )
})

test('lines keep their places and their remembered price, but those whose quantity is set', () => {
  const items = [line('A', 1, 100), line('B', 1, 200), line('C', 1, 300)]
  const names = new Map([['D', 'Dee']])
  const changes = [
    { sku: 'D', quantity: 4 },
    { sku: 'B', quantity: 2 },
    { sku: 'A', quantity: 0 },
  ]
  expect(setQuantities(items, changes, names)).toEqual([
    line('B', 2),
    line('C', 1, 300),
    { ...line('D', 4), name: 'Dee' },
  ])
})

test('a merge has the units of both', () => {
  fc.assert(
    fc.property(carts, carts, (into, from) => {
      const merged = quantitiesOf(mergeItems(into, from))
      for (const sku of ['A', 'B', 'C', 'D', 'E']) {
        const units = (quantitiesOf(into).get(sku) ?? 0) + (quantitiesOf(from).get(sku) ?? 0)
        expect(merged.get(sku) ?? 0).toBe(units)
      }
    }),
  )
})

test('a line remembers the first price it is given', () => {
  const prices = {
    lines: [
      { sku: 'A', unitPrice: { amount: 900, currency: 'EUR' } },
      { sku: 'B', unitPrice: { amount: 700, currency: 'EUR' } },
    ],
  } as unknown as CartPrices
  const items = [line('A', 1, 100), line('B', 1), line('C', 1)]
  expect(rememberPrices(items, prices)).toEqual([line('A', 1, 100), line('B', 1, 700), line('C', 1)])
  expect(rememberPrices(items, undefined)).toEqual(items)
  expect(forgetPrices(items)).toEqual([line('A', 1), line('B', 1), line('C', 1)])
})

test('a cart is open until its end, and its status says so before it is stored', () => {
  const expiresAt = Temporal.Instant.from('2026-01-01T00:00:00Z')
  const before = expiresAt.subtract({ nanoseconds: 1 })
  expect([isOpen({ status: 'open', expiresAt }, before), isOpen({ status: 'open', expiresAt }, expiresAt)]).toEqual([
    true,
    false,
  ])
  expect(isOpen({ status: 'ordered', expiresAt }, before)).toBe(false)
  expect(statusAt({ status: 'open', expiresAt }, expiresAt)).toBe('expired')
  expect(statusAt({ status: 'ordered', expiresAt }, expiresAt)).toBe('ordered')
})

test('a cart takes 100 lines and 1,000 units of a SKU', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => line(`S${index}`, 1))
  expect([findExcess(lines(100)), findExcess([line('A', 1_000)])]).toEqual([undefined, undefined])
  expect(findExcess(lines(101))).toContain('100 lines')
  expect(findExcess([line('A', 1_001)])).toContain('1000 units of A')
})

test('a SKU that is named again is found where it is named again', () => {
  const named = ['A', 'B', 'A', 'C', 'B', 'A'].map((sku) => ({ sku, quantity: 1 }))
  expect(findRepeated(named)).toEqual([2, 4, 5])
  expect(findRepeated(named.slice(0, 2))).toEqual([])
})
