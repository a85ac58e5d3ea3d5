import { expect, test } from 'vitest'
import { weightAt } from './decay.ts'
import { rankTogether } from './rank.ts'

const row = (productId: string, weight: number, bought: number) => ({ productId, weight, bought, givenBought: 10 })
const all = { without: new Set<string>(), limit: 10 }

test('what is bought more often together comes first', () => {
  const ranked = rankTogether([row('a', 1, 10), row('b', 3, 10)], all)
  expect(ranked.map(({ productId }) => productId)).toEqual(['b', 'a'])
})

test('of two products that are bought together as often, the rarer one comes first', () => {
  const ranked = rankTogether([row('everything', 3, 1_000), row('fitting', 3, 10)], all)
  expect(ranked.map(({ productId }) => productId)).toEqual(['fitting', 'everything'])
})

test('several given SKUs add up, excluded products are left out, and the limit is kept', () => {
  const rows = [row('a', 2, 10), row('b', 1.5, 10), row('b', 1.5, 10), row('c', 9, 10)]
  expect(rankTogether(rows, { without: new Set(['c']), limit: 1 }).map(({ productId }) => productId)).toEqual(['b'])
})

test('the weight of an order doubles every 90 days, whatever is counted first', () => {
  const at = Temporal.Instant.from('2026-01-01T00:00:00Z')
  expect(weightAt(at.add({ hours: 90 * 24 })) / weightAt(at)).toBeCloseTo(2)
  expect(weightAt(Temporal.Instant.from('2225-01-01T00:00:00Z'))).toBeLessThan(Number.MAX_VALUE)
})
