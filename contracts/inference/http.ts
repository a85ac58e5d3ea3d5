import { closed, get, post } from '@stoa/contract'
import { Type } from 'typebox'
import { ProductId, UserId } from '../shared/ids.ts'
import { ModelInput, ModelManifest, ModelName, Predictions, Recommendations, SimilarProduct } from './resources.ts'

/** GET /api/v1/recommendations */
export const listRecommendations = get('/api/v1/recommendations', {
  summary:
    'Recommend products: bought together with a product, or with what a customer has bought; without either, the most bought ones. Popular products fill the list',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      productId: Type.Optional(ProductId),
      customerId: Type.Optional({ ...UserId, description: 'the account itself; not together with productId' }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
    },
    closed,
  ),
  answers: { 200: Recommendations },
  refuses: ['inference.subject_ambiguous', 'inference.customer_not_found'],
  cacheControl: 'public, max-age=60, stale-while-revalidate=300',
  // an account gets its own response, because only with a token can it ask about itself
  sharedWith: { exceptWhoMay: 'recommendation:read' },
})

/** GET /api/v1/products/{id}/similar */
export const listSimilarProducts = get('/api/v1/products/{id}/similar', {
  params: { id: ProductId },
  summary: 'List the products for sale whose names and descriptions mean nearly the same, most similar first',
  permission: 'public',
  owner: 'none',
  query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(SimilarProduct) }) },
  refuses: ['inference.product_not_found'],
  cacheControl: 'public, max-age=60, stale-while-revalidate=300',
  sharedWith: 'everybody',
})

/** GET /api/v1/inference/models */
export const listModels = get('/api/v1/inference/models', {
  summary: 'List the models, with the schemas of their inputs and outputs and the figures of their training',
  permission: 'model:read',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(ModelManifest) }) },
})

/** POST /api/v1/inference/{model}:predict */
export const predict = post('/api/v1/inference/{model}:predict', {
  params: { model: ModelName },
  summary: 'Apply a model to up to 50 inputs',
  permission: 'model:predict',
  owner: 'none',
  reads: true,
  timeoutMs: 2_000,
  body: Type.Object({ inputs: Type.Array(ModelInput, { minItems: 1, maxItems: 50 }) }, closed),
  answers: { 200: Predictions },
  refuses: ['inference.model_not_found', 'inference.input_invalid'],
})
