import type { ReadHandle, WriteHandle } from '@stoa/contract'

interface ProductState {
  readonly productId: string
  readonly version: number
  readonly status: string
  readonly taxClass: string
  readonly variants: readonly { readonly sku: string }[]
}

/** Stores the state of a product, unless a newer one is stored. */
export async function saveProduct(
  tx: WriteHandle,
  { productId, version, status, taxClass, variants }: ProductState,
): Promise<void> {
  const skus = variants.map(({ sku }) => sku)
  await tx.sql`
    with saved as (
      insert into sellable (sku, product_id, tax_class, status, version)
      select sku, ${productId}, ${taxClass}, ${status}, ${version} from unnest(${skus}::text[]) as given (sku)
      on conflict (sku, product_id) do update
        set tax_class = excluded.tax_class, status = excluded.status, version = excluded.version
        where sellable.version <= excluded.version
    )
    delete from sellable where product_id = ${productId} and version < ${version} and sku <> all (${skus}::text[])`
}

/** Forgets a deleted product. */
export async function deleteProduct(tx: WriteHandle, productId: string): Promise<void> {
  await tx.sql`delete from sellable where product_id = ${productId}`
}

/** Those of these SKUs that a product has, whether it is for sale or not. */
export async function findKnownSkus(db: ReadHandle, skus: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.sql<{ sku: string }>`select distinct sku from sellable where sku = any (${skus})`
  return new Set(rows.map(({ sku }) => sku))
}
