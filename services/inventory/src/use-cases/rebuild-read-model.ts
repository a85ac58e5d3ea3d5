import type { Handler, TaskHandler, Tx } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Database } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { viewOf, viewShape } from '../domain/product-view.ts'
import { saveViews } from '../store/product-views.ts'
import { lockNextProducts, readPricedProducts } from '../store/products.ts'
import { analyzeNext, countViews, createNext, readState, stopWriters, swapNext } from '../store/read-models.ts'

export const getReadModel: Handler<InventoryService, 'getReadModel'> = async ({ db }) => {
  const [{ shape, builtAt, isRebuilding }, products] = await Promise.all([readState(db), countViews(db)])
  const built = builtAt === undefined ? {} : { builtAt: builtAt.toString() }
  return { status: 200, body: { shape: shape ?? viewShape, products, isRebuilding, ...built } }
}

export const rebuildReadModel: Handler<InventoryService, 'rebuildReadModel'> = async ({ commit }) =>
  commit(async (tx) => {
    await tx.enqueue('rebuild-read-model', {}, { key: 'products' })
    return { status: 202, id: 'products' }
  })

/** A task, so that it is completed even if its process dies; it then starts again. */
export const rebuildReadModelTask =
  ({ database, clock }: Deps): TaskHandler<InventoryService, 'rebuild-read-model'> =>
  async ({ commit }) => {
    await fillNext(database)
    await commit((tx) => takePlace(tx, clock.now()))
  }

/** Makes the read model before the service is ready, when the one that is there was made by other code, or there is none. */
export async function buildReadModel({ database, clock }: Deps): Promise<void> {
  if ((await readState(database.read)).shape === viewShape) return
  const session = await database.session()
  try {
    await session.lock('build the read model of products')
    if ((await readState(database.read)).shape === viewShape) return
    await fillNext(database)
    await database.transaction((tx) => takePlace(tx as Tx<InventoryService>, clock.now()))
  } finally {
    await session.close()
  }
}

const productsAtOnce = 500
const beforeAll = '00000000-0000-0000-0000-000000000000'

/**
 * Fills a read model beside the one that answers. From its first transaction on, every write of a product goes into
 * both; what was there before is copied batch by batch, each product under a lock, so neither overtakes the other.
 */
async function fillNext(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await stopWriters(tx)
    await createNext(tx)
  })
  let afterId: string | undefined = beforeAll
  while (afterId !== undefined) afterId = await copyBatch(database, afterId)
  await database.transaction(analyzeNext)
}

/** Copies the next products; returns the id of the last one, or undefined if only new products remain, which are written to both. */
async function copyBatch(database: Database, afterId: string): Promise<string | undefined> {
  return database.transaction(async (tx) => {
    const ids = await lockNextProducts(tx, afterId, productsAtOnce)
    await saveViews(tx, 'product_views_next', (await readPricedProducts(tx, ids)).map(viewOf))
    return ids.length < productsAtOnce ? undefined : ids.at(-1)
  })
}

async function takePlace(tx: Tx<InventoryService>, at: Temporal.Instant): Promise<void> {
  await stopWriters(tx)
  await swapNext(tx, viewShape, at)
}
