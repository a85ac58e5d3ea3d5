import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { RecommendedProduct } from '@stoa/contracts/inference/resources'

/** What inventory publishes of a product, as far as it is used here. */
export interface ProductState {
  readonly productId: string
  readonly version: number
  readonly name: string
  readonly category: string
  readonly status: string
  readonly variants: readonly { readonly sku: string }[]
}

/** Stores the state of a product, unless a newer one is stored or the product is deleted. */
export async function saveProduct(tx: WriteHandle, product: ProductState): Promise<void> {
  const { productId, version, name, category, status } = product
  const skus = product.variants.map(({ sku }) => sku)
  const saved = await tx.sql`
    insert into products (product_id, version, name, category, status)
    values (${productId}, ${version}, ${name}, ${category}, ${status})
    on conflict (product_id) do update
      set version = excluded.version, name = excluded.name, category = excluded.category, status = excluded.status
      where products.version <= excluded.version and not products.is_deleted
    returning product_id`
  if (saved.length === 0) return
  await tx.sql`delete from product_skus where product_id = ${productId} and sku <> all(${skus}::text[])`
  await tx.sql`
    insert into product_skus (product_id, sku) select ${productId}::uuid, unnest(${skus}::text[])
    on conflict (product_id, sku) do nothing`
}

/** Keeps only the mark that a product is deleted. */
export async function deleteProduct(tx: WriteHandle, productId: string): Promise<void> {
  await tx.sql`
    insert into products (product_id, version, name, category, status, is_deleted)
    values (${productId}, 0, '', '', 'discontinued', true)
    on conflict (product_id) do update set name = '', status = 'discontinued', is_deleted = true`
  await tx.sql`delete from product_skus where product_id = ${productId}`
}

/** Returns the SKUs of products. */
export async function findSkusOf(db: ReadHandle, productIds: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ sku: string }>`
    select distinct sku from product_skus where product_id = any(${productIds}::uuid[]) order by sku limit 200`
  return rows.map(({ sku }) => sku)
}

/** Returns the products that have one of these SKUs. */
export async function findProductsWith(db: ReadHandle, skus: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ product_id: string }>`
    select distinct product_id from product_skus where sku = any(${skus}::text[])`
  return rows.map((row) => row.product_id)
}

type Product = Pick<RecommendedProduct, 'productId' | 'name' | 'category' | 'skus'>

/** Returns those of the products that are for sale, by their ids. */
export async function describeProducts(
  db: ReadHandle,
  productIds: readonly string[],
): Promise<ReadonlyMap<string, Product>> {
  const rows = await db.sql<{ product_id: string; name: string; category: string; skus: string[] }>`
    select product_id, name, category, array_agg(sku order by sku) as skus
      from products join product_skus using (product_id)
     where product_id = any(${productIds}::uuid[]) and status = 'active'
     group by product_id`
  return new Map(
    rows.map(({ product_id: id, name, category, skus }) => [
      id,
      { productId: id as Product['productId'], name, category, skus },
    ]),
  )
}
