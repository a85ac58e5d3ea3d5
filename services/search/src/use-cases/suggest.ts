import type { Handler } from '@stoa/contract'
import type { Suggestion } from '@stoa/contracts/search/resources'
import type { SearchService } from '@stoa/contracts/search/service'
import { parseFilters } from '../domain/filters.ts'
import { wordsOf } from '../domain/words.ts'
import { findProducts } from '../store/find-products.ts'
import { completeWord } from '../store/vocabulary.ts'

const mostWords = 10

/** Half of the suggestions, or more if there are few products, are queries with the last word completed. */
export const suggest: Handler<SearchService, 'suggest'> = async ({ query: { q, limit = 8 }, db }) => {
  const words = wordsOf(q).slice(0, mostWords)
  const beginning = words.at(-1)
  if (beginning === undefined) return { status: 200, body: { items: [] } }
  const before = words.slice(0, -1)
  const query = { groups: words.map((word) => [word]), phrases: [], excluded: [] }
  const [completed, { items: found }] = await Promise.all([
    completeWord(db, { beginning, groups: before, limit }),
    findProducts(db, { query, filters: parseFilters([]), sort: 'relevance', after: undefined, limit }),
  ])
  const products = found
    .slice(0, limit)
    .map(({ id, name }): Suggestion => ({ kind: 'product', text: name, productId: id }))
  const queries = completed.map((word): Suggestion => ({ kind: 'query', text: [...before, word].join(' ') }))
  const queryCount = Math.max(Math.ceil(limit / 2), limit - products.length)
  const items = [...queries.slice(0, queryCount), ...products]
  return { status: 200, body: { items: items.slice(0, limit) } }
}
