import type { Consumer, TaskHandler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { deleteProduct, saveProduct } from '../store/products.ts'
import { areProductsCopied, noteProductsCopied } from '../store/training-state.ts'

export const copyCreatedProduct: Consumer<InferenceService, 'productCreated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const copyUpdatedProduct: Consumer<InferenceService, 'productUpdated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const dropDeletedProduct: Consumer<InferenceService, 'productDeleted'> = {
  apply: async ({ data }, tx) => deleteProduct(tx, data.productId),
}

/** Starts the copy of the products at the first start: events may be older than the log, or there was none for what was seeded. */
export async function copyMissingProducts({ database, makeTx }: Deps): Promise<void> {
  if (await areProductsCopied(database.read)) return
  await database.transaction((handle) => makeTx(handle).enqueue('copy-products', {}, { key: 'copy-products' }))
}

/** Copies a snapshot of the products, page by page. Events are followed meanwhile; versions decide which state is newer. */
export const copyProductsTask =
  ({ clock, database }: Deps): TaskHandler<InferenceService, 'copy-products'> =>
  async ({ calls, commit }) => {
    let afterProductId = ''
    do {
      const page = await calls.inventory.snapshotProducts({ afterProductId, limit: 200 })
      await database.transaction(async (tx) => {
        for (const product of page.products) await saveProduct(tx, { ...product, version: Number(product.version) })
      })
      afterProductId = page.nextAfterProductId
    } while (afterProductId !== '')
    await commit((tx) => noteProductsCopied(tx, clock.now()))
  }
