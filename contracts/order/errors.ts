import { errors } from '@stoa/contract'

/** What order refuses with. */
export const orderErrors = errors({
  'order.not_found': {
    kind: 'not_found',
    title: 'No such order',
    why: 'There is no order of this id, or it is another customer’s.',
    mend: 'Check the id.',
  },
  'order.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU is unknown or not for sale',
    why: 'A line names a product that does not exist or can not be bought.',
    mend: 'Take out the lines that `errors` points to.',
  },
  'order.quote_unknown': {
    kind: 'invalid',
    title: 'The quote is unknown or another customer’s',
    why: 'There is no quote of this id for this customer.',
    mend: 'Ask for a new quote, or leave `quoteId` out.',
  },
  'order.quote_expired': {
    kind: 'invalid',
    title: 'The quote has expired',
    why: 'A quote holds for 15 minutes.',
    mend: 'Ask for a new quote.',
  },
  'order.quote_mismatch': {
    kind: 'invalid',
    title: 'The quote is for other items',
    why: 'The lines of the order are not those that were priced.',
    mend: 'Order what was quoted, or ask for a new quote.',
  },
  'order.payment_method_unusable': {
    kind: 'invalid',
    title: 'The payment method is unknown or another customer’s',
    why: 'The payment method was removed, has expired, or belongs to somebody else.',
    mend: 'Take one from the list of payment methods, or add one.',
  },
  'order.coupon_invalid': {
    kind: 'invalid',
    title: 'A coupon code is not valid for this order',
    why: 'The coupon is unknown, over, used up, or not for these items.',
    mend: 'Leave the code out.',
  },
  'order.already_shipped': {
    kind: 'conflict',
    title: 'The order has left the warehouse',
    why: 'What has left can not be called back.',
    mend: 'Wait until it has arrived, then send it back.',
  },
  'order.move_not_allowed': {
    kind: 'conflict',
    title: 'The order can not go to this status from where it is',
    why: 'An order goes from status to status in one direction only.',
    mend: 'Read the order; it may be there already.',
  },
  'order.cancelled': {
    kind: 'conflict',
    title: 'The order was cancelled',
    why: 'Somebody has cancelled the order.',
    mend: 'Place a new one.',
  },
  'order.not_delivered': {
    kind: 'conflict',
    title: 'The goods of the order have not arrived',
    why: 'Only what has arrived can be sent back.',
    mend: 'Wait until the order is delivered; one that has not left can be cancelled.',
  },
  'order.return_window_over': {
    kind: 'conflict',
    title: 'The time in which goods can be sent back is over',
    why: 'Goods can be sent back for some days after they have arrived, and those are over.',
    mend: 'Ask customer service.',
  },
  'order.return_not_allowed': {
    kind: 'conflict',
    title: 'These lines can not be returned',
    why: 'A line is not in the order, or more would come back than was bought.',
    mend: 'Take out or lower the lines that `errors` points to.',
  },
  'order.return_not_found': {
    kind: 'not_found',
    title: 'No such return',
    why: 'There is no return of this id, or it is another customer’s.',
    mend: 'Check the id.',
  },
  'order.return_move_not_allowed': {
    kind: 'conflict',
    title: 'The return can not go there from where it is',
    why: 'A return goes from status to status in one direction only.',
    mend: 'Read the return; it may be there already.',
  },
})
