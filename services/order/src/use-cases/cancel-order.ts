import type { Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { cancellationSagaKey, decideCancel } from '../domain/order.ts'
import { lockOrder, markCancelling } from '../store/orders.ts'

/** Marks an order as being cancelled and wakes the saga that completes the cancellation. */
export const cancelOrder: Handler<OrderService, 'cancelOrder'> = async ({ params, body, caller, commit, refuse }) =>
  commit(async (tx) => {
    const order = await lockOrder(tx, params.id)
    if (!caller.mayReach(order.resource.customerId))
      return refuse('order.not_found', `The order ${params.id} does not exist.`)
    const orderId = params.id
    const reason = body?.reason ?? 'cancelled on request'
    switch (decideCancel(order)) {
      case 'done':
        return { status: 200, id: orderId }
      case 'already_shipped':
        return refuse('order.already_shipped', 'The order has left the warehouse.')
      case 'rejected':
        return refuse('order.move_not_allowed', 'The order was rejected.')
      case 'mark':
        await markCancelling(tx, orderId, reason)
        await tx.signal('order-fulfilment', orderId, 'payment_review', { outcome: 'cancelled' })
        return { status: 202, id: orderId }
      case 'mark_and_start': {
        const time = await markCancelling(tx, orderId, reason)
        await tx.start('order-cancellation', cancellationSagaKey(orderId, time), { orderId, reason })
        return { status: 202, id: orderId }
      }
    }
  })
