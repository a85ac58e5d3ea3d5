import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** What order knows of a SKU: a read copy of inventory's. */
export interface KnownVariant {
  readonly sku: string
  readonly name: string
  readonly status: string
}

/** The variants of these SKUs that are known. */
export async function findVariants(db: ReadHandle, skus: readonly string[]): Promise<KnownVariant[]> {
  return db.sql<KnownVariant & Record<string, unknown>>`select sku, name, status from variants where sku = any(${skus})`
}

interface ProductState {
  readonly productId: string
  readonly version: number
  readonly name: string
  readonly status: string
  readonly variants: readonly { readonly sku: string; readonly name: string }[]
}

/** Takes a product's state over, unless a newer one is known. */
export async function saveProduct(tx: WriteHandle, product: ProductState): Promise<void> {
  const skus = product.variants.map((variant) => variant.sku)
  const names = product.variants.map((variant) => variant.name)
  await tx.sql`
    insert into variants (sku, product_id, name, status, version)
    select sku, ${product.productId}, name, ${product.status}, ${product.version}
      from unnest(${skus}::text[], ${names}::text[]) as given (sku, name)
    on conflict (sku) do update
      set product_id = excluded.product_id, name = excluded.name, status = excluded.status, version = excluded.version
      where variants.version <= excluded.version`
  await tx.sql`
    delete from variants
     where product_id = ${product.productId} and version < ${product.version} and sku <> all(${skus}::text[])`
}

/** Forgets a deleted product. */
export async function deleteProduct(tx: WriteHandle, productId: string): Promise<void> {
  await tx.sql`delete from variants where product_id = ${productId}`
}
