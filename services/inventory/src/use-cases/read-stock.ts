import type { Handler, RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { readPageById } from '@stoa/service'
import { listMovements as readMovements } from '../store/movements.ts'
import { findAvailability } from '../store/stock.ts'
import { findUnknownWarehouses, listWarehouses as readWarehouses } from '../store/warehouses.ts'

export const getAvailability: Handler<InventoryService, 'getAvailability'> = async ({ query, caller, db, refuse }) => {
  const skus = [...new Set(query.sku)]
  const withDrafts = caller.can('product:manage') || caller.can('inventory:read')
  const found = await findAvailability(db, { skus, withDrafts })
  const bySku = new Map(found.map((item) => [item.sku, item]))
  const unknown = query.sku.flatMap((sku, index) =>
    bySku.has(sku) ? [] : [{ pointer: `/sku/${index}`, detail: 'unknown' }],
  )
  if (unknown.length > 0) return refuse('inventory.unknown_sku', 'A SKU is unknown.', { fields: unknown })
  const items = skus.flatMap((sku) => bySku.get(sku) ?? [])
  return { status: 200, body: { items } }
}

export const listMovements: Handler<InventoryService, 'listMovements'> = async ({
  query: { sku, warehouseId, ...page },
  db,
}) => ({
  status: 200,
  body: await readPageById(page, (beforeId, limit) => readMovements(db, { sku, warehouseId, beforeId, limit })),
})

export const listWarehouses: Handler<InventoryService, 'listWarehouses'> = async ({ db }) => ({
  status: 200,
  body: { items: await readWarehouses(db) },
})

export const findWarehouses: RpcHandler<InventoryService, 'findWarehouses'> = async ({
  input: { warehouseIds },
  db,
}) => {
  const unknown = new Set(await findUnknownWarehouses(db, warehouseIds))
  return { warehouseIds: warehouseIds.filter((id) => !unknown.has(id)) }
}
