import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ProductStatus } from '@stoa/contracts/inventory/resources'
import { fragment, identifier, json, type Fragment } from '@stoa/postgres'
import type { ProductView } from '../domain/product-view.ts'

/** The current read model, or the one that is being built. */
export type ViewTable = 'product_views' | 'product_views_next'

/** Inserts or replaces rows of the read model. */
export async function saveViews(tx: WriteHandle, table: ViewTable, views: readonly ProductView[]): Promise<void> {
  if (views.length === 0) return
  const column = (of: (view: ProductView) => unknown) => views.map(of)
  await tx.sql`
    insert into ${identifier(table)}
      (product_id, answer, etag, status, facets, name_key, price, words, searched)
    select id, answer, etag, status, array(select jsonb_array_elements_text(facets)), name_key, price,
           setweight(to_tsvector('simple', name_words), 'A') || setweight(to_tsvector('simple', term_words), 'B') ||
             setweight(to_tsvector('simple', description_words), 'C'),
           searched
      from unnest(${column(({ productId }) => productId)}::uuid[], ${column(({ answer }) => answer)}::text[],
                  ${column(({ etag }) => etag)}::text[], ${column(({ status }) => status)}::text[],
                  ${column(({ facets }) => json(facets))}::jsonb[], ${column(({ nameKey }) => nameKey)}::text[],
                  ${column(({ price }) => price)}::bigint[], ${column(({ words }) => words[0])}::text[],
                  ${column(({ words }) => words[1])}::text[], ${column(({ words }) => words[2])}::text[],
                  ${column(({ searched }) => searched)}::text[])
        as view (id, answer, etag, status, facets, name_key, price, name_words, term_words, description_words, searched)
    on conflict (product_id) do update
      set answer = excluded.answer, etag = excluded.etag, status = excluded.status, facets = excluded.facets,
          name_key = excluded.name_key, price = excluded.price, words = excluded.words, searched = excluded.searched`
}

/** Takes the row of a product that is gone. */
export async function deleteView(tx: WriteHandle, table: ViewTable, productId: string): Promise<void> {
  await tx.sql`delete from ${identifier(table)} where product_id = ${productId}`
}

/** The response of a product. */
export interface ViewedProduct {
  readonly answer: string
  readonly etag: string
  readonly status: ProductStatus
}

/** The row of this product, when there is one. */
export async function findView(db: ReadHandle, id: string): Promise<ViewedProduct | undefined> {
  const [row] = await db.sql<ViewedProduct>`select answer, etag, status from product_views where product_id = ${id}`
  return row
}

/** The row of the product of this SKU, when there is one. */
export async function findViewBySku(db: ReadHandle, sku: string): Promise<ViewedProduct | undefined> {
  const [row] = await db.sql<ViewedProduct>`
    select answer, etag, product_views.status
      from variants join product_views using (product_id) where variants.sku = ${sku}`
  return row
}

export type ProductSort = 'name' | '-name' | 'price' | '-price' | 'newest'

/** The start of a page of products: after the product with this id and sort key. */
export interface ProductPlace {
  readonly key: string | number
  readonly id: string
}

interface ProductFilter {
  readonly status: ProductStatus
  /** All of which a product has. */
  readonly facets: readonly string[]
  readonly priceFrom?: number | undefined
  readonly priceTo?: number | undefined
  readonly sort: ProductSort
  readonly after?: ProductPlace | undefined
  /** How many are shown. */
  readonly limit: number
}

/** A page of the read model. */
export interface ViewedPage {
  /** The products as JSON, with commas between them. */
  readonly items: string
  /** The last one shown, when there is another behind it. */
  readonly last: ProductPlace | undefined
}

interface PageRow {
  readonly items: string | null
  readonly last_key: string | null
  readonly last_id: string | null
}

/** Returns the matching products in the requested order; each order has an index. The result is one row for any number of products. */
export async function listViews(db: ReadHandle, filter: ProductFilter): Promise<ViewedPage> {
  const { status, facets, priceFrom, priceTo, sort, after, limit } = filter
  const { key, keyType, isDescending } = orders[sort]
  const direction = isDescending ? fragment`desc` : fragment`asc`
  const behind = isDescending ? fragment`<` : fragment`>`
  const withFacets = facets.length === 0 ? fragment`` : fragment`and facets @> ${facets}::text[]`
  const isPriced = priceFrom !== undefined || priceTo !== undefined
  const withPrice = isPriced
    ? fragment`and price between ${priceFrom ?? 0} and ${priceTo ?? Number.MAX_SAFE_INTEGER}`
    : fragment``
  const next =
    after === undefined
      ? fragment``
      : fragment`and (${key}, product_id) ${behind} (${after.key}::${keyType}, ${after.id}::uuid)`
  const [row] = await db.sql<PageRow>`
    select string_agg(answer, ',') filter (where place <= ${limit}) as items,
           max(key) filter (where place = ${limit} and has_more) as last_key,
           max(product_id::text) filter (where place = ${limit} and has_more) as last_id
      from (select answer, key::text, product_id, row_number() over () as place, count(*) over () > ${limit} as has_more
              from (select answer, ${key} as key, product_id from product_views
                     where status = ${status} ${withFacets} ${withPrice} ${next}
                     order by ${key} ${direction}, product_id ${direction} limit ${mostRead(limit)}) as ordered) as placed`
  const { items = null, last_key: lastKey = null, last_id: id = null } = row ?? {}
  const isNumber = keyType === bigint
  const last = lastKey === null || id === null ? undefined : { key: isNumber ? Number(lastKey) : lastKey, id }
  return { items: items ?? '', last }
}

const [few, some, many] = [fragment`21`, fragment`51`, fragment`201`]

/** Written into the text: with a parameter the planner expects a tenth of all rows, and sorts what an index has in order. */
function mostRead(limit: number): Fragment {
  return limit <= 20 ? few : limit <= 50 ? some : many
}

interface Order {
  readonly key: Fragment
  readonly keyType: Fragment
  readonly isDescending: boolean
}

const byName = { key: fragment`name_key`, keyType: fragment`text` }
const bigint = fragment`bigint`

const orders: Readonly<Record<ProductSort, Order>> = {
  name: { ...byName, isDescending: false },
  '-name': { ...byName, isDescending: true },
  price: { key: fragment`(coalesce(price, 9007199254740991))`, keyType: bigint, isDescending: false },
  '-price': { key: fragment`(coalesce(price, -1))`, keyType: bigint, isDescending: true },
  newest: { key: fragment`product_id`, keyType: fragment`uuid`, isDescending: true },
}
