import type { ReadHandle } from '@stoa/contract'
import type { ProductId } from '@stoa/contracts/shared/ids'
import type { SearchSort } from '@stoa/contracts/search/resources'
import { fragment, type Fragment } from '@stoa/postgres'
import { matchEnd, matchStart } from '../domain/highlight.ts'
import type { Filters } from '../domain/filters.ts'
import type { ParsedQuery } from '../domain/query.ts'

/** The start of a page of results: after the product with this id and sort key. */
export interface ResultPlace {
  readonly key: string | number
  readonly id: string
}

interface Wanted {
  readonly query: ParsedQuery
  readonly filters: Filters
  readonly sort: SearchSort
  readonly after: ResultPlace | undefined
  readonly limit: number
}

/** A product that was found; matches in the marked texts are enclosed by `matchStart` and `matchEnd`. */
export interface FoundProduct {
  readonly id: ProductId
  readonly name: string
  readonly category: string
  readonly tags: string[]
  readonly skus: string[]
  readonly price: number | null
  readonly currency: string | null
  readonly key: string
  readonly marked_name: string
  readonly marked_description: string
}

/** A page of results, and the number of all results. */
export interface FoundPage {
  readonly total: number
  readonly items: readonly FoundProduct[]
}

/** The query as PostgreSQL reads it. */
export function queryOf({ groups, phrases, excluded }: ParsedQuery): Fragment {
  return fragment`search_query(${groups.map((words) => words.join('|'))}::text[], ${phrases}::text[], ${excluded}::text[])`
}

export function inCategories({ categories }: Filters): Fragment {
  return fragment`(cardinality(${categories}::text[]) = 0 or categories && ${categories}::text[])`
}

export function withTags({ tags }: Filters): Fragment {
  return fragment`(cardinality(${tags}::text[]) = 0 or tags && ${tags}::text[])`
}

export function inPrices({ prices }: Filters): Fragment {
  const from = prices.map((range) => range.from)
  const to = prices.map((range) => range.to ?? Number.MAX_SAFE_INTEGER)
  return fragment`(cardinality(${from}::bigint[]) = 0 or exists (
    select from unnest(${from}::bigint[], ${to}::bigint[]) as range (low, high) where price between low and high))`
}

/** Finds the products for sale that match, in the requested order, with the number of all of them. One more than `limit` is returned if there are more. */
export async function findProducts(db: ReadHandle, { query, filters, sort, after, limit }: Wanted): Promise<FoundPage> {
  const { key, type, isDescending } = orderOf(sort, query)
  const direction = isDescending ? fragment`desc` : fragment`asc`
  const behind = isDescending ? fragment`<` : fragment`>`
  const next =
    after === undefined
      ? fragment``
      : fragment`where (key, product_id) ${behind} (${after.key}::${type}, ${after.id}::uuid)`
  const options = `StartSel=${matchStart},StopSel=${matchEnd}`
  const marks = matchStart + matchEnd
  const [row] = await db.sql<{ total: number; items: FoundProduct[] | null }>`
    with wanted as materialized (select ${queryOf(query)} as query),
         found as materialized (
           select product_id, ${key} as key from product_documents
            where status = 'active' and words @@ (select query from wanted)
              and ${inCategories(filters)} and ${withTags(filters)} and ${inPrices(filters)}),
         page as (select product_id, key, row_number() over (order by key ${direction}, product_id ${direction}) as place
                    from found ${next} order by key ${direction}, product_id ${direction} limit ${limit + 1})
    select (select count(*)::int from found) as total,
           (select json_agg(json_build_object(
                     'id', product_id, 'name', name, 'category', category, 'tags', tags, 'skus', skus, 'price', price,
                     'currency', currency, 'key', key::text,
                     'marked_name', ts_headline('search_highlight', translate(name, ${marks}, ''), query,
                                                ${`${options},HighlightAll=true`}),
                     'marked_description', ts_headline('search_highlight', translate(description, ${marks}, ''), query,
                                                       ${`${options},MaxFragments=1,MaxWords=30,MinWords=10`}))
                   order by place)
              from page join product_documents using (product_id) cross join wanted) as items`
  return { total: row?.total ?? 0, items: row?.items ?? [] }
}

interface Order {
  readonly key: Fragment
  readonly type: Fragment
  readonly isDescending: boolean
}

/** Names with an equal beginning are ordered by their ids, so that a cursor has a limited length. */
const nameKeyLength = 50

const [integer, text, uuid] = [fragment`bigint`, fragment`text collate "C"`, fragment`uuid`]

function orderOf(sort: SearchSort, query: ParsedQuery): Order {
  switch (sort) {
    case 'relevance':
      return { key: relevanceTo(query), type: integer, isDescending: true }
    case 'price':
      return { key: fragment`coalesce(price, 9007199254740991)`, type: integer, isDescending: false }
    case '-price':
      return { key: fragment`coalesce(price, -1)`, type: integer, isDescending: true }
    case 'newest':
      return { key: fragment`product_id`, type: uuid, isDescending: true }
    default:
      return { key: fragment`left(name_key, ${nameKeyLength})`, type: text, isDescending: sort === '-name' }
  }
}

/**
 * Names that begin with the query first, then names with all its words, then by the places of the words (name, terms, description). An
 * integer, so that a cursor can hold it.
 */
function relevanceTo({ groups, phrases }: ParsedQuery): Fragment {
  const typed = [...groups.map(([word]) => word), ...phrases].join(' ')
  return fragment`((case when starts_with(name_key, ${typed}) then 20000000 else 0 end)
    + (case when ts_filter(words, '{a}') @@ (select query from wanted) then 10000000 else 0 end)
    + (ts_rank('{0, 0.1, 0.4, 1}', words, (select query from wanted)) * 1000000)::bigint)`
}
