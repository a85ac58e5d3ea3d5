import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** The read copy of a SKU from inventory. */
export interface KnownVariant {
  readonly sku: string
  readonly name: string
  readonly status: string
}

/**
 * Returns the known variants of these SKUs. While a SKU moves from one product to another, both may be known: the one that is
 * for sale counts, then that of the newer product (ids are UUIDv7).
 */
export async function findVariants(db: ReadHandle, skus: readonly string[]): Promise<KnownVariant[]> {
  return db.sql<KnownVariant & Record<string, unknown>>`
    select distinct on (sku) sku, name, status from product_variants where sku = any(${skus})
     order by sku, (status = 'active') desc, product_id desc`
}

interface ProductState {
  readonly productId: string
  readonly version: number
  readonly name: string
  readonly status: string
  readonly variants: readonly { readonly sku: string; readonly name: string }[]
}

/** Stores the state of a product, unless a newer one is stored. */
export async function saveProduct(tx: WriteHandle, product: ProductState): Promise<void> {
  const skus = product.variants.map((variant) => variant.sku)
  const names = product.variants.map((variant) => variant.name)
  await tx.sql`
    insert into product_variants (sku, product_id, name, status, version)
    select sku, ${product.productId}, name, ${product.status}, ${product.version}
      from unnest(${skus}::text[], ${names}::text[]) as given (sku, name)
    on conflict (sku, product_id) do update
      set name = excluded.name, status = excluded.status, version = excluded.version
      where product_variants.version <= excluded.version`
  await tx.sql`
    delete from product_variants
     where product_id = ${product.productId} and version < ${product.version} and sku <> all(${skus}::text[])`
}

/** Forgets a deleted product. */
export async function deleteProduct(tx: WriteHandle, productId: string): Promise<void> {
  await tx.sql`delete from product_variants where product_id = ${productId}`
}
