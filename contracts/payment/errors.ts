import { errors } from '@stoa/contract'

/** The errors that payment returns. */
export const paymentErrors = errors({
  'payment.not_found': {
    kind: 'not_found',
    title: 'No such payment',
    why: 'There is no payment with this id, or it belongs to another customer.',
    fix: 'Check the id.',
  },
  'payment.method_not_found': {
    kind: 'not_found',
    title: 'No such payment method',
    why: 'There is no payment method with this id, or it belongs to another customer.',
    fix: 'Choose a payment method from the list.',
  },
  'payment.method_unusable': {
    kind: 'invalid',
    title: 'The payment method is unknown or belongs to another customer',
    why: 'The payment method was removed, or belongs to another customer.',
    fix: 'Use another payment method.',
  },
  'payment.method_limit': {
    kind: 'conflict',
    title: 'The account has the maximum number of payment methods',
    why: 'The number of payment methods per account is limited.',
    fix: 'Delete a payment method that is no longer used.',
  },
  'payment.provider_unknown': {
    kind: 'invalid',
    title: 'There is no such payment provider',
    why: 'No provider with this name is configured.',
    fix: 'Use a provider that is named in the list of payment methods.',
  },
  'payment.token_unknown': {
    kind: 'invalid',
    title: 'The provider does not recognize this token',
    why: 'The provider did not issue this token, or no longer accepts it.',
    fix: 'Get a new token from the provider.',
  },
  'payment.card_number_refused': {
    kind: 'invalid',
    title: 'Card numbers are not accepted; send a provider token',
    why: 'Card numbers must never reach this system.',
    fix: 'Use the form of the provider to turn the card into a token.',
  },
  'payment.amount_invalid': {
    kind: 'invalid',
    title: 'The amount cannot be charged or refunded',
    why: 'A charge must equal the open amount of its order, in its currency; a refund must be greater than zero.',
    fix: 'Correct the amount.',
  },
  'payment.order_unknown': {
    kind: 'invalid',
    title: 'This customer has no such order',
    why: 'A payment must name an existing order and its customer.',
    fix: 'Check the ids of the order and the customer.',
  },
  'payment.order_not_payable': {
    kind: 'conflict',
    title: 'The order cannot be paid',
    why: 'Only a pending order without a payment can be paid manually.',
    fix: 'Read the order; place a new one if it has ended.',
  },
  'payment.order_paid': {
    kind: 'conflict',
    title: 'The order already has a payment',
    why: 'An order is paid once.',
    fix: 'Read the existing payment.',
  },
  'payment.move_not_allowed': {
    kind: 'conflict',
    title: 'The payment cannot change to this status from its current one',
    why: 'The status of a payment changes in one direction only.',
    fix: 'Read the payment; it may already have this status.',
  },
  'payment.refund_exceeds_captured': {
    kind: 'conflict',
    title: 'The refund exceeds the captured amount',
    why: 'The amount is larger than what was captured minus what was already refunded.',
    fix: 'Refund at most the remaining amount.',
  },
  'payment.refund_refused': {
    kind: 'conflict',
    title: 'The provider rejected the refund',
    why: 'The provider has its own rules on what can be refunded, and until when.',
    fix: 'Refund the money another way, and record it in the ledger.',
  },
  'payment.declined': {
    kind: 'conflict',
    title: 'The payment was declined',
    why: 'The bank or the provider declined the payment without a reason that may be disclosed.',
    fix: 'Use another payment method; nothing was charged.',
  },
  'payment.insufficient_funds': {
    kind: 'conflict',
    title: 'The account has insufficient funds',
    why: 'The bank reported that the account does not cover the amount.',
    fix: 'Use another payment method; nothing was charged.',
  },
  'payment.card_expired': {
    kind: 'conflict',
    title: 'The card has expired',
    why: 'The bank reported that the card is no longer valid.',
    fix: 'Use another payment method; nothing was charged.',
  },
  'payment.authentication_failed': {
    kind: 'conflict',
    title: 'The customer was not authenticated',
    why: 'The bank asked the customer to confirm the payment, such as by 3-D Secure, and the confirmation failed.',
    fix: 'Place the order again and confirm the payment, or use another payment method; nothing was charged.',
  },
  'payment.action_required': {
    kind: 'conflict',
    title: 'The customer has to confirm the payment',
    why: 'The bank asks the customer to confirm the payment, such as by 3-D Secure. The order is on hold meanwhile.',
    fix: 'Read the payment of the order, and follow its nextAction before it expires.',
  },
  'payment.action_timeout': {
    kind: 'conflict',
    title: 'The payment was not confirmed in time',
    why: 'The customer did not confirm the payment with the bank within the time allowed, so it was cancelled.',
    fix: 'Place the order again; nothing was charged.',
  },
  'payment.review_declined': {
    kind: 'conflict',
    title: 'The payment was declined in review',
    why: 'The reviewers classified the payment as suspected fraud.',
    fix: 'Use another payment method, or contact customer service; nothing was charged.',
  },
  'payment.review_timeout': {
    kind: 'conflict',
    title: 'The payment was not reviewed in time',
    why: 'No decision was made within a day, or within an hour by default for the order of a guest, so the payment was cancelled.',
    fix: 'Place the order again.',
  },
  'payment.provider_unavailable': {
    kind: 'unavailable',
    title: 'The payment provider does not respond',
    why: 'The provider did not respond in time. Stoa asks the provider whether it charged; it does not assume either outcome.',
    fix: 'Wait a moment, then retry with the same Idempotency-Key: the charge is made once.',
  },
  'payment.webhook_signature_invalid': {
    kind: 'unauthenticated',
    title: 'The signature of the webhook is not valid',
    why: 'The message was not signed with the secret shared with the provider, or is too old.',
    fix: 'Check the secret, and the clocks on both sides.',
  },
})
