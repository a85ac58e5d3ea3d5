import { lessonOf } from '@stoa/inference/domain/basket'
import { weightAt } from '@stoa/inference/domain/decay'
import { chosen } from '@stoa/inference/domain/hash'
import { rankTogether, type Together } from '@stoa/inference/domain/rank'
import type { DatedBasket } from './baskets.ts'

interface LearntPair {
  readonly sku: string
  readonly otherSku: string
  readonly weight: number
  readonly orders: number
}

/** The sums that inference keeps in its tables, here in memory. */
export interface Learnt {
  readonly items: ReadonlyMap<string, number>
  readonly pairs: ReadonlyMap<string, LearntPair>
}

/** Counts baskets as inference does. */
export function learnFrom(baskets: readonly DatedBasket[]): Learnt {
  const items = new Map<string, number>()
  const pairs = new Map<string, LearntPair>()
  for (const basket of baskets) {
    const lesson = lessonOf(basket)
    const weight = weightAt(basket.at)
    for (const sku of lesson.items) items.set(sku, (items.get(sku) ?? 0) + weight)
    for (const pair of lesson.pairs) {
      const key = `${pair.sku} ${pair.otherSku}`
      const known = pairs.get(key)
      const sum = (known?.weight ?? 0) + weight * pair.weight
      pairs.set(key, { ...pair, weight: sum, orders: (known?.orders ?? 0) + 1 })
    }
  }
  return { items, pairs }
}

/** The pairs of a SKU that are shown: of at least two orders, the strongest hundred. */
function neighboursOf({ pairs }: Learnt): ReadonlyMap<string, readonly LearntPair[]> {
  const both = [...pairs.values()].flatMap((pair) =>
    pair.orders < 2 ? [] : [pair, { ...pair, sku: pair.otherSku, otherSku: pair.sku }],
  )
  const grouped = Map.groupBy(both, ({ sku }) => sku)
  return new Map(
    [...grouped].map(([sku, each]) => [sku, each.toSorted((left, right) => right.weight - left.weight).slice(0, 100)]),
  )
}

const most = 10
const itemsOfBasket = 5

/** Hides items of baskets one at a time, and looks how often each is among ten recommendations for the others. */
export function hitRates(learnt: Learnt, held: readonly DatedBasket[]) {
  const neighbours = neighboursOf(learnt)
  const popular = [...learnt.items].toSorted((left, right) => right[1] - left[1]).map(([sku]) => sku)
  let [tested, hits, hitsOfPopularity] = [0, 0, 0]
  for (const { orderId, skus } of held) {
    if (skus.length < 2) continue
    for (const hidden of chosen(skus, itemsOfBasket, (sku) => `${orderId} ${sku}`)) {
      const given = chosen(
        skus.filter((sku) => sku !== hidden),
        20,
        (sku) => `${orderId} ${sku}`,
      )
      const rest = popular.filter((sku) => !given.includes(sku)).slice(0, most)
      const found = recommendedFor(learnt, neighbours, given)
      tested++
      if ([...new Set([...found, ...rest])].slice(0, most).includes(hidden)) hits++
      if (rest.includes(hidden)) hitsOfPopularity++
    }
  }
  return { tested, ours: hits / tested, popularity: hitsOfPopularity / tested }
}

function recommendedFor(
  { items }: Learnt,
  neighbours: ReadonlyMap<string, readonly LearntPair[]>,
  given: readonly string[],
): string[] {
  const rows = given.flatMap((sku) =>
    (neighbours.get(sku) ?? []).map(({ otherSku, weight }): Together => ({
      productId: otherSku,
      weight,
      bought: items.get(otherSku) ?? 1,
      givenBought: items.get(sku) ?? 1,
    })),
  )
  return rankTogether(rows, { without: new Set(given), limit: most }).map(({ productId }) => productId)
}
