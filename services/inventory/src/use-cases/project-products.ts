import type { WriteHandle } from '@stoa/contract'
import { viewOf } from '../domain/product-view.ts'
import { deleteView, saveViews } from '../store/product-views.ts'
import { readPricedProducts } from '../store/products.ts'
import { isRebuilding } from '../store/read-models.ts'

/**
 * Brings the rows of products, which are locked or new, up to how they stand now. In the transaction of whatever changed
 * them, be it staff or an event with its inbox row: so who wrote reads it at once, and a repeat or another order of the
 * events comes to the same.
 */
export async function projectProducts(tx: WriteHandle, ids: readonly string[]): Promise<void> {
  const views = (await readPricedProducts(tx, ids)).map(viewOf)
  await saveViews(tx, 'product_views', views)
  if (await isRebuilding(tx)) await saveViews(tx, 'product_views_next', views)
}

/** Takes the row of a product that is deleted. */
export async function forgetProduct(tx: WriteHandle, id: string): Promise<void> {
  await deleteView(tx, 'product_views', id)
  if (await isRebuilding(tx)) await deleteView(tx, 'product_views_next', id)
}
