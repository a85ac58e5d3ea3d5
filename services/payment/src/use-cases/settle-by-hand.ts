import { isRefused, type Handler, type Refusal, type Tx } from '@stoa/contract'
import { paymentFailed } from '@stoa/contracts/payment/events'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { canEndReview, decideCapture, decideVoid } from '../domain/payment.ts'
import { lockPayment, movePayment, noteApproved, notePending, type StoredPayment } from '../store/payments.ts'
import { askStored, factOf, publishReviewed } from './settle-payment.ts'

type MoveRefusal = Refusal<PaymentService, 'capturePayment'>

function notFound(id: string): MoveRefusal {
  return { code: 'payment.not_found', detail: `The payment ${id} does not exist.` }
}

function notAllowed({ status, pending }: StoredPayment, what: string): MoveRefusal {
  const busy = pending === undefined ? '' : ', with a pending request to its provider,'
  return { code: 'payment.move_not_allowed', detail: `A payment that is ${status}${busy} cannot be ${what}.` }
}

type Begin = (deps: Deps, tx: Tx<PaymentService>, id: string) => Promise<MoveRefusal | undefined>

/** Begins a change, requests it from the provider, and commits the result; a repeat of the key continues it. */
async function settle(
  deps: Deps,
  { params: { id }, db, begin, commit, refuse }: Omit<Parameters<Handler<PaymentService, 'capturePayment'>>[0], 'body'>,
  beginChange: Begin,
) {
  const begun = await begin(async (tx) => {
    const turned = await beginChange(deps, tx, id)
    return turned === undefined ? { paymentId: id } : refuse(turned)
  })
  if (isRefused(begun)) return begun
  const asked = await askStored(deps, db, id)
  return commit(async (tx) => {
    await asked?.end(tx)
    return { status: 200, id }
  })
}

export const capturePayment =
  (deps: Deps): Handler<PaymentService, 'capturePayment'> =>
  async (context) =>
    settle(deps, context, beginCapture)

async function beginCapture({ clock }: Deps, tx: Tx<PaymentService>, id: string): Promise<MoveRefusal | undefined> {
  const payment = await lockPayment(tx, id)
  if (payment === undefined) return notFound(id)
  if (decideCapture(payment) === 'refuse') return notAllowed(payment, 'captured')
  if (payment.pending === undefined) await notePending(tx, id, 'capture', clock.now())
  return undefined
}

export const voidPayment =
  (deps: Deps): Handler<PaymentService, 'voidPayment'> =>
  async (context) =>
    settle(deps, context, beginVoid)

async function beginVoid({ clock }: Deps, tx: Tx<PaymentService>, id: string): Promise<MoveRefusal | undefined> {
  const payment = await lockPayment(tx, id)
  if (payment === undefined) return notFound(id)
  const at = clock.now()
  switch (decideVoid(payment)) {
    case 'refuse':
      return notAllowed(payment, 'voided')
    case 'done':
      return undefined
    case 'void':
      await movePayment(tx, payment, { to: 'voided', at })
      // The saga that waits for the review is told that nothing more will come of it.
      await publishReviewed(tx, payment, 'declined')
      return undefined
    case 'void_at_provider':
      if (payment.pending !== 'void') await notePending(tx, id, 'void', at)
      return undefined
  }
}

export const reviewPayment =
  (deps: Deps): Handler<PaymentService, 'reviewPayment'> =>
  async (context) =>
    settle(deps, context, context.body.outcome === 'approved' ? beginApproval : declineReview)

async function beginApproval({ clock }: Deps, tx: Tx<PaymentService>, id: string): Promise<MoveRefusal | undefined> {
  const payment = await lockPayment(tx, id)
  if (payment === undefined) return notFound(id)
  const isApproved = payment.status === 'in_review' && payment.isReviewed
  if (isApproved) return undefined
  if (!canEndReview(payment)) return notAllowed(payment, 'approved')
  await noteApproved(tx, id, clock.now())
  return undefined
}

async function declineReview({ clock }: Deps, tx: Tx<PaymentService>, id: string): Promise<MoveRefusal | undefined> {
  const payment = await lockPayment(tx, id)
  if (payment === undefined) return notFound(id)
  if (!canEndReview(payment)) return notAllowed(payment, 'declined')
  const code = 'payment.review_declined'
  await movePayment(tx, payment, { to: 'declined', code, at: clock.now() })
  await publishReviewed(tx, payment, 'declined')
  await tx.publish(paymentFailed, id, { ...factOf(payment.resource), code })
  return undefined
}
