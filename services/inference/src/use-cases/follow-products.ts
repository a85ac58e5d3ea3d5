import type { Consumer, TaskHandler, Tx, WriteHandle } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { embed } from '../domain/embed.ts'
import { productText, type DescribedProduct } from '../domain/product-text.ts'
import { deleteProduct, saveProduct, type ProductState } from '../store/products.ts'
import { areProductTextsMissing, emptyText, saveText } from '../store/texts.ts'
import { areProductsCopied, noteProductsCopied } from '../store/training-state.ts'

export const copyCreatedProduct = (deps: Deps): Consumer<InferenceService, 'productCreated'> => ({
  apply: ({ data }, tx) => copyProduct(deps, tx, data),
})

export const copyUpdatedProduct = (deps: Deps): Consumer<InferenceService, 'productUpdated'> => ({
  apply: ({ data }, tx) => copyProduct(deps, tx, data),
})

/** Copies a product, and what it is compared by if it is for sale. */
async function copyProduct({ words }: Deps, tx: WriteHandle, product: ProductState & DescribedProduct): Promise<void> {
  await saveProduct(tx, product)
  const { productId: id, version: revision } = product
  if (product.status !== 'active') return emptyText(tx, 'product', id, revision)
  const { title, body } = productText(product)
  const vectors = words()
  const vector = embed(vectors, `${title}. ${body}`)
  await saveText(tx, { kind: 'product', id, revision, title, body }, { model: vectors.model, vector })
}

export const dropDeletedProduct: Consumer<InferenceService, 'productDeleted'> = {
  async apply({ data: { productId } }, tx) {
    await deleteProduct(tx, productId)
    await emptyText(tx, 'product', productId, Number.MAX_SAFE_INTEGER)
  },
}

/** Starts the copy of the products at the first start: events may be older than the log, or there was none for what was seeded. */
export async function copyMissingProducts({ database, makeTx }: Deps): Promise<void> {
  if ((await areProductsCopied(database.read)) && !(await areProductTextsMissing(database.read))) return
  await database.transaction((handle) => enqueueCopy(makeTx(handle)))
}

/** A release that knew no texts, or fewer of them, may have copied products beside this one: they are copied again. */
export async function enqueueCopy(tx: Tx<InferenceService>): Promise<void> {
  await tx.enqueue('copy-products', {}, { key: 'copy-products' })
}

/** Copies a snapshot of the products, page by page. Events are followed meanwhile; versions decide which state is newer. */
export const copyProductsTask =
  (deps: Deps): TaskHandler<InferenceService, 'copy-products'> =>
  async ({ calls, commit }) => {
    let afterProductId = ''
    do {
      const page = await calls.inventory.snapshotProducts({ afterProductId, limit: 200 })
      await deps.database.transaction(async (tx) => {
        for (const product of page.products)
          await copyProduct(deps, tx, { ...product, version: Number(product.version) })
      })
      afterProductId = page.nextAfterProductId
    } while (afterProductId !== '')
    await commit((tx) => noteProductsCopied(tx, deps.clock.now()))
  }
