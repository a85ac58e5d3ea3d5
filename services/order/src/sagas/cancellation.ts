import { order as contract, type OrderService } from '@stoa/contracts/order/service'
import { orderCancelled } from '@stoa/contracts/order/events'
import type { Tx } from '@stoa/contract'
import type { OrderId } from '@stoa/contracts/shared/ids'
import { saga } from '@stoa/saga'
import type { Deps } from '../deps.ts'
import { canBeginPicking, canFinishPicking, canMove } from '../domain/order.ts'
import { clearCancelling, eraseWhenCustomerIsErased, getOrder, lockOrder, moveOrder } from '../store/orders.ts'

/** Undoes a confirmed order, unless its goods have left. */
export const cancellation = ({ clock, isAutoPick, dayMs }: Deps) =>
  // only shipping knows whether it has left, and a shipment that is cancelled stays so
  saga(contract, 'order-cancellation', { timeoutMs: Infinity })
    .step('cancel_shipment', {
      attempts: Infinity,
      action: async ({ calls, input: { orderId } }) => {
        await calls.shipping.cancelShipment({ orderId })
      },
      compensation: 'none',
    })
    .pivot('refund_payment', {
      action: async ({ calls, input: { orderId } }) => {
        await calls.payment.refund({ orderId, reason: 'order cancelled' })
      },
    })
    .step('release_items', {
      action: async ({ calls, input: { orderId } }) => {
        await calls.inventory.release({ orderId })
      },
    })
    .step('release_quote', {
      // what a coupon was for is not bought, so it can be used again
      action: async ({ calls, db, input: { orderId } }) => {
        const { quoteId } = await getOrder(db, orderId)
        await calls.pricing.releaseQuote({ quoteId, orderId })
      },
    })
    .whenCompleted((tx, { input }) => cancelled(tx, input.orderId, input.reason, clock.now()))
    .whenCompensated((tx, { input }) => goOn(tx, input.orderId, isAutoPick ? dayMs : undefined))

/** Resumes an order whose cancellation failed; picking was suspended meanwhile. */
async function goOn(tx: Tx<OrderService>, orderId: OrderId, pickAfterMs: number | undefined): Promise<void> {
  await clearCancelling(tx, orderId)
  if (pickAfterMs === undefined) return
  const order = await lockOrder(tx, orderId)
  const once = { key: orderId, delayMs: pickAfterMs }
  if (canBeginPicking(order)) await tx.enqueue('begin-picking', { orderId }, once)
  if (canFinishPicking(order)) await tx.enqueue('finish-picking', { orderId }, once)
}

async function cancelled(tx: Tx<OrderService>, orderId: OrderId, reason: string, at: Temporal.Instant): Promise<void> {
  const order = await lockOrder(tx, orderId)
  if (!canMove(order.status, 'cancelled')) return
  const { number, customerId } = order.resource
  await moveOrder(tx, orderId, { to: 'cancelled', actor: 'order-cancellation', reason, at })
  await tx.publish(orderCancelled, orderId, { orderId, number, customerId, reason })
  await eraseWhenCustomerIsErased(tx, orderId)
}
