import { isRefused, type RpcHandler, type Tx } from '@stoa/contract'
import type { OrderId, PaymentId, PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentStatus } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { parseRpcMoney } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { outcomeOfPay } from '../domain/payment.ts'
import { captureOnceReviewed, lockPayment, notePending, type StoredPayment } from '../store/payments.ts'
import { beginPayment } from './begin-payment.ts'
import { scorePayment } from './score-payment.ts'
import { askPending, endPending, logPayment } from './settle-payment.ts'

function answer(paymentId: PaymentId, status: PaymentStatus, code: string | undefined) {
  const outcome = outcomeOfPay(status)
  const actionRequired = status === 'requires_action'
  return { paymentId, outcome, actionRequired, code: outcome === 'declined' ? (code ?? 'payment.review_declined') : '' }
}

/** Authorises and captures the payment of an order, once for its key and once for the order. */
export const pay =
  (deps: Deps): RpcHandler<PaymentService, 'pay'> =>
  async ({ input, key, calls, db, begin, commit, refuse }) => {
    const amount = parseRpcMoney(input.amount)
    if (amount === undefined || amount.amount < 0)
      return refuse('payment.amount_invalid', 'The amount cannot be charged.')
    const wanted = {
      orderId: input.orderId as OrderId,
      customerId: input.customerId as UserId,
      paymentMethodId: input.paymentMethodId as PaymentMethodId,
      amount,
      country: input.country === '' ? undefined : input.country,
      capturesAtOnce: true,
      actionKey: key,
    }
    const fraudScore = await scorePayment(deps, { db, calls }, wanted)
    const begun = await begin(async (tx) => {
      const outcome = await beginPayment(deps, tx, { ...wanted, fraudScore })
      return 'code' in outcome ? refuse(outcome) : outcome
    })
    if (isRefused(begun)) return begun
    const { isRepeat } = begun
    if (!begun.payment.capturesAtOnce && begun.payment.pending === 'charge') {
      const authorized = await askPending(deps, begun.payment, true)
      await begin((tx) => endPending(deps, tx, begun.payment, authorized))
    }
    const payment = begun.payment.capturesAtOnce
      ? begun.payment
      : await begin((tx) => takeOver(deps, tx, begun.payment))
    if (isRefused(payment)) return payment
    const { status, resource } = payment
    // Nothing to ask: ended before, held for review, or free of charge.
    if (payment.pending === undefined || status === 'in_review')
      return commit(async () => answer(payment.id, status, resource.code))
    const outcome = await askPending(deps, payment, isRepeat)
    const paid = await commit(async (tx) => {
      const ended = await endPending(deps, tx, payment, outcome)
      return answer(payment.id, ended.status, ended.code)
    })
    if (!isRefused(paid)) logPayment(deps, payment, paid.value.outcome ?? '')
    return paid
  }

/** Has a payment captured that staff have only authorised: the order it belongs to continues with it. */
async function takeOver({ clock }: Deps, tx: Tx<PaymentService>, payment: StoredPayment): Promise<StoredPayment> {
  const current = await lockPayment(tx, payment.id)
  if (current === undefined) throw new Error(`payment ${payment.id} no longer exists`)
  if (current.status === 'in_review' || current.status === 'requires_action') await captureOnceReviewed(tx, current.id)
  if (current.status !== 'authorized' || current.pending !== undefined) return current
  await notePending(tx, current.id, 'capture', clock.now())
  return { ...current, pending: 'capture' }
}
