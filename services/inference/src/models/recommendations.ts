import { RecommendedProduct } from '@stoa/contracts/inference/resources'
import { compact } from '@stoa/kernel'
import { Type } from 'typebox'
import { readTraining } from '../store/training-state.ts'
import { findSkusOf } from '../store/products.ts'
import { recommend } from './recommend.ts'
import { defineModel } from './model.ts'

/** Products that are bought together with given ones. */
export const recommendations = defineModel({
  name: 'recommendations',
  version: '1.0.0',
  description:
    'Products that are bought together with the given ones, from the confirmed orders; filled with the most bought ones.',
  input: Type.Object(
    {
      productIds: Type.Array(Type.String({ format: 'uuid' }), { maxItems: 20 }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ items: Type.Array(RecommendedProduct) }),
  async training(db) {
    const { trainedAt, baskets, tested, hits, hitsOfPopularity } = await readTraining(db)
    const rates = tested === 0 ? {} : { hitRateAt10: hits / tested, hitRateAt10OfPopularity: hitsOfPopularity / tested }
    return { ...compact({ trainedAt: trainedAt?.toString() }), metrics: { baskets, tested, ...rates } }
  },
  predict: (inputs, { db }) =>
    Promise.all(
      inputs.map(async ({ productIds, limit = 10 }) => {
        const skus = await findSkusOf(db, productIds)
        return { items: await recommend(db, { skus, without: productIds, limit }) }
      }),
    ),
})
