import type { Consumer, TaskHandler } from '@stoa/contract'
import { orderCompleted, orderDelivered, orderShipped } from '@stoa/contracts/order/events'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { canMove } from '../domain/order.ts'
import { orderFact } from '../domain/order-fact.ts'
import { eraseWhenCustomerIsErased, lockOrder, moveOrder, noteInHistory } from '../store/orders.ts'

export const markShippedOnDispatch = ({ clock }: Deps): Consumer<OrderService, 'shippingDispatched'> => ({
  apply: async (event, tx) => {
    const { orderId } = event.data
    const order = await lockOrder(tx, orderId)
    if (!canMove(order.status, 'shipped')) return
    await moveOrder(tx, orderId, { to: 'shipped', actor: 'shipping', at: clock.now() })
    const { number, customerId } = order.resource
    await tx.publish(orderShipped, orderId, { orderId, number, customerId })
  },
})

export const markDelivered = ({
  clock,
  dayMs,
  returnWindowDays,
}: Deps): Consumer<OrderService, 'shippingDelivered'> => ({
  apply: async (event, tx) => {
    const { orderId } = event.data
    const order = await lockOrder(tx, orderId)
    if (!canMove(order.status, 'delivered')) return
    await moveOrder(tx, orderId, { to: 'delivered', actor: 'shipping', at: clock.now() })
    const { number, customerId } = order.resource
    await tx.publish(orderDelivered, orderId, { orderId, number, customerId })
    await tx.enqueue('complete-order', { orderId }, { key: orderId, delayMs: dayMs * returnWindowDays })
  },
})

/** The carrier could not deliver the parcel: staff decide about the order, so this is recorded for them. */
export const noteFailedShipment = ({ clock }: Deps): Consumer<OrderService, 'shippingFailed'> => ({
  apply: async (event, tx) => {
    const order = await lockOrder(tx, event.data.orderId)
    const { reason } = event.data
    await noteInHistory(tx, event.data.orderId, { to: order.status, actor: 'shipping', reason, at: clock.now() })
  },
})

/**
 * Completes an order at the end of the return window. A partially returned order keeps its status; a fully returned order is
 * not completed.
 */
export const completeOrderTask =
  ({ clock }: Deps): TaskHandler<OrderService, 'complete-order'> =>
  async ({ payload: { orderId }, commit }) =>
    commit(async (tx) => {
      const order = await lockOrder(tx, orderId)
      if (order.status !== 'delivered' && order.status !== 'partially_returned') return
      const move = { to: order.status, actor: 'return-window', reason: 'return window expired', at: clock.now() }
      if (order.status === 'delivered') await moveOrder(tx, orderId, { ...move, to: 'completed', reason: undefined })
      else await noteInHistory(tx, orderId, move)
      await tx.publish(orderCompleted, orderId, orderFact(order.resource))
      await eraseWhenCustomerIsErased(tx, orderId)
    })
