import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ProductId } from '@stoa/contracts/shared/ids'
import type { NewProduct, ProductStatus } from '@stoa/contracts/inventory/resources'

/** A SKU as other services see it. */
export interface KnownVariant {
  readonly sku: string
  readonly productId: ProductId
  readonly name: string
  readonly status: ProductStatus
  readonly taxClass: string
  readonly weightGrams: number
  readonly version: number
}

interface VariantRow {
  readonly sku: string
  readonly product_id: ProductId
  readonly name: string
  readonly status: ProductStatus
  readonly tax_class: string
  readonly weight_grams: number
  readonly version: number
}

function fromRow(row: VariantRow): KnownVariant {
  const { sku, name, status, version } = row
  return {
    sku,
    name,
    status,
    version,
    productId: row.product_id,
    taxClass: row.tax_class,
    weightGrams: row.weight_grams,
  }
}

/** Returns the existing ones of these SKUs. */
export async function findVariants(db: ReadHandle, skus: readonly string[]): Promise<KnownVariant[]> {
  const rows = await db.sql<VariantRow>`select * from variants where sku = any(${skus}::text[])`
  return rows.map(fromRow)
}

/** A product whose variants are written. */
export interface ProductOfVariants extends Pick<NewProduct, 'status' | 'taxClass' | 'variants'> {
  readonly id: string
  readonly version: number
}

/**
 * Writes the variants of products whose rows are locked or new, and a place for the price of each; answers the SKUs that
 * belong to another product, or differ from one there is in case only, which are left as they are.
 */
export async function saveVariants(tx: WriteHandle, products: readonly ProductOfVariants[]): Promise<string[]> {
  const rows = products.flatMap(({ id, status, taxClass, version, variants }) =>
    variants.map((variant) => ({ id, status, taxClass, version, ...variant })),
  )
  const skus = rows.map(({ sku }) => sku)
  // One writer at a time for each SKU in whatever case, in one order; the next statement sees what the last one wrote.
  await tx.sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended('sku ' || lower(sku), 0) as key from unnest(${skus}::text[]) as given (sku) order by 1
    ) as keys`
  const saved = await tx.sql<{ sku: string }>`
    insert into variants (sku, product_id, name, status, tax_class, weight_grams, version)
    select given.* from unnest(${skus}::text[], ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ name }) => name)}::text[],
                         ${rows.map(({ status }) => status)}::text[], ${rows.map(({ taxClass }) => taxClass)}::text[],
                         ${rows.map(({ weightGrams }) => weightGrams)}::int[], ${rows.map(({ version }) => version)}::int[])
      as given (sku, product_id, name, status, tax_class, weight_grams, version)
     where exists (select from variants own where own.sku = given.sku)
        or not exists (select from variants other where lower(other.sku) = lower(given.sku))
    on conflict (sku) do update
      set name = excluded.name, status = excluded.status, tax_class = excluded.tax_class,
          weight_grams = excluded.weight_grams, version = excluded.version
      where variants.product_id = excluded.product_id
    returning sku`
  // A transaction that brings a price at the same time waits for this row, and then finds the variant.
  await tx.sql`insert into list_prices (sku) select unnest(${skus}::text[]) on conflict (sku) do nothing`
  const written = new Set(saved.map(({ sku }) => sku))
  return skus.filter((sku) => !written.has(sku))
}

/** Forgets SKUs; returns those that had a unit cost. */
export async function deleteVariants(tx: WriteHandle, skus: readonly string[]): Promise<string[]> {
  const deleted = await tx.sql<{ sku: string; has_cost: boolean }>`
    delete from variants where sku = any(${skus}::text[]) returning sku, unit_cost is not null as has_cost`
  return deleted.filter(({ has_cost: hasCost }) => hasCost).map(({ sku }) => sku)
}
