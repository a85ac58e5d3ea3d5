import { expect, test } from 'vitest'
import { lessonOf } from './basket.ts'

const orderId = '01920000-0000-7000-8000-000000000001'
const skus = (count: number) => Array.from({ length: count }, (_, index) => `SKU-${index}`)

test('two SKUs make one pair, whatever their order and number', () => {
  const lesson = { items: ['A', 'B'], pairs: [{ sku: 'A', otherSku: 'B', weight: 1 }] }
  expect(lessonOf({ orderId, skus: ['B', 'A', 'B'] })).toEqual(lesson)
  expect(lessonOf({ orderId, skus: ['A'] })).toEqual({ items: ['A'], pairs: [] })
  expect(lessonOf({ orderId, skus: [] })).toEqual({ items: [], pairs: [] })
})

test.each([3, 20, 21, 100, 200, 1_000])(
  'an order of %i SKUs makes a limited number of pairs, whose weight is that of all',
  (count) => {
    const { items, pairs } = lessonOf({ orderId, skus: skus(count) })
    expect(pairs.length).toBe(Math.min((items.length * (items.length - 1)) / 2, 200))
    expect(pairs.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(items.length / 2)
    expect(pairs.every(({ sku, otherSku }) => sku < otherSku)).toBe(true)
  },
)

test('a repetition chooses the same pairs, and another order others', () => {
  const first = lessonOf({ orderId, skus: skus(100) })
  expect(lessonOf({ orderId, skus: skus(100).toReversed() })).toEqual(first)
  expect(lessonOf({ orderId: 'other', skus: skus(100) }).pairs).not.toEqual(first.pairs)
})
