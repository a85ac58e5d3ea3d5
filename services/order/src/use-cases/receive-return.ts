import type { Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { money, sumMoney } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { decideReceipt, refundFor, returnSagaKey } from '../domain/returns.ts'
import { getOrder } from '../store/orders.ts'
import { noteReceipt, returnsOf } from '../store/returns.ts'
import { lockReturn } from './answer-return.ts'

/** Stores the received goods and their refund, and starts the saga that refunds them. */
export const receiveReturn =
  ({ clock }: Deps): Handler<OrderService, 'receiveReturn'> =>
  async ({ params: { id }, body, commit, refuse }) =>
    commit(async (tx) => {
      const found = await lockReturn(tx, id)
      const decision = decideReceipt(found, body.items)
      if (decision.kind === 'refuse')
        return refuse('order.return_move_not_allowed', `A return that is ${found.status} cannot be received.`)
      if (decision.kind === 'wrong_lines') {
        const fields = decision.lines.map(({ index, field, detail }) => ({
          pointer: `/items/${index}/${field}`,
          detail,
        }))
        return refuse('order.return_not_allowed', 'The received quantity exceeds the requested quantity.', { fields })
      }
      const { orderId } = found
      const [order, returns] = await Promise.all([getOrder(tx, orderId), returnsOf(tx, orderId)])
      const { items, total } = order.resource
      const others = returns.filter((other) => other.resource.id !== id)
      const before = {
        came: others.flatMap((other) => other.received),
        refunds: sumMoney(
          others.map((other) => other.refundDue ?? money(0, total.currency)),
          total.currency,
        ),
      }
      const received = body.items.map(({ sku, quantity, inOrder = true }) => ({ sku, quantity, inOrder }))
      const refundDue = refundFor({ items, total }, before, received)
      await noteReceipt(tx, id, { received, refundDue, at: clock.now() })
      await tx.start('order-return', returnSagaKey(id, found.receipts + 1), { returnId: id, orderId })
      return { status: 200, id }
    })
