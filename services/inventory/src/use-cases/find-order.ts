import type { Calls } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { isAppError } from '@stoa/kernel'

/** Reads the status of an order from order; the reservation of a cart is for an order that does not exist yet. */
export async function findOrder(
  calls: Calls<InventoryService['calls']>,
  orderId: string,
): Promise<'none' | 'ended' | 'live'> {
  try {
    const { status } = await calls.order.getSummary({ orderId })
    return status === 'cancelled' || status === 'rejected' ? 'ended' : 'live'
  } catch (error) {
    if (isAppError(error, 'order.not_found')) return 'none'
    throw error
  }
}
