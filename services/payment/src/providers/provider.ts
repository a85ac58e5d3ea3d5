import type { Money } from '@stoa/kernel'
import type { ChargeOutcome, RefundOutcome } from '../domain/payment.ts'

/** What a provider says of a token. */
export interface TokenDescription {
  /** What a customer knows the method by. */
  readonly label: string
  /** ISO 3166-1 alpha-2 country of the card or account, when the provider says it. */
  readonly country?: string
}

/** A charge as it is asked for; the key makes it happen once at the provider, however often it is asked for. */
export interface ChargeRequest {
  readonly key: string
  readonly token: string
  readonly amount: Money
  /** Whether it is captured at once, or only authorised. */
  readonly isCaptured: boolean
  /** Whether a person has looked at it: it is not held back for review again. */
  readonly isReviewed: boolean
}

/** A refund as it is asked for, once for its key. */
export interface RefundRequest {
  readonly key: string
  readonly reference: string
  readonly amount: Money
}

/** A webhook as it came in. */
export interface WebhookDelivery {
  readonly headers: { readonly [name: string]: string | undefined }
  /** The bytes that were signed, as text. */
  readonly body: string
  readonly now: Temporal.Instant
}

/** What a genuine webhook is about; what became of it is then asked of the provider. */
export interface WebhookMessage {
  /** Told apart by it from one that was taken before. */
  readonly id: string
  readonly chargeKey?: string
  readonly refundKey?: string
}

/**
 * A party that moves money. Charges and refunds are made and found again by a key of ours. A call that fails throws an
 * AppError, retryable when the provider may be asked again; one that does not answer is given up by its signal.
 */
export interface PaymentProvider {
  readonly name: string
  /** Whether how often a customer pays counts against them. */
  readonly checksVelocity: boolean
  /** What a token stands for; undefined when the provider doesn't know it. */
  readonly describeToken: (token: string, signal: AbortSignal) => Promise<TokenDescription | undefined>
  readonly charge: (request: ChargeRequest, signal: AbortSignal) => Promise<ChargeOutcome>
  /** What became of the charge of this key; undefined when the provider has none. */
  readonly findCharge: (key: string, signal: AbortSignal) => Promise<ChargeOutcome | undefined>
  /** Captures an authorised charge; one that is captured already answers the same. */
  readonly capture: (reference: string, signal: AbortSignal) => Promise<ChargeOutcome>
  /** Gives an authorised charge up; one that is given up already answers the same. */
  readonly void: (reference: string, signal: AbortSignal) => Promise<ChargeOutcome>
  readonly refund: (request: RefundRequest, signal: AbortSignal) => Promise<RefundOutcome>
  /** What became of the refund of this key; undefined when the provider has none. */
  readonly findRefund: (key: string, signal: AbortSignal) => Promise<RefundOutcome | undefined>
  /** Reads a webhook; undefined when its signature or its time is not as it must be. */
  readonly readWebhook: (delivery: WebhookDelivery) => WebhookMessage | undefined
}
