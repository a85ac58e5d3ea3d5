import type Stripe from 'stripe'
import type { ChargeOutcome, NextStep, RefundOutcome } from '../../domain/payment.ts'

const codes: Readonly<Record<string, string>> = {
  insufficient_funds: 'payment.insufficient_funds',
  expired_card: 'payment.card_expired',
  authentication_required: 'payment.authentication_failed',
  payment_intent_authentication_failure: 'payment.authentication_failed',
  payment_intent_payment_attempt_expired: 'payment.authentication_failed',
}

/** Our code of a decline. */
export function declineCodeOf(
  decline: { readonly code?: string; readonly decline_code?: string } | null | undefined,
): string {
  return codes[decline?.decline_code ?? ''] ?? codes[decline?.code ?? ''] ?? 'payment.declined'
}

/** What has become of a PaymentIntent; undefined while Stripe has not decided, and `unpaid` if it could still be paid another way. */
export function outcomeOf(intent: Stripe.PaymentIntent): ChargeOutcome | 'unpaid' | undefined {
  const { id: reference, status } = intent
  switch (status) {
    case 'succeeded':
      // in the dashboard of Stripe, less can be captured than was authorised
      if (intent.amount_received !== intent.amount) throw anotherAmount(reference)
      return { kind: 'captured', reference }
    case 'requires_capture':
      return { kind: 'authorized', reference }
    case 'canceled':
      return intent.last_payment_error === null
        ? { kind: 'voided', reference }
        : { kind: 'declined', code: declineCodeOf(intent.last_payment_error) }
    case 'requires_action':
      return { kind: 'action', reference, next: nextStepOf(intent) }
    case 'requires_payment_method':
    case 'requires_confirmation':
      return 'unpaid'
    default:
      return undefined
  }
}

/** What Stripe has charged is not what we would book: a person has to look at it, and the payment stays as it is. */
export function anotherAmount(reference: string): Error {
  return new Error(`Stripe has another amount for ${reference} than was to be charged`)
}

function nextStepOf({ next_action: action, client_secret: secret }: Stripe.PaymentIntent): NextStep {
  const clientSecret = secret === null ? {} : { clientSecret: secret }
  const url = action?.redirect_to_url?.url
  return typeof url === 'string' ? { type: 'redirect', url, ...clientSecret } : { type: 'sdk', ...clientSecret }
}

/** What has become of a refund: money that is on its way counts as given back. */
export function outcomeOfRefund({ id: reference, status }: Stripe.Refund): RefundOutcome {
  return status === 'failed' || status === 'canceled'
    ? { kind: 'refused', code: 'payment.refund_refused' }
    : { kind: 'done', reference }
}
