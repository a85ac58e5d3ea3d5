import type { TaskHandler, Tx } from '@stoa/contract'
import { refundProcessed } from '@stoa/contracts/payment/events'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { compact, money } from '@stoa/kernel'
import { getProvider, type Deps } from '../deps.ts'
import type { RefundOutcome } from '../domain/payment.ts'
import { bookRefund } from '../store/ledger.ts'
import { findPayment, lockPayment, type StoredPayment } from '../store/payments.ts'
import { findRefund, refuseRefund, type StoredRefund } from '../store/refunds.ts'

/** A refund that was begun, with its payment. */
export interface BegunRefund {
  readonly refund: StoredRefund
  readonly payment: StoredPayment
}

/** Asks the provider for a refund; `isRepeat` when it may have been asked for before. */
export async function askRefund(
  deps: Deps,
  { refund, payment }: BegunRefund,
  isRepeat: boolean,
): Promise<RefundOutcome> {
  const { reference, currency } = payment
  if (reference === undefined) throw new Error(`payment ${payment.id} is unknown to its provider`)
  const request = { key: refund.id, reference, amount: money(refund.amount, currency) }
  return getProvider(deps, payment.provider).refund(request, isRepeat)
}

/** Brings a refund to its end; one that another has ended meanwhile stays as it is. */
export async function endRefund(
  { clock, newId }: Deps,
  tx: Tx<PaymentService>,
  { refund: asked, payment: { id: paymentId } }: BegunRefund,
  outcome: RefundOutcome,
): Promise<void> {
  // The second is read once the first has its lock.
  const [payment, refund] = await Promise.all([lockPayment(tx, paymentId), findRefund(tx, asked.id)])
  if (payment === undefined || refund?.status !== 'begun') return
  const at = clock.now()
  if (outcome.kind === 'refused') return refuseRefund(tx, refund.id, outcome.code, at)
  await bookRefund(tx, refund.id, { transactionId: newId(), at })
  const { orderId, customerId } = payment.resource
  const amount = money(refund.amount, payment.currency)
  const fact = { refundId: refund.id, paymentId, orderId, customerId, amount }
  await tx.publish(refundProcessed, paymentId, { ...fact, ...compact({ returnId: refund.returnId }) })
}

/** Writes one log line, so that an order can be followed through the logs. */
export function logRefund({ logger }: Deps, { refund, payment }: BegunRefund, outcome: RefundOutcome): void {
  const { id: paymentId, resource } = payment
  logger.info('refund settled', { refundId: refund.id, paymentId, orderId: resource.orderId, outcome: outcome.kind })
}

/** Completes an abandoned refund. */
export const settleRefundTask =
  (deps: Deps): TaskHandler<PaymentService, 'settle-refund'> =>
  async ({ payload, db, commit }) => {
    const refund = await findRefund(db, payload.refundId)
    const payment = refund === undefined ? undefined : await findPayment(db, refund.paymentId)
    if (refund?.status !== 'begun' || payment === undefined) return commit(async () => {})
    const begun = { refund, payment }
    const outcome = await askRefund(deps, begun, true)
    await commit((tx) => endRefund(deps, tx, begun, outcome))
    logRefund(deps, begun, outcome)
  }
