import type { Consumer } from '@stoa/contract'
import { inventoryFulfilled } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { dispatch } from '../domain/reservation.ts'
import { moveStock } from '../store/movements.ts'
import { lockByOrder, noteDispatched } from '../store/reservations.ts'
import { announceLowStock } from './announce-low-stock.ts'

/**
 * Deducts shipped goods from the stock and from the reservation of their order. If this exceeds the unreserved stock, the event becomes a
 * dead letter, for a manual stock count.
 */
export const fulfilOnDispatch = ({ clock, newId }: Deps): Consumer<InventoryService, 'shippingDispatched'> => ({
  apply: async ({ data: { shipmentId, orderId, lines } }, tx) => {
    if (lines.length === 0) return
    const at = clock.now()
    const reservation = await lockByOrder(tx, orderId)
    const none = { status: 'released', lines: [], outstanding: [], returned: [] } as const
    const { moves, outstanding, status } = dispatch(reservation ?? none, lines)
    const movements = moves.map(({ line: { sku, warehouseId, quantity }, promised }) => ({
      id: newId(),
      sku,
      warehouseId,
      delta: -quantity,
      unreserved: promised,
    }))
    const [moved] = await Promise.all([
      moveStock(tx, movements, { reason: 'dispatched', reference: shipmentId, at }),
      reservation === undefined ? undefined : noteDispatched(tx, reservation.id, { status, outstanding }, at),
    ])
    await announceLowStock(tx, moved)
    if (reservation === undefined) return
    const { id } = reservation
    await tx.publish(inventoryFulfilled, id, { reservationId: id, orderId, lines })
  },
})
