import type { PaymentMethodKind } from '@stoa/contracts/payment/resources'
import type { Money } from '@stoa/kernel'
import type { DisputeResponse, ProviderDispute } from '../domain/dispute.ts'
import type { ChargeOutcome, RefundOutcome } from '../domain/payment.ts'

/** The details of a token at its provider. */
export interface TokenDescription {
  /** The label of the method for the customer. */
  readonly label: string
  readonly kind: PaymentMethodKind
  /** ISO 3166-1 alpha-2 country of the card or account, when the provider says it. */
  readonly country?: string
  /** The fingerprint of the card or account, the same for all its tokens, if the provider reports it. */
  readonly fingerprint?: string
  /** The reference of our customer at the provider, if the token is charged together with it. */
  readonly providerCustomer?: string
}

/** Whose token it is. */
export interface TokenOwner {
  readonly customerId: string
  /** The reference of the customer at the provider, if it is known. */
  readonly reference: string | undefined
}

/** What a provider knows of a customer: a token, or the customer with all tokens. */
export interface Forgotten {
  readonly kind: 'token' | 'customer'
  readonly reference: string
}

/** A charge request; the provider executes it once per key. */
export interface ChargeRequest {
  readonly key: string
  readonly orderId: string
  readonly token: string
  readonly providerCustomer: string | undefined
  /** The reference of the charge, if a webhook or an earlier response has told it. */
  readonly reference: string | undefined
  readonly amount: Money
  /** Whether it is captured at once, or only authorised. */
  readonly isCaptured: boolean
  /** Whether a person has looked at it: it is not held back for review again. */
  readonly isReviewed: boolean
}

/** A refund request, executed once per key. */
export interface RefundRequest {
  readonly key: string
  readonly reference: string
  readonly amount: Money
}

/** A received webhook. */
export interface WebhookDelivery {
  readonly headers: { readonly [name: string]: string | undefined }
  /** The received bytes that were signed. */
  readonly body: Uint8Array
  /** The parsed JSON. */
  readonly message: unknown
  readonly now: Temporal.Instant
}

/** The subject of a valid webhook; its status is then queried at the provider. */
export interface WebhookMessage {
  /** The id by which redeliveries are detected. */
  readonly id: string
  readonly chargeKey?: string
  /** The reference of the charge of `chargeKey`, by which it is found at once. */
  readonly reference?: string
  readonly refundKey?: string
  /** The reference of a dispute. */
  readonly disputeReference?: string
}

/** What the sandbox is to simulate of the dispute of a charge. */
export interface SimulatedDispute {
  readonly event: 'dispute_opened' | 'inquiry_opened' | 'dispute_won' | 'dispute_lost'
  /** The reference of the charge. */
  readonly charge: string
  /** The disputed amount, of a dispute that is opened. */
  readonly amount: Money
}

/** The disputes at a provider. */
export interface ProviderDisputes {
  readonly read: (reference: string, signal: AbortSignal) => Promise<ProviderDispute>
  /** Submits evidence, or accepts the dispute, once per key; `refused` also if it was responded to before. */
  readonly respond: (reference: string, response: DisputeResponse, signal: AbortSignal) => Promise<'done' | 'refused'>
  /** Opens or decides a dispute, and returns its reference; undefined if that is not possible now. Only the sandbox has it. */
  readonly simulate?: (wanted: SimulatedDispute, signal: AbortSignal) => Promise<string | undefined>
}

/**
 * A payment provider. Charges and refunds are executed and looked up by our key. A failed call throws an AppError, which is retryable if
 * the provider may be called again; a call without a response is aborted by its signal.
 */
export interface PaymentProvider {
  readonly name: string
  /** Whether how often a customer or an instrument pays counts against it. */
  readonly checksVelocity: boolean
  /** Returns the details of a token; undefined if the provider does not recognize it. */
  readonly describeToken: (
    token: string,
    owner: TokenOwner,
    signal: AbortSignal,
  ) => Promise<TokenDescription | undefined>
  readonly charge: (request: ChargeRequest, signal: AbortSignal) => Promise<ChargeOutcome>
  /** What became of the charge of this key; undefined when the provider has none. */
  readonly findCharge: (request: ChargeRequest, signal: AbortSignal) => Promise<ChargeOutcome | undefined>
  /** What has become of a charge that the customer has to confirm. */
  readonly readCharge: (reference: string, signal: AbortSignal) => Promise<ChargeOutcome>
  /** Captures an authorised charge; returns the same result if it is already captured. */
  readonly capture: (reference: string, signal: AbortSignal) => Promise<ChargeOutcome>
  /** Voids a charge that is authorised, or waits for the customer; returns the same result if it is already voided. */
  readonly void: (reference: string, signal: AbortSignal) => Promise<ChargeOutcome>
  readonly refund: (request: RefundRequest, signal: AbortSignal) => Promise<RefundOutcome>
  /** What became of the refund of this key; undefined when the provider has none. */
  readonly findRefund: (request: RefundRequest, signal: AbortSignal) => Promise<RefundOutcome | undefined>
  readonly disputes: ProviderDisputes
  /** Forgets it, so that it can no longer be charged; no effect if it is unknown. Undefined if the provider keeps nothing of ours. */
  readonly forget?: (what: Forgotten, signal: AbortSignal) => Promise<void>
  /** Reads a webhook; undefined when its signature or its time is not as it must be. */
  readonly readWebhook: (delivery: WebhookDelivery) => Promise<WebhookMessage | undefined>
}
