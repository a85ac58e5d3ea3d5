import type { Calls, Refusal } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { isAppError, type Money } from '@stoa/kernel'

interface PaymentAttempt {
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
}

type PaymentRefusal = Refusal<PaymentService, 'createPayment'>

/** Asks order whether this is the open amount of an order that can still be paid; undefined when it is. */
export async function checkOrder(
  calls: Calls<PaymentService['calls']>,
  { orderId, customerId, amount }: PaymentAttempt,
): Promise<PaymentRefusal | undefined> {
  const order = await findOrder(calls, orderId)
  const unknown = (pointer: string, detail: string): PaymentRefusal => ({
    code: 'payment.order_unknown',
    detail: 'This customer has no such order.',
    fields: [{ pointer, detail }],
  })
  if (order === undefined) return unknown('/orderId', 'unknown')
  if (order.customerId !== customerId) return unknown('/customerId', 'is not the customer of the order')
  if (order.status !== 'pending') return { code: 'payment.order_not_payable', detail: `The order is ${order.status}.` }
  const { total } = order
  if (total?.currency !== amount.currency) {
    const fields = [{ pointer: '/amount/currency', detail: `must be ${total?.currency}` }]
    return { code: 'payment.amount_invalid', detail: 'The order is in another currency.', fields }
  }
  if (Number(total.amount) === amount.amount) return undefined
  const fields = [{ pointer: '/amount/amount', detail: `must be ${total.amount}` }]
  return { code: 'payment.amount_invalid', detail: 'The amount differs from the open amount of the order.', fields }
}

async function findOrder(calls: Calls<PaymentService['calls']>, orderId: string) {
  try {
    return await calls.order.getSummary({ orderId })
  } catch (error) {
    if (isAppError(error, 'order.not_found')) return undefined
    throw error
  }
}
