import type { Handler, RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { findByOrder, listByOrders } from '../store/reservations.ts'

export const getReservation =
  (_deps: Deps): Handler<InventoryService, 'getReservation'> =>
  async ({ params: { orderId }, db, refuse }) => {
    const found = await findByOrder(db, orderId)
    if (found === undefined) return refuse('inventory.reservation_not_found', `Order ${orderId} has no reservation.`)
    const { id, status, lines, expiresAt } = found
    const body = { id, orderId: found.orderId, status, lines: [...lines] }
    return { status: 200, body: expiresAt === undefined ? body : { ...body, expiresAt: expiresAt.toString() } }
  }

export const listReservations =
  (_deps: Deps): RpcHandler<InventoryService, 'listReservations'> =>
  async ({ input: { orderIds }, db }) => {
    const found = await listByOrders(db, orderIds)
    return {
      reservations: found.map(({ id, orderId, status, lines }) => ({
        reservationId: id,
        orderId,
        status,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      })),
    }
  }
