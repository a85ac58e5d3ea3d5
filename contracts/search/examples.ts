import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of search. */
export const searchExamples: Examples<typeof http> = {
  search: { query: { q: 'green tea', facets: ['category'] } },
  suggest: { query: { q: 'gre' } },
  recordClick: {
    body: {
      searchId: '01920000-0000-7000-8000-000000000501',
      productId: '01920000-0000-7000-8000-000000000601',
    },
  },
  createIndex: { body: { name: 'products' } },
  createSynonyms: { body: { words: ['caddy', 'tin'] } },
}
