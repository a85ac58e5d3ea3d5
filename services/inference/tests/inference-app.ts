import { accessTable } from '@stoa/contracts/auth/roles'
import type { RecommendedProduct } from '@stoa/contracts/inference/resources'
import type { InferenceService } from '@stoa/contracts/inference/service'
import { productCreated, productUpdated } from '@stoa/contracts/inventory/events'
import { orderConfirmed } from '@stoa/contracts/order/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type LocalCaller, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { inferenceService } from '../src/service.ts'

/** Inference under test. */
export interface InferenceApp {
  readonly service: TestService<InferenceService>
  /** Publishes a product with one SKU; returns its id. */
  readonly product: (sku: string) => Promise<string>
  readonly discontinue: (productId: string, sku: string) => Promise<void>
  /** Publishes a confirmed order, and waits until it is counted. */
  readonly order: (skus: readonly string[], customerId?: string) => Promise<void>
  readonly recommend: (query: string, as?: LocalCaller) => Promise<RecommendedProduct[]>
  readonly count: (table: 'pair_weights' | 'item_weights' | 'purchases' | 'products') => Promise<number>
}

interface Snapshot {
  readonly productId: string
  readonly sku: string
}

/** Starts inference beside an inventory whose snapshot has these products. */
export async function startInference(snapshot: readonly Snapshot[] = []): Promise<InferenceApp> {
  const service = await startTestService(inferenceService, {
    access: accessTable,
    calls: {
      inventory: {
        // pages of one, so that more than one is read
        async snapshotProducts({ afterProductId }) {
          const [first, next] = snapshot.filter(({ productId }) => productId > afterProductId)
          const products =
            first === undefined ? [] : [{ ...stateOf(first.productId, first.sku), version: 1n, attributes: {} }]
          return { products, nextAfterProductId: next === undefined ? '' : (first?.productId ?? '') }
        },
      },
    },
  })
  const count: InferenceApp['count'] = async (table) => {
    const statements = {
      pair_weights: () => service.database.read.sql<{ count: number }>`select count(*) from pair_weights`,
      item_weights: () => service.database.read.sql<{ count: number }>`select count(*) from item_weights`,
      purchases: () => service.database.read.sql<{ count: number }>`select count(*) from purchases`,
      products: () => service.database.read.sql<{ count: number }>`select count(*) from products`,
    }
    return (await statements[table]())[0]?.count ?? 0
  }
  const baskets = async () => {
    const [row] = await service.database.read.sql<{ baskets: number }>`select baskets from training_state`
    return row?.baskets ?? 0
  }
  return {
    service,
    count,
    async product(sku) {
      const productId = newId()
      await service.receive(productCreated, productId, stateOf(productId, sku))
      await eventually(async () => {
        const rows = await service.database.read.sql`select from products where product_id = ${productId}`
        expect(rows).toHaveLength(1)
      })
      return productId
    },
    async discontinue(productId, sku) {
      const state = { ...stateOf(productId, sku), version: 2, status: 'discontinued' as const }
      await service.receive(productUpdated, productId, state)
      await eventually(async () => {
        const rows = await service.database.read.sql`
          select from products where product_id = ${productId} and status = 'discontinued'`
        expect(rows).toHaveLength(1)
      })
    },
    async order(skus, customerId = newId()) {
      const before = await baskets()
      const orderId = newId()
      const total = { amount: 100, currency: 'EUR' }
      const lines = skus.map((sku) => ({ sku, quantity: 1, total }))
      await service.receive(orderConfirmed, orderId, { orderId, number: 'S-1', customerId, total, lines })
      await eventually(async () => expect(await baskets()).toBe(before + 1))
    },
    async recommend(query, as) {
      const path = `/api/v1/recommendations?${query}`
      const { status, body } = await service.request('GET', path, as === undefined ? {} : { as })
      expect([status, body]).toEqual([200, body])
      return body.items
    },
  }
}

/** The state of a product with one SKU. */
export function stateOf(productId: string, sku: string) {
  return {
    productId,
    version: 1,
    status: 'active' as const,
    name: `Product ${sku}`,
    category: 'tea',
    tags: [],
    taxClass: 'standard',
    variants: [{ sku, name: sku, weightGrams: 100 }],
  }
}
