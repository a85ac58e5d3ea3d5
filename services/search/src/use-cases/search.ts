import type { Handler, ReadHandle } from '@stoa/contract'
import type { SearchHit, SearchId, SearchSort } from '@stoa/contracts/search/resources'
import type { SearchService } from '@stoa/contracts/search/service'
import { decodeCursor, encodeCursor } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { chooseCorrection, nearWords } from '../domain/correction.ts'
import { parseFilters } from '../domain/filters.ts'
import { highlightedOf } from '../domain/highlight.ts'
import { isEmpty, parseQuery, singleWords, textOf, withSynonyms, withWords, type ParsedQuery } from '../domain/query.ts'
import { countFacets } from '../store/count-facets.ts'
import { findProducts, type FoundPage, type FoundProduct } from '../store/find-products.ts'
import { synonymsOf } from '../store/synonyms.ts'
import { countProducts, similarWords, unknownWords } from '../store/vocabulary.ts'

export const search =
  ({ clock, newId, searchLog }: Deps): Handler<SearchService, 'search'> =>
  async ({ query: { q, facets: wantedFacets, filter = [], sort = 'relevance', limit = 20, cursor }, db }) => {
    const place = Type.Object({ sort: Type.Literal(sort), key: placeKeys[sort], id: uuid, search: uuid })
    const after = cursor === undefined ? undefined : decodeCursor(place, cursor)
    const filters = parseFilters(filter)
    const asked = parseQuery(q)
    const find = async (query: ParsedQuery) =>
      findProducts(db, { query: await expanded(db, query), filters, sort, after, limit })
    const { query, page, isCorrected } = await findCorrected(db, asked, find)
    const facets =
      wantedFacets === undefined ? undefined : await countFacets(db, await expanded(db, query), filters, wantedFacets)
    const items = page.items.slice(0, limit)
    const last = page.items.length > limit ? items.at(-1) : undefined
    const id = (after?.search ?? newId()) as SearchId
    if (after === undefined && !isEmpty(asked))
      searchLog.note({ id, query: textOf(asked), results: page.total, at: clock.now() })
    return {
      status: 200,
      body: {
        id,
        total: page.total,
        ...(isCorrected ? { didYouMean: textOf(query) } : {}),
        items: items.map(hitOf),
        ...(facets === undefined ? {} : { facets }),
        ...(last === undefined ? {} : { nextCursor: encodeCursor({ sort, ...placeOf(last, sort), search: id }) }),
      },
    }
  }

function placeOf({ key, id }: FoundProduct, sort: SearchSort) {
  return { key: placeKeys[sort] === integer ? Number(key) : key, id }
}

const uuid = Type.String({ format: 'uuid' })
const name = Type.String({ maxLength: 1_000 })
const integer = Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER })
const placeKeys = { relevance: integer, price: integer, '-price': integer, name, '-name': name, newest: uuid } as const

async function expanded(db: ReadHandle, query: ParsedQuery): Promise<ParsedQuery> {
  return withSynonyms(query, await synonymsOf(db, query.groups.flat()))
}

interface Found {
  readonly query: ParsedQuery
  readonly page: FoundPage
  readonly isCorrected: boolean
}

/** Finds what the query asks for; if nothing has its words, what the corrected query asks for. */
async function findCorrected(
  db: ReadHandle,
  query: ParsedQuery,
  find: (query: ParsedQuery) => Promise<FoundPage>,
): Promise<Found> {
  if (isEmpty(query)) return { query, page: { total: 0, items: [] }, isCorrected: false }
  const page = await find(query)
  if (page.total > 0) return { query, page, isCorrected: false }
  const corrected = await correct(db, query)
  const correctedPage = corrected === undefined ? page : await find(corrected)
  if (corrected === undefined || correctedPage.total === 0) return { query, page, isCorrected: false }
  return { query: corrected, page: correctedPage, isCorrected: true }
}

/** A query with more of them is not mistyped: looking for words that are like each of them would cost more than it helps. */
const mostUnknown = 3

/** The query with each unknown word replaced by the word that was most likely meant; undefined if there is nothing to correct. */
async function correct(db: ReadHandle, query: ParsedQuery): Promise<ParsedQuery | undefined> {
  const words = singleWords(query)
  const unknown = await unknownWords(db, words)
  if (unknown.length > mostUnknown) return undefined
  const known = words.filter((word) => !unknown.includes(word))
  const pairs = await Promise.all(
    unknown.map(async (word) => {
      const near = nearWords(word, await similarWords(db, word))
      const meant = near.length === 0 ? undefined : chooseCorrection(word, await countProducts(db, near, known))
      return [word, meant] as const
    }),
  )
  const corrections = new Map(pairs.flatMap(([word, meant]) => (meant === undefined ? [] : [[word, meant] as const])))
  return corrections.size === 0 ? undefined : withWords(query, corrections)
}

function hitOf(found: FoundProduct): SearchHit {
  const { id, category, tags, skus, price, currency } = found
  const inName = highlightedOf(found.marked_name)
  const inDescription = highlightedOf(found.marked_description)
  return {
    kind: 'product',
    id,
    name: found.name,
    category,
    tags,
    skus,
    ...(price === null || currency === null ? {} : { price: { amount: price, currency } }),
    highlights: {
      ...(inName === undefined ? {} : { name: inName }),
      ...(inDescription === undefined ? {} : { description: inDescription }),
    },
  }
}
