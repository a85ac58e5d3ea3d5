import type { ReadHandle, TaskHandler, Tx } from '@stoa/contract'
import { fraudDetected, paymentCompleted, paymentFailed, paymentReviewed } from '@stoa/contracts/payment/events'
import type { Payment, PaymentStatus } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { PaymentId } from '@stoa/contracts/shared/ids'
import { compact, money } from '@stoa/kernel'
import type { AskedProvider } from '../providers/ask-provider.ts'
import { getProvider, type Deps } from '../deps.ts'
import type { ChargeOutcome } from '../domain/payment.ts'
import { chargeKeyOf } from '../domain/charge-key.ts'
import { bookCapture } from '../store/ledger.ts'
import {
  awaitAction,
  findPayment,
  lockPayment,
  movePayment,
  notePending,
  type StoredPayment,
} from '../store/payments.ts'

/** The status of a payment. */
export interface EndedPayment {
  readonly status: PaymentStatus
  readonly code: string | undefined
}

/** Asks the provider for what is pending of a payment; `isRepeat` when it may have been asked for before. */
export async function askPending(deps: Deps, payment: StoredPayment, isRepeat: boolean): Promise<ChargeOutcome> {
  const { pending, token, reference } = payment
  const provider = getProvider(deps, payment.provider)
  if (pending === 'charge') {
    if (token === undefined) throw new Error(`payment ${payment.id} has no token to charge`)
    const amount = money(payment.amount, payment.currency)
    const { capturesAtOnce: isCaptured, isReviewed, providerCustomer } = payment
    const known = { key: chargeKeyOf(payment), reference, orderId: payment.resource.orderId }
    return provider.charge({ ...known, token, providerCustomer, amount, isCaptured, isReviewed }, isRepeat)
  }
  if (pending === undefined) throw new Error(`payment ${payment.id} has no pending operation`)
  if (reference === undefined) throw new Error(`payment ${payment.id} is unknown to its provider`)
  switch (pending) {
    case 'action':
      return askAction(deps, provider, { reference, until: payment.actionUntil })
    case 'capture':
      return provider.capture(reference)
    case 'void':
      return provider.void(reference)
  }
}

/** Asks what the customer has come to; after the deadline, the payment is given up. */
async function askAction(
  { clock }: Deps,
  provider: AskedProvider,
  { reference, until }: { readonly reference: string; readonly until: Temporal.Instant | undefined },
): Promise<ChargeOutcome> {
  if (until !== undefined && Temporal.Instant.compare(clock.now(), until) < 0) return provider.readCharge(reference)
  const outcome = await provider.void(reference)
  return outcome.kind === 'voided' ? { kind: 'declined', code: 'payment.action_timeout' } : outcome
}

/** Brings what was pending of a payment to its end; one that another has ended meanwhile stays as it is. */
export async function endPending(
  deps: Deps,
  tx: Tx<PaymentService>,
  payment: StoredPayment,
  outcome: ChargeOutcome,
): Promise<EndedPayment> {
  if (await writeOutcome(deps, tx, payment, outcome)) {
    await publishOutcome(deps, tx, payment, outcome)
    const [status, code] = outcome.kind === 'declined' ? [outcome.kind, outcome.code] : [statusOf(outcome), undefined]
    return { status, code }
  }
  const ended = await findPayment(tx, payment.id)
  if (ended === undefined) throw new Error(`payment ${payment.id} no longer exists`)
  return { status: ended.status, code: ended.resource.code }
}

function statusOf({ kind }: ChargeOutcome): PaymentStatus {
  if (kind === 'action') return 'requires_action'
  return kind === 'review' ? 'in_review' : kind
}

async function writeOutcome(
  { clock, newId, actionMs }: Deps,
  tx: Tx<PaymentService>,
  payment: StoredPayment,
  outcome: ChargeOutcome,
): Promise<boolean> {
  const at = clock.now()
  switch (outcome.kind) {
    case 'captured':
      return bookCapture(tx, payment, { transactionId: newId(), reference: outcome.reference, at })
    case 'authorized':
    case 'voided':
      return movePayment(tx, payment, { to: outcome.kind, reference: outcome.reference, at })
    case 'declined':
      return movePayment(tx, payment, { to: 'declined', code: outcome.code, at })
    case 'review':
      return movePayment(tx, payment, { to: 'in_review', at })
    case 'action': {
      const { reference, next } = outcome
      return awaitAction(tx, payment, { reference, next, until: at.add({ milliseconds: actionMs }), at })
    }
  }
}

async function publishOutcome(
  deps: Deps,
  tx: Tx<PaymentService>,
  payment: StoredPayment,
  outcome: ChargeOutcome,
): Promise<void> {
  const fact = factOf(payment.resource)
  const { paymentId: id, orderId, customerId } = fact
  if (outcome.kind === 'captured') await tx.publish(paymentCompleted, id, fact)
  if (outcome.kind === 'declined') await tx.publish(paymentFailed, id, { ...fact, code: outcome.code })
  if (outcome.kind === 'review') {
    await tx.publish(fraudDetected, id, { paymentId: id, orderId, customerId, rules: ['provider'] })
  }
  if (!wasAwaited(payment) || outcome.kind === 'action') return
  if (outcome.kind === 'authorized' && (await captureTakenOver(deps, tx, id))) return
  // The saga that waits for a person is told how it has ended.
  const isPassed = outcome.kind === 'captured' || outcome.kind === 'authorized'
  const code = outcome.kind === 'declined' ? outcome.code : undefined
  await publishReviewed(tx, payment, isPassed ? 'approved' : 'declined', code)
}

/** Whether a saga may wait for what was pending: a charge that was held back, or what the customer had to confirm. */
function wasAwaited({ status, pending, isReviewed, capturesAtOnce }: StoredPayment): boolean {
  if (status === 'requires_action') return true
  return pending === 'charge' ? isReviewed : pending === 'capture' && capturesAtOnce
}

/** Captures what staff have only authorised, if the saga of the order has taken it over while the customer confirmed it. */
async function captureTakenOver({ clock }: Deps, tx: Tx<PaymentService>, id: PaymentId): Promise<boolean> {
  const payment = await lockPayment(tx, id)
  if (payment?.status !== 'authorized' || !payment.capturesAtOnce) return false
  await notePending(tx, id, 'capture', clock.now())
  await tx.enqueue('settle-payment', { paymentId: id }, { key: id })
  return true
}

/** What every event of a payment carries. */
export function factOf({ id: paymentId, orderId, customerId, amount, provider, methodKind }: Payment) {
  return { paymentId, orderId, customerId, amount, provider, ...compact({ methodKind }) }
}

/** Publishes the decision of a review. */
export async function publishReviewed(
  tx: Tx<PaymentService>,
  { id, resource }: StoredPayment,
  outcome: 'approved' | 'declined',
  code?: string,
): Promise<void> {
  await tx.publish(paymentReviewed, id, { paymentId: id, orderId: resource.orderId, outcome, ...compact({ code }) })
}

/** What the provider has come to with a payment, to be written down by `end`; it says where the payment stands then. */
export interface AskedPayment {
  readonly payment: StoredPayment
  readonly end: (tx: Tx<PaymentService>) => Promise<PaymentStatus>
}

/** Asks the provider for what is pending of a stored payment; undefined when nothing is. */
export async function askStored(deps: Deps, db: ReadHandle, paymentId: string): Promise<AskedPayment | undefined> {
  const payment = await findPayment(db, paymentId)
  if (payment?.pending === undefined) return undefined
  const outcome = await askPending(deps, payment, true)
  return { payment, end: async (tx) => (await endPending(deps, tx, payment, outcome)).status }
}

/** Writes one log line, so that an order can be followed through the logs. */
export function logPayment({ logger }: Deps, { id, resource }: StoredPayment, status: string): void {
  logger.info('payment settled', { paymentId: id, orderId: resource.orderId, status })
}

/** Completes an abandoned payment. */
export const settlePaymentTask =
  (deps: Deps): TaskHandler<PaymentService, 'settle-payment'> =>
  async ({ payload, db, commit }) => {
    const asked = await askStored(deps, db, payload.paymentId)
    let status: PaymentStatus | undefined
    await commit(async (tx) => {
      status = await asked?.end(tx)
    })
    if (asked !== undefined && status !== undefined) logPayment(deps, asked.payment, status)
  }
