import { scarceSku } from '@stoa/system/seed/catalogue'
import type { Ask } from './gateway.ts'

/** What can be bought. */
export interface Goods {
  readonly skus: readonly string[]
  /** Of which there is not enough for all shoppers; none in a shop without the demonstration's goods. */
  readonly scarceSku: string | undefined
}

/** Fewer than this may be gone before a shopper pays. */
const enough = 20
const askedAtOnce = 100

/** Reads what is in stock, and has staff adjust the scarce goods to this number of units; undefined without goods. */
export async function findGoods(ask: Ask, staff: string, scarceUnits: number): Promise<Goods | undefined> {
  const products = await ask(staff, (api) => api.listProducts({ query: { limit: 200, status: 'active' } }))
  // Staff also see products that have no price yet, which cannot be bought.
  const priced = (products?.items ?? []).filter(({ price }) => price !== undefined)
  const skus = priced.flatMap(({ variants }) => variants.map(({ sku }) => sku))
  const ordinary = await inStock(
    ask,
    skus.filter((sku) => !sku.startsWith('LIMITED-')),
  )
  if (ordinary.length === 0) return undefined
  return { skus: ordinary, scarceSku: (await countTo(ask, staff, scarceUnits)) ? scarceSku : undefined }
}

async function inStock(ask: Ask, skus: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let start = 0; start < skus.length; start += askedAtOnce) {
    const sku = skus.slice(start, start + askedAtOnce)
    const stock = await ask(undefined, (api) => api.getAvailability({ query: { sku } }))
    for (const { sku: each, available } of stock?.items ?? []) if (available >= enough) found.push(each)
  }
  return found
}

async function countTo(ask: Ask, staff: string, units: number): Promise<boolean> {
  const [stock, warehouses] = await Promise.all([
    ask(undefined, (api) => api.getAvailability({ query: { sku: [scarceSku] } })),
    ask(staff, (api) => api.listWarehouses()),
  ])
  const available = stock?.items[0]?.available
  const warehouse = warehouses?.items.find(({ code }) => code === 'HAM-1')
  if (available === undefined || warehouse === undefined) return false
  const delta = units - available
  if (delta === 0) return true
  const body = { sku: scarceSku, warehouseId: warehouse.id, delta, reason: 'the last lot has been counted' }
  return (await ask(staff, (api) => api.adjustStock({ body }))) !== undefined
}
