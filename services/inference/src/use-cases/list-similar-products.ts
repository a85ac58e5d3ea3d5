import type { Handler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { describeProducts } from '../store/products.ts'

export const listSimilarProducts =
  ({ products }: Deps): Handler<InferenceService, 'listSimilarProducts'> =>
  async ({ params: { id }, query: { limit = 10 }, db, refuse }) => {
    const vector = await products.vectorOf(id)
    if (vector === undefined)
      return refuse('inference.product_not_found', `There is no product ${id} that is for sale.`)
    // the product itself is among them, and some may have ended a moment ago
    const near = await products.nearest(vector, limit + 10)
    const described = await describeProducts(
      db,
      near.map((each) => each.id),
    )
    const items = near.flatMap(({ id: otherId, score }) => {
      const product = otherId === id ? undefined : described.get(otherId)
      return product === undefined ? [] : [{ ...product, score: Math.min(1, Math.max(0, score)) }]
    })
    return { status: 200, body: { items: items.slice(0, limit) } }
  }
