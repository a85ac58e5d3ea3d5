import { isRefused, type RpcHandler, type RpcRefusal, type Tx } from '@stoa/contract'
import type { RefundId, ReturnId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { paymentErrors } from '@stoa/contracts/payment/errors'
import { catalogueError, parseRpcMoney, toRpcMoney, type Money } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { decideRefund, decideVoid } from '../domain/payment.ts'
import { lockPaymentOfOrder, movePayment, notePending, type StoredPayment } from '../store/payments.ts'
import { findBegunRefunds, findRefundByKey, insertRefund, releaseKey, type StoredRefund } from '../store/refunds.ts'
import { closeOrder } from '../store/closed-orders.ts'
import { askPending, endPending, logPayment } from './settle-payment.ts'
import { askRefund, endRefund, logRefund, type BegunRefund } from './settle-refund.ts'

interface WantedRefund {
  readonly orderId: string
  /** Without one: all that is captured and not yet given back. */
  readonly amount: Money | undefined
  /** Gives back what is left when that is less than the amount. */
  readonly isAtMost: boolean
  readonly reason: string | undefined
  readonly returnId: ReturnId | undefined
  readonly key: string
  readonly compensates: string | undefined
}

/** What a refund needs next. */
type Next =
  | { readonly kind: 'answer'; readonly amount: number; readonly currency: string | undefined }
  | ({ readonly kind: 'refuse' } & RpcRefusal<PaymentService, 'refund'>)
  /** Something else of the payment is begun and not ended: that comes first. */
  | { readonly kind: 'end_payment'; readonly payment: StoredPayment }
  | ({ readonly kind: 'end_other' } & BegunRefund)
  | ({ readonly kind: 'give_back'; readonly isRepeat: boolean } & BegunRefund)

/**
 * Gives an order's money back. Its first transaction already leaves the tombstone of a compensation, so that a payment which
 * arrives later is refused; one that was begun is brought to its end before it is undone.
 */
export const refund =
  (deps: Deps): RpcHandler<PaymentService, 'refund'> =>
  async ({ input, key, compensates, begin, commit, refuse }) => {
    const amount = parseRpcMoney(input.amount)
    if (input.amount !== undefined && (amount === undefined || amount.amount <= 0)) {
      return refuse('payment.amount_invalid', 'The amount cannot be refunded.')
    }
    const reason = input.reason === '' ? undefined : input.reason
    const returnId = input.returnId === '' ? undefined : (input.returnId as ReturnId)
    const wanted = { orderId: input.orderId, amount, isAtMost: input.atMost, reason, returnId, key, compensates }
    // A payment can have one thing pending and any number of begun refunds, each ended in a round of its own.
    for (let round = 0; round < 50; round += 1) {
      const next = await begin((tx) => findNext(deps, tx, wanted))
      if (isRefused(next)) return next
      switch (next.kind) {
        case 'answer':
          return commit(async () =>
            next.currency === undefined
              ? {}
              : { refunded: toRpcMoney({ amount: next.amount, currency: next.currency }) },
          )
        case 'refuse':
          return refuse(next)
        case 'end_payment': {
          const { payment } = next
          const outcome = await askPending(deps, payment, true)
          const ended = await begin((tx) => endPending(deps, tx, payment, outcome))
          if (!isRefused(ended)) logPayment(deps, payment, ended.status)
          break
        }
        case 'end_other': {
          const outcome = await askRefund(deps, next, true)
          await begin((tx) => endRefund(deps, tx, next, outcome))
          break
        }
        case 'give_back': {
          const outcome = await askRefund(deps, next, next.isRepeat)
          logRefund(deps, next, outcome)
          if (outcome.kind === 'refused') {
            const keep = (tx: Tx<PaymentService>) => endRefund(deps, tx, next, outcome)
            return refuse('payment.refund_refused', 'The provider rejected the refund.', { keep })
          }
          return commit(async (tx) => {
            await endRefund(deps, tx, next, outcome)
            return { refunded: toRpcMoney({ amount: next.refund.amount, currency: next.payment.currency }) }
          })
        }
      }
    }
    throw catalogueError(
      paymentErrors,
      'payment.provider_unavailable',
      'Another operation on the payment is in progress.',
      { retryAfterSeconds: 1 },
    )
  }

async function findNext(deps: Deps, tx: Tx<PaymentService>, wanted: WantedRefund): Promise<Next> {
  const { orderId, key, compensates, amount, isAtMost } = wanted
  if (amount === undefined) await closeOrder(tx, orderId, deps.clock.now())
  const [payment, known] = await Promise.all([lockPaymentOfOrder(tx, orderId), findRefundByKey(tx, key)])
  if (payment === undefined) {
    if (amount === undefined || isAtMost || compensates !== undefined)
      return { kind: 'answer', amount: 0, currency: undefined }
    return { kind: 'refuse', code: 'payment.refund_exceeds_captured', detail: 'Nothing was captured for this order.' }
  }
  // What the provider has refused, as an account with too little does, is asked for anew when the saga is continued.
  if (known?.status === 'refused') await releaseKey(tx, known.id)
  else if (known !== undefined) return goOn(payment, known)
  const at = deps.clock.now()
  if (payment.pending !== undefined && payment.pending !== 'action') return { kind: 'end_payment', payment }
  if (payment.status === 'in_review') {
    await movePayment(tx, payment, { to: 'voided', at })
    return { kind: 'answer', amount: 0, currency: payment.currency }
  }
  if (decideVoid(payment) === 'void_at_provider') {
    await notePending(tx, payment.id, 'void', at)
    return { kind: 'end_payment', payment: { ...payment, pending: 'void' } }
  }
  return beginRefund(deps, tx, payment, wanted)
}

function goOn(payment: StoredPayment, refund: StoredRefund): Next {
  switch (refund.status) {
    case 'begun':
      return { kind: 'give_back', refund, payment, isRepeat: true }
    case 'done':
      return { kind: 'answer', amount: refund.amount, currency: payment.currency }
    case 'refused':
    case 'failed':
      return { kind: 'refuse', code: 'payment.refund_refused', detail: 'The provider rejected the refund.' }
  }
}

async function beginRefund(
  { clock, newId }: Deps,
  tx: Tx<PaymentService>,
  payment: StoredPayment,
  { amount: wanted, isAtMost, key, reason, returnId }: WantedRefund,
): Promise<Next> {
  const { currency } = payment
  if (wanted !== undefined && wanted.currency !== currency) {
    return { kind: 'refuse', code: 'payment.amount_invalid', detail: `The payment was made in ${currency}.` }
  }
  const decision = decideRefund(payment, wanted?.amount, isAtMost)
  if (decision.kind === 'exceeds_captured' || decision.kind === 'disputed') {
    const why = decision.kind === 'disputed' ? '; the rest is disputed' : ''
    return {
      kind: 'refuse',
      code: 'payment.refund_exceeds_captured',
      detail: `At most ${decision.left} can be refunded${why}.`,
    }
  }
  if (decision.kind === 'nothing_left') {
    const [other] = payment.refunding === 0 ? [] : await findBegunRefunds(tx, payment.id)
    return other === undefined ? { kind: 'answer', amount: 0, currency } : { kind: 'end_other', refund: other, payment }
  }
  const id = newId() as RefundId
  const { amount } = decision
  await insertRefund(tx, { id, paymentId: payment.id, actionKey: key, amount, reason, returnId }, clock.now())
  const refund: StoredRefund = { id, paymentId: payment.id, status: 'begun', code: undefined, amount, returnId }
  return { kind: 'give_back', refund, payment, isRepeat: false }
}
