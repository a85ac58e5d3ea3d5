import type { PaymentStatus } from '@stoa/contracts/payment/resources'

/** An unfinished operation at a provider. */
export type PendingEffect =
  | 'charge'
  /** The customer has to confirm it. */
  | 'action'
  | 'capture'
  | 'void'

/** What decisions on a stored payment look at; amounts are minor units of its one currency. */
export interface PaymentState {
  readonly status: PaymentStatus
  readonly pending: PendingEffect | undefined
  readonly amount: number
  readonly captured: number
  /** Begun to be given back. */
  readonly refunding: number
  readonly refunded: number
  /** Held by disputes, or taken back. */
  readonly disputed: number
}

/** What the customer has to do. */
export interface NextStep {
  readonly type: 'redirect' | 'sdk'
  readonly url?: string
  readonly clientSecret?: string
}

/** The result of a charge at a provider. */
export type ChargeOutcome =
  | { readonly kind: 'captured'; readonly reference: string }
  | { readonly kind: 'authorized'; readonly reference: string }
  | { readonly kind: 'voided'; readonly reference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'action'; readonly reference: string; readonly next: NextStep }
  /** Not charged: a person has to look at it first. */
  | { readonly kind: 'review' }

/** The result of a refund at a provider. */
export type RefundOutcome =
  | { readonly kind: 'done'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: string }

/** The outcome of a payment for its saga. */
export function outcomeOfPay(status: PaymentStatus): 'captured' | 'declined' | 'in_review' {
  switch (status) {
    case 'captured':
    case 'partially_refunded':
    case 'refunded':
      return 'captured'
    case 'declined':
    case 'voided':
      return 'declined'
    // A person decides, as in a review: so it is for the sagas of every release.
    case 'requires_action':
    case 'in_review':
      return 'in_review'
    case 'initiated':
    case 'authorized':
      throw new Error(`a payment that is ${status} has no outcome yet`)
  }
}

/** How a payment is captured that was only authorised. */
export function decideCapture({ status, pending }: PaymentState): 'capture' | 'refuse' {
  return status === 'authorized' && pending !== 'void' ? 'capture' : 'refuse'
}

/** How a payment is given up: in review nothing is held at the provider, once authorised something is. */
export function decideVoid({ status, pending }: PaymentState): 'void' | 'void_at_provider' | 'done' | 'refuse' {
  if (status === 'voided') return 'done'
  if (status === 'in_review' && pending === undefined) return 'void'
  if (status === 'requires_action' && (pending === 'action' || pending === 'void')) return 'void_at_provider'
  return status === 'authorized' && pending !== 'capture' ? 'void_at_provider' : 'refuse'
}

/** Whether the review of a payment can be ended now. */
export function canEndReview({ status, pending }: PaymentState): boolean {
  return status === 'in_review' && pending === undefined
}

/** The amount to refund. */
export type RefundDecision =
  | { readonly kind: 'refund'; readonly amount: number }
  | { readonly kind: 'nothing_left' }
  | { readonly kind: 'exceeds_captured'; readonly left: number }
  /** It would be left without the disputes. */
  | { readonly kind: 'disputed'; readonly left: number }

/** How much is captured and neither given back, nor about to be, nor disputed: a dispute can also take what was given back before. */
export function leftToRefund({ captured, refunding, refunded, disputed }: PaymentState): number {
  return Math.max(0, captured - refunding - refunded - disputed)
}

/** Decides a refund. If the amount is omitted, it is the remaining amount; `isAtMost` reduces the amount to the remaining one. */
export function decideRefund(payment: PaymentState, wanted: number | undefined, isAtMost = false): RefundDecision {
  const left = leftToRefund(payment)
  const leftUndisputed = leftToRefund({ ...payment, disputed: 0 })
  if (wanted !== undefined && wanted > left && !isAtMost)
    return { kind: wanted > leftUndisputed ? 'exceeds_captured' : 'disputed', left }
  const amount = Math.min(wanted ?? left, left)
  return amount === 0 ? { kind: 'nothing_left' } : { kind: 'refund', amount }
}

/** Returns the status of a captured payment after this refund. */
export function statusAfterRefund(captured: number, refunded: number): PaymentStatus {
  if (refunded === 0) return 'captured'
  return refunded === captured ? 'refunded' : 'partially_refunded'
}
