import { closedRange } from '@stoa/kernel'
import type { Handler, RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { compareStock } from '../store/stock-books.ts'
import { findByOrder, listByOrders } from '../store/reservations.ts'

export const getReservation: Handler<InventoryService, 'getReservation'> = async ({
  params: { orderId },
  db,
  refuse,
}) => {
  const found = await findByOrder(db, orderId)
  if (found === undefined) return refuse('inventory.reservation_not_found', `Order ${orderId} has no reservation.`)
  const { id, status, lines, expiresAt } = found
  const body = { id, orderId: found.orderId, status, lines: [...lines] }
  return { status: 200, body: expiresAt === undefined ? body : { ...body, expiresAt: expiresAt.toString() } }
}

export const listReservations: RpcHandler<InventoryService, 'listReservations'> = async ({
  input: { orderIds, range },
  db,
}) => {
  const found = await listByOrders(db, range === undefined ? orderIds : closedRange(range))
  return {
    reservations: found.map(({ id, orderId, status, lines, returned, expiresAt }) => ({
      reservationId: id,
      orderId,
      status,
      lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      returned: returned.map(({ sku, quantity }) => ({ sku, quantity })),
      expires: expiresAt !== undefined,
    })),
  }
}

/** Compares stock with its movements and reservations, one page of SKUs at a time. */
export const checkStock: RpcHandler<InventoryService, 'checkStock'> = async ({ input: { afterSku, limit }, db }) => {
  const { differences, places, lastSku } = await compareStock(db, afterSku, Math.min(Math.max(1, limit), 1_000))
  return {
    differences: differences.map(({ sku, warehouseId, ...sums }) => ({
      sku,
      warehouseId,
      onHand: BigInt(sums.onHand),
      moved: BigInt(sums.moved),
      reserved: BigInt(sums.reserved),
      promised: BigInt(sums.promised),
    })),
    places,
    nextAfterSku: lastSku ?? '',
  }
}
