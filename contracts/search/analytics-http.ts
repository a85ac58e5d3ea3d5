import { closed, get, InstantSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { ProductId } from '../shared/ids.ts'
import { SearchAnalytics, SearchId } from './resources.ts'

/** POST /api/v1/search/clicks */
export const recordClick = post('/api/v1/search/clicks', {
  summary: 'Record that a result of a search was chosen; repeated for the same result, it counts once',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: Type.Object({ searchId: SearchId, productId: ProductId }, closed),
  answers: { 204: null },
  refuses: ['search.unknown'],
})

/** GET /api/v1/search/analytics */
export const readAnalytics = get('/api/v1/search/analytics', {
  summary: 'Read the top queries, the queries without results, and the click-through rate of a period',
  permission: 'search-analytics:read',
  owner: 'none',
  query: Type.Object(
    {
      from: Type.Optional({ ...InstantSchema, description: 'by default 7 days before `to`' }),
      to: Type.Optional({ ...InstantSchema, description: 'by default now' }),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 200, default: 20, description: 'queries of each list' }),
      ),
    },
    closed,
  ),
  answers: { 200: SearchAnalytics },
})
