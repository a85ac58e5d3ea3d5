import type { Calls, TaskHandler, Tx } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import { money } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { documentOf, documentShape, vocabularyOf, type ProductState } from '../domain/product-document.ts'
import { saveDocuments } from '../store/documents.ts'
import { isBuilding, noteProgress, readLive, startVersion, swapVersions } from '../store/indexes.ts'
import { saveSnapshotPrices } from '../store/prices.ts'
import { saveWords } from '../store/vocabulary.ts'
import { stopWriters } from '../store/writers.ts'

/** Starts a build when the service starts, if the live index was built by other code or never. Queries use the live index meanwhile. */
export async function buildMissingIndex({ clock, database, makeTx }: Deps): Promise<void> {
  const { shape, isBuilding: builds } = await readLive(database.read)
  if (shape === documentShape || builds) return
  await database.transaction(async (handle) => {
    const tx = makeTx(handle)
    if (!(await stopWriters(tx))) await startBuild(tx, clock.now())
  })
}

/** Begins the next version of the index, which a task fills; the writers must be stopped. */
export async function startBuild(tx: Tx<SearchService>, at: Temporal.Instant): Promise<number> {
  const version = await startVersion(tx, documentShape, at)
  await tx.enqueue('build-index', { version })
  return version
}

/**
 * Fills the new index with a snapshot of inventory, page by page, and then lets it take the place of the live one. From its first
 * transaction on, every event is written to both, so none is missed; an older page never replaces what an event brought. A task,
 * because another process then continues after a crash; it begins with the first page again, which changes nothing.
 */
export const buildIndexTask =
  ({ clock, database }: Deps): TaskHandler<SearchService, 'build-index'> =>
  async ({ payload: { version }, calls, commit }) => {
    let afterProductId: string | undefined = ''
    let copied = 0
    while (afterProductId !== undefined && (await isBuilding(database.read, version))) {
      const page = await pageOf(calls, afterProductId)
      copied += page.products.length
      const documentsSoFar = copied
      await database.transaction(async (tx) => {
        await stopWriters(tx)
        if (!(await isBuilding(tx, version))) return
        const documents = page.products.map(documentOf)
        await saveSnapshotPrices(tx, page.prices)
        await saveDocuments(tx, ['product_documents_next'], documents, { isSnapshot: true })
        await saveWords(tx, vocabularyOf(documents))
        await noteProgress(tx, version, documentsSoFar)
      })
      afterProductId = page.next
    }
    await commit(async (tx) => {
      await stopWriters(tx)
      if (await isBuilding(tx, version)) await swapVersions(tx, version, clock.now())
    })
  }

async function pageOf(calls: Calls<SearchService['calls']>, afterProductId: string) {
  const { products, nextAfterProductId } = await calls.inventory.snapshotProducts({ afterProductId, limit: 200 })
  return {
    products: products.map((product): ProductState => ({ ...product, version: Number(product.version) })),
    prices: products.flatMap(({ variants }) =>
      variants.flatMap(({ sku, priceAmount, priceCurrency }) =>
        priceAmount === undefined ? [] : [{ sku, price: money(Number(priceAmount), priceCurrency) }],
      ),
    ),
    next: nextAfterProductId === '' ? undefined : nextAfterProductId,
  }
}
