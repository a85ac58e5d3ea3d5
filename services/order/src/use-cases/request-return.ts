import type { Handler } from '@stoa/contract'
import type { ReturnId } from '@stoa/contracts/ids'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { decideRequest } from '../domain/returns.ts'
import { findDelivery, lockOrder } from '../store/orders.ts'
import { insertReturn, returnsOf } from '../store/returns.ts'

/** Asks to send goods back, behind the lock of their order: two who want to return the same unit come one after the other. */
export const requestReturn =
  ({ clock, newId, dayMs, returnWindowDays }: Deps): Handler<OrderService, 'requestReturn'> =>
  async ({ params, body, caller, commit, refuse }) =>
    commit(async (tx) => {
      const order = await lockOrder(tx, params.id)
      const { customerId, items } = order.resource
      if (!caller.mayReach(customerId)) return refuse('order.not_found', `There is no order ${params.id}.`)
      const [returns, deliveredAt] = await Promise.all([returnsOf(tx, params.id), findDelivery(tx, params.id)])
      const at = clock.now()
      const windowMs = dayMs * returnWindowDays
      const isLate = deliveredAt === undefined || at.since(deliveredAt).total('milliseconds') > windowMs
      const isWindowOver = isLate && !caller.can('order:return:any')
      const decision = decideRequest({ status: order.status, items, returns, isWindowOver }, body.items)
      switch (decision.kind) {
        case 'not_delivered':
          return refuse('order.not_delivered', `The order is ${order.status}; only what has arrived can be sent back.`)
        case 'window_over':
          return refuse('order.return_window_over', 'The time in which goods can be sent back is over.')
        case 'wrong_lines': {
          const fields = decision.lines.map(({ index, field, detail }) => ({
            pointer: `/items/${index}/${field}`,
            detail,
          }))
          return refuse('order.return_not_allowed', 'No more than was bought can be sent back.', { fields })
        }
        case 'accept': {
          const id = newId() as ReturnId
          const { reason } = body
          await insertReturn(tx, { id, orderId: params.id, customerId, reason, items: body.items }, at)
          return { status: 201, id }
        }
      }
    })
