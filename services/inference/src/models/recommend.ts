import type { ReadHandle } from '@stoa/contract'
import type { RecommendationReason, RecommendedProduct } from '@stoa/contracts/inference/resources'
import { rankTogether, type Ranked } from '../domain/rank.ts'
import { findPopular, findTogether } from '../store/learned.ts'
import { describeProducts } from '../store/products.ts'

interface Wanted {
  readonly skus: readonly string[]
  /** The products that are not recommended. */
  readonly without: readonly string[]
  readonly limit: number
}

/** Returns products for sale: those that were bought together with the SKUs first, then the most bought ones. */
export async function recommend(db: ReadHandle, { skus, without, limit }: Wanted): Promise<RecommendedProduct[]> {
  const together =
    skus.length === 0 ? [] : rankTogether(await findTogether(db, skus), { without: new Set(without), limit })
  const found = [...without, ...together.map(({ productId }) => productId)]
  const popular = together.length < limit ? await findPopular(db, found, limit - together.length) : []
  return describe(db, [...withReason(together, 'bought_together'), ...withReason(popular, 'popular')])
}

interface Reasoned extends Ranked {
  readonly reason: RecommendationReason
}

function withReason(ranked: readonly Ranked[], reason: RecommendationReason): Reasoned[] {
  return ranked.map((each) => ({ ...each, reason }))
}

async function describe(db: ReadHandle, ranked: readonly Reasoned[]): Promise<RecommendedProduct[]> {
  const described = await describeProducts(
    db,
    ranked.map(({ productId }) => productId),
  )
  // one that was withdrawn in the meantime is left out
  return ranked.flatMap(({ productId, reason, score }) => {
    const product = described.get(productId)
    return product === undefined ? [] : [{ ...product, reason, score }]
  })
}
