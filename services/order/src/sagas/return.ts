import { order as contract, type OrderService } from '@stoa/contracts/order/service'
import { orderReturned } from '@stoa/contracts/order/events'
import type { Calls, ReadHandle, SagaInput, Tx } from '@stoa/contract'
import { parseRpcMoney, toRpcMoney } from '@stoa/kernel'
import { saga } from '@stoa/saga'
import type { Deps } from '../deps.ts'
import { isAll } from '../domain/returns.ts'
import { lockOrder, moveOrder } from '../store/orders.ts'
import { getReturn, noteRefund, returnsOf, withdrawReceipt } from '../store/returns.ts'

/**
 * From goods that came back, noted in the request's own transaction, to their money and an order that says so.
 * Inventory restocks and user takes the points back by what it publishes; no step does.
 */
export const returning = ({ clock }: Deps) =>
  saga(contract, 'order-return')
    .pivot('refund_payment', { timeoutMs: 15_000, action: refundPayment })
    .whenCompleted((tx, { input, done }) => returned(tx, input, done.refund_payment.refunded, clock.now()))
    .whenCompensated((tx, { input }) => withdrawReceipt(tx, input.returnId, clock.now()))

type Input = SagaInput<OrderService, 'order-return'>

interface Step {
  readonly calls: Calls<OrderService['calls']>
  readonly db: ReadHandle
  readonly input: Input
}

async function refundPayment({ calls, db, input: { returnId, orderId } }: Step): Promise<{ refunded: number }> {
  const { refundDue } = await getReturn(db, returnId)
  if (refundDue === undefined || refundDue.amount === 0) return { refunded: 0 }
  const amount = toRpcMoney(refundDue)
  // The back office may have given back some of it already.
  const { refunded } = await calls.payment.refund({ orderId, amount, atMost: true, reason: 'goods returned', returnId })
  return { refunded: parseRpcMoney(refunded)?.amount ?? 0 }
}

async function returned(
  tx: Tx<OrderService>,
  { returnId, orderId }: Input,
  refunded: number,
  at: Temporal.Instant,
): Promise<void> {
  const { resource } = await lockOrder(tx, orderId)
  await noteRefund(tx, returnId, refunded, at)
  const returns = await returnsOf(tx, orderId)
  const lines = returns.find((each) => each.resource.id === returnId)?.received ?? []
  const came = returns.filter(({ status }) => status === 'refunded').flatMap(({ received }) => received)
  const all = isAll(resource.items, came)
  const { number, customerId } = resource
  await moveOrder(tx, orderId, { to: all ? 'returned' : 'partially_returned', actor: 'order-return', at })
  await tx.publish(orderReturned, orderId, { orderId, number, customerId, lines: [...lines], all })
}
