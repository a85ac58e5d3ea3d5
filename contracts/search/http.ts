import { closed, get, PageQuery } from '@stoa/contract'
import { Type } from 'typebox'
import { FacetName, Filter, SearchResult, SearchSort, Suggestion } from './resources.ts'

export { readAnalytics, recordClick } from './analytics-http.ts'
export { cancelIndex, createIndex, getIndex, listIndexes } from './indexes-http.ts'
export { createSynonyms, deleteSynonyms, getSynonyms, listSynonyms } from './synonyms-http.ts'

/** GET /api/v1/search */
export const search = get('/api/v1/search', {
  summary: 'Search the products for sale',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      q: Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'words or word prefixes, all of which must match; "a phrase", -excluded, one OR other',
      }),
      facets: Type.Optional(Type.Array(FacetName, { maxItems: 3, description: 'the facets to count' })),
      filter: Type.Optional(
        Type.Array(Filter, { maxItems: 20, description: 'one value of each filtered facet must match' }),
      ),
      sort: Type.Optional(SearchSort),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })),
      cursor: PageQuery.cursor,
    },
    closed,
  ),
  answers: { 200: SearchResult },
})

/** GET /api/v1/search/suggest */
export const suggest = get('/api/v1/search/suggest', {
  summary: 'Complete the last word of a query, and find products by their names',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      q: Type.String({ minLength: 1, maxLength: 100 }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 8 })),
    },
    closed,
  ),
  answers: { 200: Type.Object({ items: Type.Array(Suggestion) }) },
  cacheControl: 'public, max-age=30, stale-while-revalidate=60',
  sharedWith: 'everybody',
})
