import type { Calls, ReadHandle } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { findVariants, type KnownVariant } from '../store/variants.ts'

/** Returns the names of the SKUs that are for sale; a SKU missing from the read copy is requested from inventory. */
export async function loadNames(
  db: ReadHandle,
  calls: Calls<OrderService['calls']>,
  skus: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(skus)]
  const known: KnownVariant[] = await findVariants(db, wanted)
  const missing = wanted.filter((sku) => !known.some((variant) => variant.sku === sku))
  if (missing.length > 0) {
    const { variants } = await calls.inventory.getVariants({ skus: missing })
    known.push(...variants)
  }
  return new Map(known.filter(({ status }) => status === 'active').map(({ sku, name }) => [sku, name]))
}
