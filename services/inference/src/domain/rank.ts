/** A product that was bought together with one of the given SKUs, through one pair of SKUs. */
export interface Together {
  readonly productId: string
  /** Weight of the pair. */
  readonly weight: number
  /** Weight of the SKU of the product. */
  readonly bought: number
  /** Weight of the given SKU. */
  readonly givenBought: number
}

/** A product and its score, as a share of the best one's. */
export interface Ranked {
  readonly productId: string
  readonly score: number
}

/** How much it counts against a product that it is bought often with anything: 0 would favour popular products, 1 rare ones. */
const rarity = 0.3
const rarityOfGiven = 0.5

/** Ranks products by how much they are bought together with the given SKUs, relative to how much both are bought at all. */
export function rankTogether(rows: readonly Together[], { without, limit }: RankOptions): Ranked[] {
  const scores = new Map<string, number>()
  for (const { productId, weight, bought, givenBought } of rows) {
    if (without.has(productId)) continue
    const share = weight / (bought ** rarity * givenBought ** rarityOfGiven)
    scores.set(productId, (scores.get(productId) ?? 0) + share)
  }
  return best(scores, limit)
}

interface RankOptions {
  readonly without: ReadonlySet<string>
  readonly limit: number
}

function best(scores: ReadonlyMap<string, number>, limit: number): Ranked[] {
  const ranked = [...scores]
    .map(([productId, score]) => ({ productId, score }))
    .toSorted((left, right) => right.score - left.score || (left.productId < right.productId ? -1 : 1))
    .slice(0, limit)
  const highest = ranked[0]?.score ?? 1
  return ranked.map(({ productId, score }) => ({ productId, score: score / highest }))
}
