import { isRefused, type Handler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { isOrderClosed } from '../store/closed-orders.ts'
import { beginPayment } from './begin-payment.ts'
import { checkOrder } from './check-order.ts'
import { askStored } from './settle-payment.ts'

/** Charges a payment method for an order from the back office; a repeat of the key continues where the first stopped. */
export const createPayment =
  (deps: Deps): Handler<PaymentService, 'createPayment'> =>
  async ({ body, calls, db, begin, commit, refuse }) => {
    if (body.amount.amount <= 0) {
      const fields = [{ pointer: '/amount/amount', detail: 'must be more than 0' }]
      return refuse('payment.amount_invalid', 'The amount cannot be charged.', { fields })
    }
    const { orderId, customerId, paymentMethodId, amount, country, capture = true } = body
    const wanted = {
      orderId,
      customerId,
      paymentMethodId,
      amount,
      country,
      capturesAtOnce: capture,
      actionKey: undefined,
    }
    const wrong = await checkOrder(calls, body)
    const begun = await begin(async (tx) => {
      if (wrong !== undefined) return refuse(wrong)
      if (await isOrderClosed(tx, orderId)) return refuse('payment.order_not_payable', 'The order has ended.')
      const outcome = await beginPayment(deps, tx, wanted)
      if (!('code' in outcome)) return { paymentId: outcome.payment.id }
      const { code, detail } = outcome
      return refuse({
        ...outcome,
        fields: code === 'payment.method_unusable' ? [{ pointer: '/paymentMethodId', detail }] : [],
      })
    })
    if (isRefused(begun)) return begun
    const asked = await askStored(deps, db, begun.paymentId)
    return commit(async (tx) => {
      await asked?.end(tx)
      return { status: 201, id: begun.paymentId }
    })
  }
