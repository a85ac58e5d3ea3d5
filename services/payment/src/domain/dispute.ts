import type { DisputeEvidence } from '@stoa/contracts/payment/evidence'
import type { DisputeStatus } from '@stoa/contracts/payment/resources'
import type { Money } from '@stoa/kernel'

/** Money that a dispute has moved, as the provider books it. */
export interface DisputeMovement {
  /** The id of the booking at the provider. */
  readonly reference: string
  readonly kind: 'withdrawn' | 'reinstated'
  /** Minor units of the currency of the dispute. */
  readonly amount: number
  /** In the currency of the account at the provider. */
  readonly fee: Money | undefined
}

/** A dispute as its provider describes it. */
export interface ProviderDispute {
  readonly reference: string
  /** The key of the disputed charge; undefined if it was not charged by us. */
  readonly chargeKey: string | undefined
  readonly status: DisputeStatus
  readonly reason: string
  readonly amount: Money
  readonly evidenceDueBy: Temporal.Instant | undefined
  readonly openedAt: Temporal.Instant
  readonly movements: readonly DisputeMovement[]
}

/** What a dispute has moved so far; minor units. */
export interface DisputeSums {
  readonly amount: number
  readonly withdrawn: number
  readonly reinstated: number
}

/** How a dispute ended; undefined while it is open. */
export function outcomeOfDispute(status: DisputeStatus): 'won' | 'lost' | 'warning_closed' | undefined {
  return status === 'won' || status === 'lost' || status === 'warning_closed' ? status : undefined
}

/** Whether it is only an inquiry of the bank. */
export function isInquiry(status: DisputeStatus): boolean {
  return status.startsWith('warning_')
}

/** Whether staff can still respond with evidence, or accept it. */
export function canRespond(status: DisputeStatus): boolean {
  return status === 'needs_response' || status === 'warning_needs_response'
}

/**
 * What cannot be refunded because of a dispute: from its opening the whole amount, although the provider may withdraw it later; in an
 * inquiry and once it is won, only what was withdrawn and has not come back.
 */
export function heldBy(status: DisputeStatus, { amount, withdrawn, reinstated }: DisputeSums): number {
  const taken = isInquiry(status) || status === 'won' ? withdrawn : Math.max(amount, withdrawn)
  return Math.max(0, taken - reinstated)
}

/** What is gone for good: nothing while the dispute is open, or while the money of a won one has yet to come back. */
export function lostBy(status: DisputeStatus, { withdrawn, reinstated }: DisputeSums): number {
  return status === 'lost' || status === 'warning_closed' ? withdrawn - reinstated : 0
}

/** A response of staff that was begun with the provider and has not ended. */
export type DisputeResponse =
  | { readonly kind: 'evidence'; readonly evidence: DisputeEvidence; readonly key: string }
  | { readonly kind: 'accept'; readonly key: string }
