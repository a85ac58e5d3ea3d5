import type { Calls, ReadHandle, TaskHandler, Tx } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import { money } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { documentOf, documentShape, vocabularyOf, type ProductState } from '../domain/product-document.ts'
import { saveDocuments } from '../store/documents.ts'
import {
  cancelVersion,
  findBuilding,
  isBuilding,
  noteProgress,
  readShape,
  startVersion,
  swapVersions,
} from '../store/indexes.ts'
import { saveSnapshotPrices } from '../store/prices.ts'
import { saveWords } from '../store/vocabulary.ts'
import { stopWriters } from '../store/writers.ts'

/**
 * Starts a build when the service starts, if the live index was built by an older release or never. Queries use the live index meanwhile.
 * A build that was interrupted continues. An older release leaves the index of a newer one alone: both run during a rollout.
 */
export async function buildMissingIndex({ clock, database, makeTx }: Deps): Promise<void> {
  const building = await findBuilding(database.read)
  if (building === undefined && (await readShape(database.read)) >= documentShape) return
  await database.transaction(async (handle) => {
    const tx = makeTx(handle)
    await stopWriters(tx)
    const isBuilt = (await findBuilding(tx)) === undefined && (await readShape(tx)) >= documentShape
    if (!isBuilt) await startBuild(tx, clock.now())
  })
}

/**
 * Begins the next version of the index, which a task fills, or returns the one that is being built; a build of an older release is
 * replaced. A build whose task has failed on every attempt gets another one. The writers must be stopped.
 */
export async function startBuild(tx: Tx<SearchService>, at: Temporal.Instant): Promise<number> {
  const building = await findBuilding(tx)
  const isOlder = building !== undefined && building.shape < documentShape
  if (isOlder) await cancelVersion(tx, building.version)
  const version = building === undefined || isOlder ? await startVersion(tx, documentShape, at) : building.version
  await tx.enqueue('build-index', { version }, { key: String(version) })
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
    await refuseNewer(database.read)
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

/** Leaves the build of a newer release to its processes: this one would make documents of the older structure. */
async function refuseNewer(db: ReadHandle): Promise<void> {
  if (((await findBuilding(db))?.shape ?? 0) > documentShape)
    throw new Error('the version that is being built is of a newer release')
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
