import type { ReadHandle } from '@stoa/contract'
import type { Basket } from '../domain/basket.ts'
import { chosen, unitHash } from '../domain/hash.ts'
import { rankTogether } from '../domain/rank.ts'
import { findPopular, findTogether } from '../store/learned.ts'
import { findProductsWith } from '../store/products.ts'
import type { Training } from '../store/training-state.ts'

type Tested = Pick<Training, 'tested' | 'hits' | 'hitsOfPopularity'>

/** The share of the orders that are tested: reading costs more than counting. */
const testedShare = 1 / 8
const wanted = 10

/**
 * Predicts one item of an order from its others, before the order is counted ("test, then train"), and how often popularity would have.
 * Tests at most one order of a batch.
 */
export async function testPrediction(db: ReadHandle, baskets: readonly Basket[]): Promise<Tested> {
  const untested = { tested: 0, hits: 0, hitsOfPopularity: 0 }
  const basket = baskets.find(({ orderId, skus }) => new Set(skus).size > 1 && unitHash(orderId) < testedShare)
  if (basket === undefined) return untested
  const [hidden = '', ...given] = chosen([...new Set(basket.skus)].toSorted(), 21, (sku) => `${basket.orderId} ${sku}`)
  const without = new Set(await findProductsWith(db, given))
  const searched = (await findProductsWith(db, [hidden])).filter((productId) => !without.has(productId))
  if (searched.length === 0) return untested
  const together = rankTogether(await findTogether(db, given), { without, limit: wanted })
  const popular = await findPopular(db, [...without], wanted)
  const filled = [...new Set([...together, ...popular].map(({ productId }) => productId))].slice(0, wanted)
  const isHit = (productIds: readonly string[]) => Number(searched.some((productId) => productIds.includes(productId)))
  return {
    tested: 1,
    hits: isHit(filled),
    hitsOfPopularity: isHit(popular.map(({ productId }) => productId)),
  }
}
