import type { Handler } from '@stoa/contract'
import { inventoryAdjusted } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { availableOf } from '../domain/stock.ts'
import { moveStock } from '../store/movements.ts'
import { lockOrMakeStock } from '../store/stock.ts'
import { findVariants } from '../store/variants.ts'
import { findUnknownWarehouses } from '../store/warehouses.ts'
import { announceLowStock } from './announce-low-stock.ts'

const reason = 'transfer'

/** Moves unreserved stock from one warehouse to another. */
export const transferStock =
  ({ clock, newId }: Deps): Handler<InventoryService, 'transferStock'> =>
  async ({ body: { sku, fromWarehouseId, toWarehouseId, quantity }, db, commit, refuse }) => {
    if (fromWarehouseId === toWarehouseId) {
      const fields = [{ pointer: '/toWarehouseId', detail: 'must be a different warehouse' }]
      return refuse('request.invalid', 'The source and the target must be different warehouses.', { fields })
    }
    const places = [fromWarehouseId, toWarehouseId]
    const [variants, unknown] = await Promise.all([findVariants(db, [sku]), findUnknownWarehouses(db, places)])
    if (variants.length === 0) {
      const fields = [{ pointer: '/sku', detail: 'unknown' }]
      return refuse('inventory.unknown_sku', `The SKU ${sku} does not exist.`, { fields })
    }
    if (unknown.length > 0) {
      const pointerOf = (id: string) => (id === fromWarehouseId ? '/fromWarehouseId' : '/toWarehouseId')
      const fields = unknown.map((id) => ({ pointer: pointerOf(id), detail: 'unknown' }))
      return refuse('warehouse.unknown', 'A warehouse does not exist.', { fields })
    }
    const at = clock.now()
    return commit(async (tx) => {
      const stock = await lockOrMakeStock(tx, sku, places)
      const from = stock.find((one) => one.warehouseId === fromWarehouseId)
      const left = from === undefined ? 0 : availableOf(from)
      if (left < quantity) {
        const fields = [{ pointer: '/quantity', detail: `must be at most ${Math.max(0, left)}` }]
        return refuse('inventory.insufficient_stock', `The source has too little free stock of ${sku}.`, { fields })
      }
      const reference = newId()
      const movements = [
        { id: newId(), sku, warehouseId: fromWarehouseId, delta: -quantity },
        { id: newId(), sku, warehouseId: toWarehouseId, delta: quantity },
      ]
      const moved = await moveStock(tx, movements, { reason, reference, at })
      for (const { warehouseId, delta } of movements)
        await tx.publish(inventoryAdjusted, sku, { sku, warehouseId, delta, reason })
      await announceLowStock(tx, moved)
      const items = movements.map((movement) => ({ ...movement, reason, reference, at: at.toString() }))
      return { status: 201, body: { items } }
    })
  }
