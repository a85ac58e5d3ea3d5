import { isRefused, type Handler, type Refusal, type Tx } from '@stoa/contract'
import type { RefundId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Money } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { decideRefund } from '../domain/payment.ts'
import { findPayment, lockPayment } from '../store/payments.ts'
import { findRefund, insertRefund } from '../store/refunds.ts'
import { askRefund, endRefund, logRefund } from './settle-refund.ts'

interface WantedRefund {
  readonly amount?: Money
  readonly reason?: string
}

const rejected = { code: 'payment.refund_refused', detail: 'The provider rejected the refund.' } as const

/** Gives back a part or all of a payment from the back office. */
export const refundPayment =
  (deps: Deps): Handler<PaymentService, 'refundPayment'> =>
  async ({ params: { id }, body, db, begin, commit, refuse }) => {
    const begun = await begin(async (tx) => {
      const outcome = await beginRefund(deps, tx, id, body)
      return 'code' in outcome ? refuse(outcome) : outcome
    })
    if (isRefused(begun)) return begun
    const [payment, refund] = await Promise.all([
      findPayment(db, id),
      begun.refundId === undefined ? undefined : findRefund(db, begun.refundId),
    ])
    if (refund?.status === 'refused' || refund?.status === 'failed') return refuse(rejected)
    if (payment === undefined || refund?.status !== 'begun') return commit(async () => ({ status: 200, id }))
    const pending = { payment, refund }
    const outcome = await askRefund(deps, pending, true)
    logRefund(deps, pending, outcome)
    if (outcome.kind === 'refused') {
      const keep = (tx: Tx<PaymentService>) => endRefund(deps, tx, pending, outcome)
      return refuse({ ...rejected, keep })
    }
    return commit(async (tx) => {
      await endRefund(deps, tx, pending, outcome)
      return { status: 200, id }
    })
  }

/** Begins a refund; none when nothing is left and no amount was said. */
async function beginRefund(
  { clock, newId }: Deps,
  tx: Tx<PaymentService>,
  id: string,
  { amount: wanted, reason }: WantedRefund,
): Promise<{ readonly refundId?: RefundId } | Refusal<PaymentService, 'refundPayment'>> {
  const payment = await lockPayment(tx, id)
  if (payment === undefined) return { code: 'payment.not_found', detail: `The payment ${id} does not exist.` }
  const { status, currency } = payment
  if (status !== 'captured' && status !== 'partially_refunded' && status !== 'refunded')
    return { code: 'payment.move_not_allowed', detail: `The payment is ${status}: nothing was captured.` }
  if (wanted !== undefined && (wanted.currency !== currency || wanted.amount <= 0)) {
    const [pointer, detail] =
      wanted.amount <= 0
        ? ['/amount/amount', 'must be more than 0']
        : ['/amount/currency', `The payment was made in ${currency}.`]
    return { code: 'payment.amount_invalid', detail, fields: [{ pointer, detail }] }
  }
  const decision = decideRefund(payment, wanted?.amount)
  const isAllDisputed = decision.kind === 'nothing_left' && payment.captured > payment.refunding + payment.refunded
  if (decision.kind === 'disputed' || isAllDisputed) {
    const left = decision.kind === 'disputed' ? decision.left : 0
    const detail = `At most ${left} can be refunded: the rest is disputed.`
    return { code: 'payment.disputed', detail, fields: [{ pointer: '/amount/amount', detail }] }
  }
  if (decision.kind === 'nothing_left') return {}
  if (decision.kind === 'exceeds_captured') {
    const detail = `At most ${decision.left} can be refunded.`
    return { code: 'payment.refund_exceeds_captured', detail, fields: [{ pointer: '/amount/amount', detail }] }
  }
  const refundId = newId() as RefundId
  await insertRefund(
    tx,
    {
      id: refundId,
      paymentId: payment.id,
      actionKey: undefined,
      amount: decision.amount,
      reason,
      returnId: undefined,
    },
    clock.now(),
  )
  return { refundId }
}
