import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ProductId } from '@stoa/contracts/shared/ids'
import type { NewProduct, Product } from '@stoa/contracts/inventory/resources'
import { json } from '@stoa/postgres'
import { readImages } from './product-images.ts'

interface ProductRow {
  readonly id: ProductId
  readonly document: NewProduct
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

interface PricedRow extends ProductRow {
  readonly amount: number | null
  readonly currency: string | null
}

function fromRow({ id, document, version, created_at, updated_at }: ProductRow): Product {
  return { id, ...document, version, createdAt: created_at.toString(), updatedAt: updated_at.toString() }
}

/** Writes new products. */
export async function insertProducts(
  tx: WriteHandle,
  products: readonly { readonly id: string; readonly product: NewProduct }[],
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    insert into products (id, document, created_at, updated_at)
    select id, document, ${at}, ${at}
      from unnest(${products.map(({ id }) => id)}::uuid[], ${products.map(({ product }) => json(product))}::jsonb[])
        as made (id, document)`
}

/** The product of this id with its row locked, when there is one; without its price. */
export async function lockProduct(tx: WriteHandle, id: string): Promise<Product | undefined> {
  const [row] = await tx.sql<ProductRow>`select * from products where id = ${id} for update`
  return row && fromRow(row)
}

/** Replaces a product whose row is locked; returns its new version. */
export async function updateProduct(
  tx: WriteHandle,
  id: string,
  product: NewProduct,
  at: Temporal.Instant,
): Promise<number> {
  const [row] = await tx.sql<{ version: number }>`
    update products set document = ${json(product)}, version = version + 1, updated_at = ${at} where id = ${id}
    returning version`
  if (row === undefined) throw new Error(`product ${id} was locked and is gone`)
  return row.version
}

/** Deletes a product without variants. */
export async function deleteProduct(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from products where id = ${id}`
}

/** Locks the next products in the order of their ids; returns the ids. */
export async function lockNextProducts(tx: WriteHandle, afterId: string, limit: number): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    select id from products where id > ${afterId} order by id limit ${limit} for share`
  return rows.map(({ id }) => id)
}

/** These products, each with its images and the list price of its cheapest variant. */
export async function readPricedProducts(db: ReadHandle, ids: readonly string[]): Promise<Product[]> {
  const rows = await db.sql<PricedRow>`
    select products.*, cheapest.amount, cheapest.currency
      from products
      left join lateral (select amount, currency from variants join list_prices using (sku)
                          where variants.product_id = products.id and amount is not null
                          order by amount limit 1) as cheapest on true
     where id = any(${ids}::uuid[])`
  const images = await readImages(db, ids)
  return rows.map(({ amount, currency, ...row }) => ({
    ...fromRow(row),
    ...(images.has(row.id) ? { images: images.get(row.id) ?? [] } : {}),
    ...(amount === null || currency === null ? {} : { price: { amount, currency } }),
  }))
}
