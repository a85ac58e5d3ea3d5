import type { Handler, RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
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
  query: { limit = 50, cursor, sku, warehouseId },
  db,
}) => {
  const beforeId = cursor === undefined ? undefined : decodeCursor(Type.String({ format: 'uuid' }), cursor)
  const found = await readMovements(db, { sku, warehouseId, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, (movement) => movement.id) }
}

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
