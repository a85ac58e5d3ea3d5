import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of inference. */
export const inferenceExamples: Examples<typeof http> = {
  listRecommendations: { query: { productId: '01920000-0000-7000-8000-000000000601', limit: 5 } },
  listSimilarProducts: { query: { limit: 5 } },
  predict: {
    params: { model: 'fraud-score' },
    body: { inputs: [{ amountRatio: 0.4, countryMismatch: true, paymentsLastHour: 3 }] },
  },
}
