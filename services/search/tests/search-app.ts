import type { MessageInitShape } from '@bufbuild/protobuf'
import { accessTable } from '@stoa/contracts/auth/roles'
import { productCreated } from '@stoa/contracts/inventory/events'
import type { SnapshotProductSchema } from '@stoa/contracts/inventory/rpc_pb.js'
import { priceChanged } from '@stoa/contracts/pricing/events'
import type { SearchResult } from '@stoa/contracts/search/resources'
import type { SearchService } from '@stoa/contracts/search/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { expect } from 'vitest'
import { searchService } from '../src/service.ts'

type SnapshotProduct = MessageInitShape<typeof SnapshotProductSchema>

/** Search under test, with the pages that inventory returns, in the order of their ids. */
export interface SearchApp {
  readonly service: TestService<SearchService>
  /** What inventory has; a test may change it. */
  readonly products: SnapshotProduct[]
  /** Runs before each page is returned. */
  onPage: () => Promise<void>
  readonly find: (query: string) => Promise<SearchResult>
  /** The names that a search finds, in order. */
  readonly names: (query: string) => Promise<string[]>
  /** Publishes a product, and waits until it is in the index. */
  readonly create: (sku: string, more?: object) => Promise<string>
  readonly price: (sku: string, amount: number, more?: object) => Promise<void>
}

/** Starts search beside an inventory that has these products. */
export async function startSearch(products: SnapshotProduct[] = []): Promise<SearchApp> {
  const onPage = { run: async () => {} }
  const service = await startTestService(searchService, {
    access: accessTable,
    calls: {
      inventory: {
        async snapshotProducts({ afterProductId, limit }) {
          const behind = products.filter(({ productId = '' }) => productId > afterProductId)
          const page = behind
            .toSorted((left, right) => ((left.productId ?? '') < (right.productId ?? '') ? -1 : 1))
            .slice(0, limit)
          await onPage.run()
          return {
            products: page as never,
            nextAfterProductId: behind.length > page.length ? (page.at(-1)?.productId ?? '') : '',
          }
        },
      },
    },
  })
  const find = async (query: string) => {
    const { status, body } = await service.request('GET', `/api/v1/search?${query}`)
    expect([status, body]).toEqual([200, body])
    return body as SearchResult
  }
  return {
    service,
    products,
    get onPage() {
      return onPage.run
    },
    set onPage(run) {
      onPage.run = run
    },
    find,
    names: async (q) => (await find(`q=${encodeURIComponent(q)}`)).items.map(({ name }) => name),
    async create(sku, more = {}) {
      const productId = newId()
      await service.receive(productCreated, productId, productOf(productId, sku, more))
      await eventually(async () => expect(await documentsOf(service, productId)).toHaveLength(1))
      return productId
    },
    price: (sku, amount, more = {}) =>
      service.receive(priceChanged, sku, { sku, priceList: 'retail', price: { amount, currency: 'EUR' }, ...more }),
  }
}

/** The data of an event of a product with one SKU. */
export function productOf(productId: string, sku: string, more: object = {}) {
  return {
    productId,
    version: 1,
    status: 'active' as const,
    name: `Product ${sku}`,
    description: 'What it is.',
    category: 'tea',
    tags: [],
    attributes: {},
    taxClass: 'standard',
    variants: [{ sku, name: sku, weightGrams: 100, options: { size: '100 g' } }],
    ...more,
  }
}

/** A product as a snapshot of inventory has it. */
export function snapshotOf(
  { attributes, variants, ...product }: ReturnType<typeof productOf>,
  price?: number,
): SnapshotProduct {
  const priced = price === undefined ? {} : { priceAmount: BigInt(price), priceCurrency: 'EUR' }
  const texts = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]))
  return {
    ...product,
    version: BigInt(product.version),
    attributes: texts,
    variants: variants.map(({ sku, name, options }) => ({ sku, name, options, ...priced })),
  }
}

/** The row of a product in the live index. */
export async function documentsOf(service: TestService<SearchService>, productId: string) {
  return service.database.read.sql<{ version: number; name: string; price: number | null }>`
    select version, name, price from product_documents where product_id = ${productId}`
}
