import type { EventData } from '@stoa/contract'
import type { productUpdated } from '@stoa/contracts/inventory/events'
import type { NewProduct } from '@stoa/contracts/inventory/resources'
import type { ProductId } from '@stoa/contracts/shared/ids'

/** What the events of a product carry of it. */
export function productState(
  productId: ProductId,
  version: number,
  product: NewProduct,
): EventData<typeof productUpdated> {
  const { status, name, description, category, tags, attributes, taxClass, variants } = product
  return { productId, version, status, name, description, category, tags, attributes, taxClass, variants }
}
