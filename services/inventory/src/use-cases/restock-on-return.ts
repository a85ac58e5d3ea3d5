import type { Consumer } from '@stoa/contract'
import { inventoryAdjusted } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { WarehouseId } from '@stoa/contracts/shared/ids'
import { inventoryErrors } from '@stoa/contracts/inventory/errors'
import { catalogueError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { restock, sumByPlace } from '../domain/reservation.ts'
import { moveStock } from '../store/movements.ts'
import { lockByOrder, noteReturned } from '../store/reservations.ts'

/** Restocks undamaged returned goods in the warehouses that shipped them. */
export const restockOnReturn = ({ clock, newId }: Deps): Consumer<InventoryService, 'orderReturned'> => ({
  apply: async ({ data: { orderId, lines } }, tx) => {
    const inOrder = lines.filter((line) => line.inOrder)
    if (inOrder.length === 0) return
    const at = clock.now()
    const reservation = await lockByOrder(tx, orderId)
    if (reservation === undefined) {
      throw catalogueError(inventoryErrors, 'inventory.reservation_not_found', `order ${orderId} has no reservation`)
    }
    const back = restock(reservation, inOrder)
    const movements = back.map(({ sku, warehouseId, quantity }) => ({ id: newId(), sku, warehouseId, delta: quantity }))
    await Promise.all([
      moveStock(tx, movements, { reason: 'returned', reference: orderId, at }),
      noteReturned(tx, reservation.id, sumByPlace([...reservation.returned, ...back]), at),
    ])
    for (const { sku, warehouseId, quantity } of back) {
      const data = { sku, warehouseId: warehouseId as WarehouseId, delta: quantity, reason: 'returned' }
      await tx.publish(inventoryAdjusted, sku, data)
    }
  },
})
