import type { Tx } from '@stoa/contract'
import { productCreated } from '@stoa/contracts/inventory/events'
import type { Category, NewProduct, Warehouse } from '@stoa/contracts/inventory/resources'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { ProductId, WarehouseId } from '@stoa/contracts/shared/ids'
import type { Clock, NewId } from '@stoa/kernel'
import { defineSeed } from '@stoa/service'
import { inventoryService } from './service.ts'
import { insertCategories } from './store/categories.ts'
import { openStock } from './store/movements.ts'
import { insertProducts } from './store/products.ts'
import { findVariants, saveVariants } from './store/variants.ts'
import { insertWarehouses, listWarehouses } from './store/warehouses.ts'
import { productState } from './use-cases/product-state.ts'
import { projectProducts } from './use-cases/project-products.ts'

/** The initial catalogue and stock of inventory. */
export interface SeededCatalogue {
  readonly categories: readonly Category[]
  readonly warehouses: readonly Omit<Warehouse, 'id'>[]
  readonly products: readonly (NewProduct & { readonly stock: readonly SeededStock[] })[]
}

/** What lies of a SKU in a warehouse at first, and when it is low. */
export interface SeededStock {
  readonly sku: string
  readonly warehouseCode: string
  readonly quantity: number
  readonly reorderPoint?: number
}

interface SeedTools {
  readonly clock: Clock
  readonly newId: NewId
}

/** Inserts a catalogue as if staff had created it, in a few statements; existing categories, warehouses and SKUs are kept. */
export async function seedCatalogue(
  tx: Tx<InventoryService>,
  { clock, newId }: SeedTools,
  { categories, warehouses, products }: SeededCatalogue,
): Promise<void> {
  const at = clock.now()
  await insertCategories(tx, categories)
  await insertWarehouses(
    tx,
    warehouses.map((warehouse) => ({ id: newId() as WarehouseId, ...warehouse })),
  )
  const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => sku))
  const known = new Set((await findVariants(tx, skus)).map(({ sku }) => sku))
  const missing = products
    .filter(({ variants }) => !variants.some(({ sku }) => known.has(sku)))
    .map(({ stock, ...seeded }) => ({ id: newId() as ProductId, product: documentOf(seeded), stock }))
  await insertProducts(tx, missing, at)
  await saveVariants(
    tx,
    missing.map(({ id, product }) => ({ id, version: 1, ...product })),
  )
  await projectProducts(
    tx,
    missing.map(({ id }) => id),
  )
  await stockUp(
    tx,
    newId,
    missing.flatMap(({ stock }) => stock),
    at,
  )
  for (const { id, product } of missing) await tx.publish(productCreated, id, productState(id, 1, product))
}

/** The fields of a product alone: a catalogue can say more of it, which is no concern of inventory. */
function documentOf({
  name,
  description,
  status,
  category,
  taxClass,
  tags,
  attributes,
  variants,
}: NewProduct): NewProduct {
  return { name, description, status, category, taxClass, tags, attributes, variants }
}

async function stockUp(
  tx: Tx<InventoryService>,
  newId: NewId,
  stock: readonly SeededStock[],
  at: Temporal.Instant,
): Promise<void> {
  const idByCode = new Map((await listWarehouses(tx)).map(({ id, code }) => [code, id]))
  const placed = stock.map(({ sku, warehouseCode, quantity, reorderPoint = 0 }) => {
    const warehouseId = idByCode.get(warehouseCode)
    if (warehouseId === undefined) throw new Error(`there is no warehouse ${warehouseCode}`)
    return { id: newId(), sku, warehouseId, delta: quantity, reorderPoint }
  })
  await openStock(tx, placed, { reason: 'opening stock', at })
}

/** The demonstration catalogue. */
export const seed = defineSeed<InventoryService, SeededCatalogue>(inventoryService, seedCatalogue)
