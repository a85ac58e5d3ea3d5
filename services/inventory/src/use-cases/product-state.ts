import type { EventData } from '@stoa/contract'
import type { productUpdated } from '@stoa/contracts/inventory/events'
import type { NewProduct } from '@stoa/contracts/inventory/resources'
import type { ProductId } from '@stoa/contracts/ids'

/** What the events of a product carry of it. */
export function productState(
  productId: ProductId,
  version: number,
  product: NewProduct,
): EventData<typeof productUpdated> {
  const { status, name, category, tags, taxClass } = product
  const variants = product.variants.map(({ sku, name: variantName, weightGrams }) => ({
    sku,
    name: variantName,
    weightGrams,
  }))
  return { productId, version, status, name, category, tags, taxClass, variants }
}
