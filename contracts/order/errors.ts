import { errors } from '@stoa/contract'

/** The errors that order returns. */
export const orderErrors = errors({
  'order.not_found': {
    kind: 'not_found',
    title: 'No such order',
    why: 'There is no order with this id, or it belongs to another customer.',
    fix: 'Check the id.',
  },
  'order.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU is unknown or not for sale',
    why: 'A line names a product that does not exist or is not for sale.',
    fix: 'Remove the lines that `errors` points to.',
  },
  'order.quote_unknown': {
    kind: 'invalid',
    title: 'The quote is unknown or belongs to another customer',
    why: 'This customer has no quote with this id.',
    fix: 'Request a new quote, or omit `quoteId`.',
  },
  'order.quote_expired': {
    kind: 'invalid',
    title: 'The quote has expired',
    why: 'A quote is valid for 15 minutes.',
    fix: 'Request a new quote.',
  },
  'order.quote_mismatch': {
    kind: 'invalid',
    title: 'The quote is for another order',
    why: 'The items, country, coupon codes or shipping method of the order differ from those of the quote.',
    fix: 'Order exactly what was quoted, or request a new quote.',
  },
  'order.payment_method_limit': {
    kind: 'conflict',
    title: 'The account has the maximum number of payment methods',
    why: 'Paying with a new token stores it as a payment method, and the number of payment methods per account is limited.',
    fix: 'Delete a payment method, or pay with a stored one.',
  },
  'order.payment_method_unusable': {
    kind: 'invalid',
    title: 'The payment method is unknown or belongs to another customer',
    why: 'The payment method was removed, has expired, or belongs to another customer.',
    fix: 'Choose a payment method from the list, or add one.',
  },
  'order.payment_method_required': {
    kind: 'invalid',
    title: 'The order needs a payment method',
    why: 'Only an order with a total of zero can be placed without a payment method.',
    fix: 'Send `paymentMethodId` or `paymentMethod`.',
  },
  'order.country_unserved': {
    kind: 'invalid',
    title: 'There are no sales to this country',
    why: 'No taxes, shipping charges or prices are defined for the country of the address.',
    fix: 'Use an address in another country.',
  },
  'order.shipping_method_unknown': {
    kind: 'invalid',
    title: 'The shipping method is not available in this country',
    why: 'No shipping charge is defined for this method and country.',
    fix: 'Omit the shipping method, or choose one that a quote offers.',
  },
  'order.quantity_invalid': {
    kind: 'invalid',
    title: 'A SKU is not sold in this quantity',
    why: 'The units of the SKU, over all lines, are below its minimum or above the maximum of an order.',
    fix: 'Order a quantity within the limits that `detail` names.',
  },
  'order.coupon_invalid': {
    kind: 'invalid',
    title: 'A coupon code is not valid for this order',
    why: 'The coupon is unknown, expired or used up, or does not apply to these items.',
    fix: 'Omit the code.',
  },
  'order.coupon_email_unverified': {
    kind: 'invalid',
    title: 'The coupon needs an account with a verified e-mail address',
    why: 'The coupon has a maximum number of uses per customer, and the order is of a guest or of an account whose e-mail address is not verified.',
    fix: 'Sign in with an account and verify its e-mail address, or omit the code.',
  },
  'order.already_shipped': {
    kind: 'conflict',
    title: 'The order has left the warehouse',
    why: 'An order that has left the warehouse cannot be cancelled.',
    fix: 'Wait until it is delivered, then return it.',
  },
  'order.move_not_allowed': {
    kind: 'conflict',
    title: 'The order cannot change to this status from its current one',
    why: 'The status of an order changes in one direction only.',
    fix: 'Read the order; it may already have this status.',
  },
  'order.cancelled': {
    kind: 'conflict',
    title: 'The order was cancelled',
    why: 'The order was cancelled before this request.',
    fix: 'Place a new order.',
  },
  'order.not_delivered': {
    kind: 'conflict',
    title: 'The order has not been delivered',
    why: 'Only delivered goods can be returned.',
    fix: 'Wait until the order is delivered; an order that has not left the warehouse can be cancelled.',
  },
  'order.return_window_over': {
    kind: 'conflict',
    title: 'The return period has expired',
    why: 'Goods can be returned for a limited number of days after delivery.',
    fix: 'Contact customer service.',
  },
  'order.return_not_allowed': {
    kind: 'conflict',
    title: 'These lines cannot be returned',
    why: 'A line is not part of the order, or the return exceeds the quantity that was bought.',
    fix: 'Remove the lines that `errors` points to, or lower their quantity.',
  },
  'order.return_not_found': {
    kind: 'not_found',
    title: 'No such return',
    why: 'There is no return with this id, or it belongs to another customer.',
    fix: 'Check the id.',
  },
  'order.return_move_not_allowed': {
    kind: 'conflict',
    title: 'The return cannot change to this status from its current one',
    why: 'The status of a return changes in one direction only.',
    fix: 'Read the return; it may already have this status.',
  },
})
