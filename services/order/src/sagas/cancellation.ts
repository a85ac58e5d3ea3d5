import { order as contract, type OrderService } from '@stoa/contracts/order/service'
import { orderCancelled } from '@stoa/contracts/order/events'
import type { Tx } from '@stoa/contract'
import type { OrderId } from '@stoa/contracts/ids'
import { saga } from '@stoa/saga'
import type { Deps } from '../deps.ts'
import { canMove } from '../domain/order.ts'
import { clearCancelling, eraseWhenCustomerIsErased, getOrder, lockOrder, moveOrder } from '../store/orders.ts'

/** Takes a confirmed order back, unless its goods have left. */
export const cancellation = ({ clock }: Deps) =>
  saga(contract, 'order-cancellation')
    .step('cancel_shipment', {
      // only shipping knows whether it has left, so it is asked until it has answered
      attempts: 1_000,
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
    .whenCompensated((tx, { input }) => clearCancelling(tx, input.orderId))

async function cancelled(tx: Tx<OrderService>, orderId: OrderId, reason: string, at: Temporal.Instant): Promise<void> {
  const order = await lockOrder(tx, orderId)
  if (!canMove(order.status, 'cancelled')) return
  const { number, customerId } = order.resource
  await moveOrder(tx, orderId, { to: 'cancelled', actor: 'order-cancellation', reason, at })
  await tx.publish(orderCancelled, orderId, { orderId, number, customerId, reason })
  await eraseWhenCustomerIsErased(tx, orderId)
}
