import { errors } from '@stoa/contract'

/** What order refuses with. */
export const orderErrors = errors({
  'order.not_found': { kind: 'not_found', title: 'No such order' },
  'order.unknown_sku': { kind: 'invalid', title: 'A SKU is unknown or not for sale' },
  'order.quote_unknown': { kind: 'invalid', title: 'The quote is unknown or another customer’s' },
  'order.quote_expired': { kind: 'invalid', title: 'The quote has expired', mend: 'Ask for a new quote.' },
  'order.quote_mismatch': { kind: 'invalid', title: 'The quote is for other items' },
  'order.payment_method_unusable': { kind: 'invalid', title: 'The payment method is unknown or another customer’s' },
  'order.coupon_invalid': { kind: 'invalid', title: 'A coupon code is not valid for this order' },
  'order.already_shipped': { kind: 'conflict', title: 'The order has left the warehouse' },
  'order.move_not_allowed': { kind: 'conflict', title: 'The order can not go to this status from where it is' },
  'order.cancelled': { kind: 'conflict', title: 'The order was cancelled' },
  'order.not_delivered': { kind: 'conflict', title: 'The goods of the order have not arrived' },
  'order.return_window_over': { kind: 'conflict', title: 'The time in which goods can be sent back is over' },
  'order.return_not_allowed': { kind: 'conflict', title: 'These lines can not be returned' },
  'order.return_not_found': { kind: 'not_found', title: 'No such return' },
  'order.return_move_not_allowed': { kind: 'conflict', title: 'The return can not go there from where it is' },
})
