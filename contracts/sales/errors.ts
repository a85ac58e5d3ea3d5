import { errors } from '@stoa/contract'

/** The errors that sales returns. */
export const salesErrors = errors({
  'sales.not_found': {
    kind: 'not_found',
    title: 'No such sale',
    why: 'The ledger has no sale with this id, or had none at the requested time.',
    fix: 'Check the id. The sale of an order has the id of the order, and is recorded a moment after the order is confirmed.',
  },
  'sales.not_for_sale': {
    kind: 'invalid',
    title: 'A product is not for sale',
    why: 'There is no product with this SKU, or it is not active: a discontinued product is not sold.',
    fix: 'Check the SKU, or activate the product.',
  },
  'sales.currency_unknown': {
    kind: 'invalid',
    title: 'The currency does not exist',
    why: 'The code is not a currency of ISO 4217.',
    fix: 'Send the code of a currency, such as EUR.',
  },
  'sales.currency_mixed': {
    kind: 'invalid',
    title: 'Amounts of several currencies',
    why: 'A price or a discount has another currency than the first price: a sale has one currency.',
    fix: 'Record one sale for each currency.',
  },
  'sales.discount_exceeds_price': {
    kind: 'invalid',
    title: 'The discount exceeds the price',
    why: 'The discount of a line is higher than its unit price times its quantity.',
    fix: 'Send a discount of at most the price of the line.',
  },
  'sales.discount_needs_manager': {
    kind: 'forbidden',
    title: 'The discount needs a manager',
    why: 'A discount of more than 20 % of the price of a line needs the permission sale:discount.',
    fix: 'Let a manager record the sale, or lower the discount.',
  },
  'sales.total_too_high': {
    kind: 'invalid',
    title: 'The total is too high',
    why: 'The lines add up to more than 10,000,000,000 minor units (100 million euros).',
    fix: 'Check quantities and prices.',
  },
  'sales.follows_order': {
    kind: 'conflict',
    title: 'The sale belongs to an order',
    why: 'The sale of an order changes only with the order.',
    fix: 'Cancel the order, or record the return of its goods at the order.',
  },
  'sales.voided': {
    kind: 'conflict',
    title: 'The sale is voided',
    why: 'A voided sale can be neither voided again nor returned.',
    fix: 'Read the sale: nothing is left to do.',
  },
  'sales.has_returns': {
    kind: 'conflict',
    title: 'Goods of the sale were returned',
    why: 'A sale with returned goods cannot be voided.',
    fix: 'Record the return of the other goods.',
  },
  'sales.return_exceeds_sale': {
    kind: 'invalid',
    title: 'More is returned than was sold',
    why: 'The quantity of a SKU is higher than the sold quantity that has not been returned yet.',
    fix: 'Read the sale, and send at most what is left of it.',
  },
  'sales.version_conflict': {
    kind: 'conflict',
    title: 'The sale has changed',
    why: 'The sale does not have the expectedVersion of the request. The detail names its current version.',
    fix: 'Read the sale, decide again, and send its current version with a new idempotency key.',
  },
  'sales.range_invalid': {
    kind: 'invalid',
    title: 'The range is empty or too long',
    why: 'The range ends before it begins, or has more than 366 days.',
    fix: 'Send a range of at most 366 days.',
  },
  'sales.revenue_too_high': {
    kind: 'invalid',
    title: 'The revenue is too high to be added up',
    why: 'The amounts of a period add up to more than 2^53 minor units, which a JSON number cannot hold exactly.',
    fix: 'Group by day, or leave the period out that the detail names.',
  },
})
