import { randomUUID } from 'node:crypto'
import { scarceSku } from '@stoa/system/seed/catalogue'
import type { Ask } from './gateway.ts'

/** What can be bought. */
export interface Goods {
  readonly skus: readonly string[]
  /** Of which there is not enough for everybody; none in a shop without the demonstration's goods. */
  readonly scarceSku: string | undefined
}

interface Items<Item> {
  readonly items: readonly Item[]
}

interface Product {
  readonly price?: object
  readonly variants: readonly { readonly sku: string }[]
}

interface Stock {
  readonly sku: string
  readonly available: number
}

/** Fewer than this may be gone before a shopper pays. */
const enough = 20
const askedAtOnce = 100

/** Looks at the shelves, and has staff count the scarce goods to so many; undefined when there are no goods. */
export async function findGoods(ask: Ask, staff: string, scarceUnits: number): Promise<Goods | undefined> {
  const path = '/api/v1/products?limit=200&status=active'
  const { body } = await ask<Items<Product>>('GET', path, { as: staff })
  // Staff also see what has no price yet, which nobody can buy.
  const priced = (body?.items ?? []).filter(({ price }) => price !== undefined)
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
    const query = new URLSearchParams(skus.slice(start, start + askedAtOnce).map((sku) => ['sku', sku]))
    const { body } = await ask<Items<Stock>>('GET', `/api/v1/inventory/availability?${query.toString()}`)
    for (const { sku, available } of body?.items ?? []) if (available >= enough) found.push(sku)
  }
  return found
}

async function countTo(ask: Ask, staff: string, units: number): Promise<boolean> {
  const [stock, warehouses] = await Promise.all([
    ask<Items<Stock>>('GET', `/api/v1/inventory/availability?sku=${scarceSku}`),
    ask<Items<{ id: string; code: string }>>('GET', '/api/v1/inventory/warehouses', { as: staff }),
  ])
  const available = stock.body?.items[0]?.available
  const warehouse = warehouses.body?.items.find(({ code }) => code === 'HAM-1')
  if (available === undefined || warehouse === undefined) return false
  const delta = units - available
  if (delta === 0) return true
  const { body } = await ask('POST', '/api/v1/inventory/adjustments', {
    as: staff,
    key: randomUUID(),
    body: { sku: scarceSku, warehouseId: warehouse.id, delta, reason: 'the last lot has been counted' },
  })
  return body !== undefined
}
