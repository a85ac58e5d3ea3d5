import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ProductId } from '@stoa/contracts/ids'
import type { NewProduct, Product, ProductStatus } from '@stoa/contracts/inventory/resources'
import { fragment, json, type Fragment } from '@stoa/postgres'
import { facetsOf } from '../domain/product.ts'

interface ProductRow {
  readonly id: ProductId
  readonly document: NewProduct
  readonly price: number | null
  readonly currency: string | null
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

function fromRow({ id, document, price, currency, version, created_at, updated_at }: ProductRow): Product {
  return {
    id,
    ...document,
    version,
    ...(price === null || currency === null ? {} : { price: { amount: price, currency } }),
    createdAt: created_at.toString(),
    updatedAt: updated_at.toString(),
  }
}

const columns = fragment`id, document, price, currency, version, created_at, updated_at`

/** Writes new products. */
export async function insertProducts(
  tx: WriteHandle,
  products: readonly { readonly id: string; readonly product: NewProduct }[],
  at: Temporal.Instant,
): Promise<void> {
  const facets = products.map(({ product }) => json(facetsOf(product)))
  await tx.sql`
    insert into products (id, document, facets, created_at, updated_at)
    select id, document, array(select jsonb_array_elements_text(facets)), ${at}, ${at}
      from unnest(${products.map(({ id }) => id)}::uuid[], ${products.map(({ product }) => json(product))}::jsonb[],
                  ${facets}::jsonb[]) as made (id, document, facets)`
}

/** The product of this id, when there is one. */
export async function findProduct(db: ReadHandle, id: string): Promise<Product | undefined> {
  const [row] = await db.sql<ProductRow>`select ${columns} from products where id = ${id}`
  return row && fromRow(row)
}

/** The product of this id with its row locked, when there is one. */
export async function lockProduct(tx: WriteHandle, id: string): Promise<Product | undefined> {
  const [row] = await tx.sql<ProductRow>`select ${columns} from products where id = ${id} for update`
  return row && fromRow(row)
}

/** Writes a product over, whose row is locked; answers its new version. */
export async function updateProduct(
  tx: WriteHandle,
  id: string,
  product: NewProduct,
  at: Temporal.Instant,
): Promise<number> {
  const [row] = await tx.sql<{ version: number }>`
    update products set document = ${json(product)}, facets = ${facetsOf(product)}, version = version + 1, updated_at = ${at}
     where id = ${id}
    returning version`
  if (row === undefined) throw new Error(`product ${id} was locked and is gone`)
  return row.version
}

/** Deletes a product whose variants are gone. */
export async function deleteProduct(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from products where id = ${id}`
}

export type ProductSort = 'name' | '-name' | 'price' | '-price' | 'newest'

/** Where a page of products begins: behind the product of this id, whose sort key is this. */
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
  readonly limit: number
}

/** A product in a list, with its place there. */
export interface ListedProduct {
  readonly product: Product
  readonly place: ProductPlace
}

/** Products that fit, in the order asked for; each order has its index. */
export async function listProducts(db: ReadHandle, filter: ProductFilter): Promise<ListedProduct[]> {
  const { status, facets, priceFrom, priceTo, sort, after, limit } = filter
  const { key, keyType, isDescending } = orders[sort]
  const direction = isDescending ? fragment`desc` : fragment`asc`
  const behind = isDescending ? fragment`<` : fragment`>`
  const withFacets = facets.length === 0 ? fragment`` : fragment`and facets @> ${facets}::text[]`
  const from = priceFrom === undefined ? fragment`` : fragment`and price >= ${priceFrom}`
  const to = priceTo === undefined ? fragment`` : fragment`and price <= ${priceTo}`
  const next =
    after === undefined ? fragment`` : fragment`and (${key}, id) ${behind} (${after.key}::${keyType}, ${after.id})`
  const rows = await db.sql<ProductRow & { key: string | number }>`
    select ${columns}, ${key} as key from products
     where status = ${status} ${withFacets} ${from} ${to} ${next}
     order by ${key} ${direction}, id ${direction} limit ${limit}`
  return rows.map(({ key: value, ...row }) => ({ product: fromRow(row), place: { key: value, id: row.id } }))
}

interface Order {
  readonly key: Fragment
  readonly keyType: Fragment
  readonly isDescending: boolean
}

const byName = { key: fragment`(lower(name) collate "C")`, keyType: fragment`text` }
const bigint = fragment`bigint`

const orders: Readonly<Record<ProductSort, Order>> = {
  name: { ...byName, isDescending: false },
  '-name': { ...byName, isDescending: true },
  price: { key: fragment`(coalesce(price, 9007199254740991))`, keyType: bigint, isDescending: false },
  '-price': { key: fragment`(coalesce(price, -1))`, keyType: bigint, isDescending: true },
  newest: { key: fragment`id`, keyType: fragment`uuid`, isDescending: true },
}
