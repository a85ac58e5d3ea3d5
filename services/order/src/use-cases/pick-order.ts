import type { Handler, TaskHandler, Tx } from '@stoa/contract'
import { orderUpdated } from '@stoa/contracts/order/events'
import type { OrderService } from '@stoa/contracts/order/service'
import type { OrderId } from '@stoa/contracts/shared/ids'
import { isAppError } from '@stoa/kernel'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { canBeginPicking, canFinishPicking } from '../domain/order.ts'
import { lockOrder, moveOrder, notePicked, type OrderMove, type StoredOrder } from '../store/orders.ts'

/** Changes a locked order to picking and publishes it. */
async function beginPicking(tx: Tx<OrderService>, order: StoredOrder, move: Omit<OrderMove, 'to'>): Promise<void> {
  const { id: orderId, number, customerId } = order.resource
  await moveOrder(tx, orderId, { ...move, to: 'picking' })
  await tx.publish(orderUpdated, orderId, { orderId, number, customerId, status: 'picking' })
}

/** Notes a locked order as picked; that its shipment is released is then durable. */
async function finishPicking(tx: Tx<OrderService>, orderId: OrderId): Promise<void> {
  await notePicked(tx, orderId)
  await tx.enqueue('release-shipment', { orderId }, { key: orderId })
}

/** Staff start picking; every other status change belongs to a saga, an event or another operation. */
export const setOrderStatus =
  ({ clock }: Deps): Handler<OrderService, 'setOrderStatus'> =>
  async ({ params, body, caller, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const order = await lockOrder(tx, params.id)
      requireVersion(expectedVersion, order, 'order')
      if (!canBeginPicking(order)) {
        const state = order.isCancelling ? 'being cancelled' : order.status
        return refuse(
          'order.move_not_allowed',
          `The status of an order that is ${state} cannot change to ${body.status}.`,
        )
      }
      await beginPicking(tx, order, { actor: caller.subject, reason: body.reason, at: clock.now() })
      return { status: 200, id: params.id }
    })

export const markPicked: Handler<OrderService, 'markPicked'> = async ({ params, expectedVersion, commit, refuse }) =>
  commit(async (tx) => {
    const order = await lockOrder(tx, params.id)
    requireVersion(expectedVersion, order, 'order')
    if (order.status === 'picking' && order.isPicked) return { status: 200, id: params.id }
    if (!canFinishPicking(order))
      return refuse('order.move_not_allowed', `An order that is ${order.status} is not being picked.`)
    await finishPicking(tx, order.resource.id)
    return { status: 200, id: params.id }
  })

/** Automatic start of picking, one carrier day after the confirmation. */
export const beginPickingTask =
  ({ clock }: Deps): TaskHandler<OrderService, 'begin-picking'> =>
  async ({ payload, commit }) =>
    commit(async (tx) => {
      const order = await lockOrder(tx, payload.orderId)
      if (!canBeginPicking(order)) return
      await beginPicking(tx, order, { actor: 'auto-pick', at: clock.now() })
      await tx.enqueue('finish-picking', payload, { key: payload.orderId })
    })

/** Automatic end of picking. */
export const finishPickingTask: TaskHandler<OrderService, 'finish-picking'> = async ({ payload, commit }) =>
  commit(async (tx) => {
    const order = await lockOrder(tx, payload.orderId)
    if (canFinishPicking(order)) await finishPicking(tx, payload.orderId)
  })

/** Releases the shipment of a picked order to its carrier, unless it was cancelled in the meantime. */
export const releaseShipmentTask: TaskHandler<OrderService, 'release-shipment'> = async ({ payload, calls }) => {
  try {
    await calls.shipping.release({ orderId: payload.orderId }, { idempotencyKey: `release/${payload.orderId}` })
  } catch (error) {
    if (!isAppError(error, 'shipping.move_not_allowed')) throw error
  }
}
