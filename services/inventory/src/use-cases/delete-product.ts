import { dropBlobs } from '@stoa/blobs'
import type { Handler } from '@stoa/contract'
import { productDeleted } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { requireVersion } from '@stoa/service'
import { writtenVersion } from '../domain/product-view.ts'
import { deleteProduct as removeProduct, lockProduct } from '../store/products.ts'
import { deleteImagesOf } from '../store/product-images.ts'
import { lockReservedSkus } from '../store/stock.ts'
import { forgetProduct } from './project-products.ts'
import { dropVariants } from './unit-costs.ts'

/** Deletes a product; what still lies in the warehouses stays in their books. */
export const deleteProduct: Handler<InventoryService, 'deleteProduct'> = async ({
  params: { id },
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const product = await lockProduct(tx, id)
    if (product === undefined) return refuse('product.not_found', `The product ${id} does not exist.`)
    requireVersion(writtenVersion(expectedVersion), product, 'product')
    const skus = product.variants.map(({ sku }) => sku)
    const [reserved] = await lockReservedSkus(tx, skus)
    if (reserved !== undefined) return refuse('product.in_use', `Stock of ${reserved} is reserved.`)
    await dropVariants(tx, skus)
    await dropBlobs(tx, await deleteImagesOf(tx, id))
    await removeProduct(tx, id)
    await forgetProduct(tx, id)
    await tx.publish(productDeleted, id, { productId: product.id, skus })
    return { status: 204 }
  })
