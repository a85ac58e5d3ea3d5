import type { ReadHandle } from '@stoa/contract'
import type { NewProduct } from '@stoa/contracts/inventory/resources'
import type { Money } from '@stoa/kernel'

/** A product as other services copy it. */
export interface SnapshotProduct {
  readonly id: string
  readonly version: number
  readonly document: NewProduct
  /** List prices, by SKU. */
  readonly prices: Readonly<Record<string, Money>>
}

/** A page of all products, in the order of their ids. */
export async function pageOfProducts(
  db: ReadHandle,
  afterId: string | undefined,
  limit: number,
): Promise<SnapshotProduct[]> {
  return db.sql<SnapshotProduct & Record<string, unknown>>`
    select id, version, document,
           coalesce((select jsonb_object_agg(sku, jsonb_build_object('amount', amount, 'currency', currency))
                       from variants join list_prices using (sku)
                      where variants.product_id = products.id and amount is not null), '{}') as prices
      from products
     where ${afterId}::uuid is null or id > ${afterId}::uuid order by id limit ${limit}`
}
