import type { Handler } from '@stoa/contract'
import type { ReturnId } from '@stoa/contracts/shared/ids'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { decideRequest } from '../domain/returns.ts'
import { findDelivery, lockOrder } from '../store/orders.ts'
import { insertReturn, returnsOf } from '../store/returns.ts'

/** Requests a return under the lock of the order, so that concurrent requests for the same unit run one after the other. */
export const requestReturn =
  ({ clock, newId, dayMs, returnWindowDays }: Deps): Handler<OrderService, 'requestReturn'> =>
  async ({ params, body, caller, commit, refuse }) =>
    commit(async (tx) => {
      const order = await lockOrder(tx, params.id)
      const { customerId, items } = order.resource
      if (!caller.mayReach(customerId)) return refuse('order.not_found', `The order ${params.id} does not exist.`)
      const [returns, deliveredAt] = await Promise.all([returnsOf(tx, params.id), findDelivery(tx, params.id)])
      const at = clock.now()
      const windowMs = dayMs * returnWindowDays
      const isLate = deliveredAt === undefined || at.since(deliveredAt).total('milliseconds') > windowMs
      const isWindowOver = isLate && !caller.can('order:return:any')
      const decision = decideRequest({ status: order.status, items, returns, isWindowOver }, body.items)
      switch (decision.kind) {
        case 'not_delivered':
          return refuse('order.not_delivered', `The order is ${order.status}; only delivered goods can be returned.`)
        case 'window_over':
          return refuse('order.return_window_over', 'The return period has expired.')
        case 'wrong_lines': {
          const fields = decision.lines.map(({ index, field, detail }) => ({
            pointer: `/items/${index}/${field}`,
            detail,
          }))
          return refuse('order.return_not_allowed', 'The return exceeds the quantity that was bought.', { fields })
        }
        case 'accept': {
          const id = newId() as ReturnId
          const { reason } = body
          await insertReturn(tx, { id, orderId: params.id, customerId, reason, items: body.items }, at)
          return { status: 201, id }
        }
      }
    })
