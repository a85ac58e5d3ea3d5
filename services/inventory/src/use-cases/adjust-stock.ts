import type { Handler } from '@stoa/contract'
import { inventoryAdjusted } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { adjust, availableOf } from '../domain/stock.ts'
import { moveStock } from '../store/movements.ts'
import { lockOrMakeStock, saveRules } from '../store/stock.ts'
import { findVariants } from '../store/variants.ts'
import { findUnknownWarehouses } from '../store/warehouses.ts'
import { announceLowStock } from './announce-low-stock.ts'

/** Adjusts the stock on hand, or the rules of a stock, manually. */
export const adjustStock =
  ({ clock, newId }: Deps): Handler<InventoryService, 'adjustStock'> =>
  async ({ body: { sku, warehouseId, reason, ...adjustment }, db, commit, refuse }) => {
    const [variants, unknown] = await Promise.all([findVariants(db, [sku]), findUnknownWarehouses(db, [warehouseId])])
    if (variants.length === 0) {
      const fields = [{ pointer: '/sku', detail: 'unknown' }]
      return refuse('inventory.unknown_sku', `The SKU ${sku} does not exist.`, { fields })
    }
    if (unknown.length > 0) {
      const fields = [{ pointer: '/warehouseId', detail: 'unknown' }]
      return refuse('warehouse.unknown', `The warehouse ${warehouseId} does not exist.`, { fields })
    }
    const { delta } = adjustment
    const at = clock.now()
    return commit(async (tx) => {
      const [stock] = await lockOrMakeStock(tx, sku, [warehouseId])
      if (stock === undefined) throw new Error('an insert returned no row')
      const after = adjust(stock, adjustment)
      if (after === undefined) {
        const fields = [{ pointer: '/delta', detail: `must be at most ${availableOf(stock)}` }]
        return refuse('inventory.insufficient_stock', `${stock.reserved} of ${sku} are reserved in that warehouse.`, {
          fields,
        })
      }
      // Before the movement if backorder is enabled, otherwise after it: the row is never below the reserved quantity.
      const rules = { ...stock, ...after }
      if (after.isBackorderAllowed) await saveRules(tx, rules)
      const id = newId()
      await moveStock(tx, [{ id, sku, warehouseId, delta }], { reason, at })
      if (!after.isBackorderAllowed) await saveRules(tx, rules)
      if (delta !== 0) await tx.publish(inventoryAdjusted, sku, { sku, warehouseId, delta, reason })
      await announceLowStock(tx, [{ sku, warehouseId, before: stock, after }])
      return { status: 201, body: { id, sku, warehouseId, delta, reason, at: at.toString() } }
    })
  }
