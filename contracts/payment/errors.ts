import { errors } from '@stoa/contract'

/** What payment refuses with. */
export const paymentErrors = errors({
  'payment.not_found': { kind: 'not_found', title: 'No such payment' },
  'payment.method_not_found': { kind: 'not_found', title: 'No such payment method' },
  'payment.method_unusable': { kind: 'invalid', title: 'The payment method is unknown or another customer’s' },
  'payment.provider_unknown': { kind: 'invalid', title: 'There is no such payment provider' },
  'payment.token_unknown': { kind: 'invalid', title: 'The provider does not know this token' },
  'payment.card_number_refused': { kind: 'invalid', title: 'Card numbers are not accepted, only a provider’s tokens' },
  'payment.amount_invalid': { kind: 'invalid', title: 'The amount is not one that can be charged' },
  'payment.withdrawn': { kind: 'conflict', title: 'The payment was withdrawn before it was made' },
  'payment.order_paid': { kind: 'conflict', title: 'The order has a payment already' },
  'payment.move_not_allowed': { kind: 'conflict', title: 'The payment can not go there from where it is' },
  'payment.refund_exceeds_captured': { kind: 'conflict', title: 'More would be given back than was captured' },
  'payment.refund_refused': { kind: 'conflict', title: 'The provider does not give this payment back' },
  'payment.declined': { kind: 'conflict', title: 'The payment was declined' },
  'payment.insufficient_funds': { kind: 'conflict', title: 'The account has not enough funds' },
  'payment.review_declined': { kind: 'conflict', title: 'The payment was declined in review' },
  'payment.review_timeout': { kind: 'conflict', title: 'The review of the payment did not end in time' },
  'payment.provider_unavailable': { kind: 'unavailable', title: 'The payment provider does not answer' },
  'payment.webhook_signature_invalid': { kind: 'unauthenticated', title: 'The signature of the webhook is not valid' },
  'payment.webhook_replayed': { kind: 'conflict', title: 'The webhook was taken before' },
})
