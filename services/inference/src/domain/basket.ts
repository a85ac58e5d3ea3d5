import { chosen } from './hash.ts'

/** The most SKUs of an order that are counted. */
const mostItems = 200
/** The most pairs of an order that are counted; each is stored in both directions. */
const mostPairs = 200

/** What was bought at once. */
export interface Basket {
  readonly orderId: string
  readonly skus: readonly string[]
}

/** Two SKUs that were bought together, the first one being smaller. */
export interface Pair {
  readonly sku: string
  readonly otherSku: string
  readonly weight: number
}

/** What an order teaches, in a form whose size is limited. */
export interface Lesson {
  readonly items: readonly string[]
  readonly pairs: readonly Pair[]
}

/**
 * Reduces an order to its SKUs and pairs. Each SKU has the weight 1 over all its pairs, so an order of a hundred lines says no more of a
 * SKU than one of two. Of an order with too many pairs some are chosen by hash, and weigh as much as all of them.
 */
export function lessonOf({ orderId, skus }: Basket): Lesson {
  const items = chosen([...new Set(skus)], mostItems, (sku) => `${orderId} ${sku}`).toSorted()
  const all = items.flatMap((sku, index) => items.slice(index + 1).map((otherSku) => ({ sku, otherSku })))
  const pairs = chosen(all, mostPairs, ({ sku, otherSku }) => `${orderId} ${sku} ${otherSku}`)
  const weight = all.length / pairs.length / (items.length - 1)
  return { items, pairs: pairs.map((pair) => ({ ...pair, weight })) }
}
