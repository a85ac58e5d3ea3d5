import { errors } from '@stoa/contract'

/** What payment refuses with. */
export const paymentErrors = errors({
  'payment.not_found': {
    kind: 'not_found',
    title: 'No such payment',
    why: 'There is no payment of this id, or it is another customer’s.',
    mend: 'Check the id.',
  },
  'payment.method_not_found': {
    kind: 'not_found',
    title: 'No such payment method',
    why: 'There is no payment method of this id, or it is another customer’s.',
    mend: 'Take one from the list of payment methods.',
  },
  'payment.method_unusable': {
    kind: 'invalid',
    title: 'The payment method is unknown or another customer’s',
    why: 'The payment method was removed, or belongs to somebody else.',
    mend: 'Take another one.',
  },
  'payment.provider_unknown': {
    kind: 'invalid',
    title: 'There is no such payment provider',
    why: 'No provider of this name is configured.',
    mend: 'Take one that the payment methods name.',
  },
  'payment.token_unknown': {
    kind: 'invalid',
    title: 'The provider does not know this token',
    why: 'The provider did not make this token, or has forgotten it.',
    mend: 'Have the provider make a new token.',
  },
  'payment.card_number_refused': {
    kind: 'invalid',
    title: 'Card numbers are not accepted, only a provider’s tokens',
    why: 'Card numbers must never reach this system.',
    mend: 'Have the provider’s own form turn the card into a token.',
  },
  'payment.amount_invalid': {
    kind: 'invalid',
    title: 'The amount is not one that can be charged',
    why: 'An amount is more than nothing, and in a currency that the provider takes.',
    mend: 'Mend the amount.',
  },
  'payment.withdrawn': {
    kind: 'conflict',
    title: 'The payment was withdrawn before it was made',
    why: 'The payment was undone before the request for it arrived; nothing was charged.',
    mend: 'Nothing: whoever undid it has moved on.',
  },
  'payment.order_paid': {
    kind: 'conflict',
    title: 'The order has a payment already',
    why: 'An order is paid once.',
    mend: 'Read the payment there is.',
  },
  'payment.move_not_allowed': {
    kind: 'conflict',
    title: 'The payment can not go there from where it is',
    why: 'A payment goes from status to status in one direction only.',
    mend: 'Read the payment; it may be there already.',
  },
  'payment.refund_exceeds_captured': {
    kind: 'conflict',
    title: 'More would be given back than was captured',
    why: 'What was captured, less what was given back already, is less than this.',
    mend: 'Refund what is left at most.',
  },
  'payment.refund_refused': {
    kind: 'conflict',
    title: 'The provider does not give this payment back',
    why: 'The provider has its own rules on what can be given back, and until when.',
    mend: 'Give the money back another way, and note it in the ledger.',
  },
  'payment.declined': {
    kind: 'conflict',
    title: 'The payment was declined',
    why: 'The bank or the provider said no, without a reason that may be passed on.',
    mend: 'Use another payment method; nothing was charged.',
  },
  'payment.insufficient_funds': {
    kind: 'conflict',
    title: 'The account has not enough funds',
    why: 'The bank said that the account does not cover it.',
    mend: 'Use another payment method; nothing was charged.',
  },
  'payment.review_declined': {
    kind: 'conflict',
    title: 'The payment was declined in review',
    why: 'The payment looked like fraud to those who looked at it.',
    mend: 'Use another payment method, or ask customer service; nothing was charged.',
  },
  'payment.review_timeout': {
    kind: 'conflict',
    title: 'The review of the payment did not end in time',
    why: 'Nobody decided within a day, so the payment was undone.',
    mend: 'Place the order again.',
  },
  'payment.provider_unavailable': {
    kind: 'unavailable',
    title: 'The payment provider does not answer',
    why: 'The provider did not answer in time. Whether it charged is asked, not guessed.',
    mend: 'Wait a moment, and ask again with the same Idempotency-Key: there is one charge.',
  },
  'payment.webhook_signature_invalid': {
    kind: 'unauthenticated',
    title: 'The signature of the webhook is not valid',
    why: 'The message was not signed with the secret shared with the provider, or is too old.',
    mend: 'Check the secret and the clock on both sides.',
  },
  'payment.webhook_replayed': {
    kind: 'conflict',
    title: 'The webhook was taken before',
    why: 'Each message of a provider counts once.',
    mend: 'Nothing: the first one was taken.',
  },
})
