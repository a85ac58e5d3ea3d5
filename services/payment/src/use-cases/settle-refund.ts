import type { TaskHandler, Tx } from '@stoa/contract'
import { refundFailed, refundProcessed } from '@stoa/contracts/payment/events'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { compact, money } from '@stoa/kernel'
import { getProvider, type Deps } from '../deps.ts'
import type { RefundRequest } from '../providers/provider.ts'
import type { RefundOutcome } from '../domain/payment.ts'
import { bookFailedRefund, bookRefund } from '../store/ledger.ts'
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
  return getProvider(deps, payment.provider).refund(requestOf({ refund, payment }), isRepeat)
}

function requestOf({ refund, payment: { id, reference, currency } }: BegunRefund): RefundRequest {
  if (reference === undefined) throw new Error(`payment ${id} is unknown to its provider`)
  return { key: refund.id, reference, amount: money(refund.amount, currency) }
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
  await tx.publish(refundProcessed, paymentId, factOf({ refund, payment }))
}

function factOf({
  refund: { id: refundId, amount, returnId },
  payment: { id: paymentId, currency, resource },
}: BegunRefund) {
  const { orderId, customerId } = resource
  return { refundId, paymentId, orderId, customerId, amount: money(amount, currency), ...compact({ returnId }) }
}

/** Books a completed refund back that the provider could not deliver after all. */
async function takeBack(
  { clock, newId }: Deps,
  tx: Tx<PaymentService>,
  done: BegunRefund,
  code: string,
): Promise<void> {
  const [payment, refund] = await Promise.all([lockPayment(tx, done.payment.id), findRefund(tx, done.refund.id)])
  if (payment === undefined || refund?.status !== 'done') return
  await bookFailedRefund(tx, refund.id, { transactionId: newId(), at: clock.now(), code })
  await tx.publish(refundFailed, payment.id, factOf({ refund, payment }))
}

/** Writes one log line, so that an order can be followed through the logs. */
export function logRefund({ logger }: Deps, { refund, payment }: BegunRefund, outcome: RefundOutcome): void {
  const { id: paymentId, resource } = payment
  logger.info('refund settled', { refundId: refund.id, paymentId, orderId: resource.orderId, outcome: outcome.kind })
}

/** Completes an abandoned refund; of a completed one that a webhook names, finds out whether it has failed since. */
export const settleRefundTask =
  (deps: Deps): TaskHandler<PaymentService, 'settle-refund'> =>
  async ({ payload, db, commit }) => {
    const refund = await findRefund(db, payload.refundId)
    const payment = refund === undefined ? undefined : await findPayment(db, refund.paymentId)
    if (refund === undefined || payment === undefined) return commit(async () => {})
    const begun = { refund, payment }
    if (refund.status === 'done') {
      const found = await getProvider(deps, payment.provider).findRefund(requestOf(begun))
      if (found?.kind !== 'refused') return commit(async () => {})
      await commit((tx) => takeBack(deps, tx, begun, found.code))
      return deps.logger.warn('refund failed', { refundId: refund.id, paymentId: payment.id })
    }
    if (refund.status !== 'begun') return commit(async () => {})
    const outcome = await askRefund(deps, begun, true)
    await commit((tx) => endRefund(deps, tx, begun, outcome))
    logRefund(deps, begun, outcome)
  }
