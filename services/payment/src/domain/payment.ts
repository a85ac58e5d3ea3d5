import type { PaymentStatus } from '@stoa/contracts/payment/resources'

/** What has been begun with a provider and has not ended. */
export type PendingEffect = 'charge' | 'capture' | 'void'

/** What decisions on a stored payment look at; amounts are minor units of its one currency. */
export interface PaymentState {
  readonly status: PaymentStatus
  readonly pending: PendingEffect | undefined
  readonly amount: number
  readonly captured: number
  /** Begun to be given back. */
  readonly refunding: number
  readonly refunded: number
}

/** What a provider has come to with a charge. */
export type ChargeOutcome =
  | { readonly kind: 'captured'; readonly reference: string }
  | { readonly kind: 'authorized'; readonly reference: string }
  | { readonly kind: 'voided'; readonly reference: string }
  | { readonly kind: 'declined'; readonly code: string }
  /** Not charged: a person has to look at it first. */
  | { readonly kind: 'review' }

/** What a provider has come to with a refund. */
export type RefundOutcome =
  | { readonly kind: 'done'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: string }

/** What a saga is told of a payment it asked for. */
export function outcomeOfPay(status: PaymentStatus): 'captured' | 'declined' | 'in_review' {
  switch (status) {
    case 'captured':
    case 'partially_refunded':
    case 'refunded':
      return 'captured'
    case 'declined':
    case 'voided':
      return 'declined'
    case 'in_review':
      return 'in_review'
    case 'initiated':
    case 'authorized':
      throw new Error(`a payment that is ${status} has not come to its outcome`)
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
  return status === 'authorized' && pending !== 'capture' ? 'void_at_provider' : 'refuse'
}

/** Whether the review of a payment can be ended now. */
export function canEndReview({ status, pending }: PaymentState): boolean {
  return status === 'in_review' && pending === undefined
}

/** What is to be given back. */
export type RefundDecision =
  | { readonly kind: 'refund'; readonly amount: number }
  | { readonly kind: 'nothing_left' }
  | { readonly kind: 'exceeds_captured'; readonly left: number }

/** How much is captured and neither given back nor about to be. */
export function leftToRefund({ captured, refunding, refunded }: PaymentState): number {
  return captured - refunding - refunded
}

/** Decides a refund; without an amount it is all that is left, and `isAtMost` gives what is left when that is less. */
export function decideRefund(payment: PaymentState, wanted: number | undefined, isAtMost = false): RefundDecision {
  const left = leftToRefund(payment)
  if (wanted !== undefined && wanted > left && !isAtMost) return { kind: 'exceeds_captured', left }
  const amount = Math.min(wanted ?? left, left)
  return amount === 0 ? { kind: 'nothing_left' } : { kind: 'refund', amount }
}

/** Where a captured payment stands once this much of it is given back. */
export function statusAfterRefund(captured: number, refunded: number): PaymentStatus {
  if (refunded === 0) return 'captured'
  return refunded === captured ? 'refunded' : 'partially_refunded'
}
