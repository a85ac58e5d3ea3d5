import { errors } from '@stoa/contract'

/** The errors that pricing returns. */
export const pricingErrors = errors({
  'pricing.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU has no price or is not for sale',
    why: 'No price list contains this SKU.',
    fix: 'Check the SKU, or add a price for it.',
  },
  'pricing.quantity_too_small': {
    kind: 'invalid',
    title: 'The quantity is below the minimum of the SKU',
    why: 'The smallest quantity break of the SKU is larger than the quantity in the basket, summed over all lines of the SKU.',
    fix: 'Order at least the quantity that `detail` names.',
  },
  'pricing.quantity_too_large': {
    kind: 'invalid',
    title: 'The basket holds too many units of a SKU',
    why: 'A basket may contain at most 1,000 units of a SKU, summed over all lines.',
    fix: 'Split the order.',
  },
  'pricing.region_unknown': {
    kind: 'invalid',
    title: 'No tax or shipping table covers this region',
    why: 'No tax or shipping table names the country or state.',
    fix: 'Check the country code, or add a table for the region.',
  },
  'pricing.currency_unknown': {
    kind: 'invalid',
    title: 'There is no price list in this currency',
    why: 'There is no price list in this currency.',
    fix: 'Use a currency that has a price list.',
  },
  'pricing.shipping_method_unknown': {
    kind: 'invalid',
    title: 'The shipping method is not available in this region',
    why: 'No shipping charge is defined for this method and region.',
    fix: 'Omit the shipping method, or choose one that the rates name.',
  },
  'pricing.shipping_method_not_offered': {
    kind: 'invalid',
    title: 'No carrier delivers to this region by this method',
    why: 'No carrier offers the shipping method of the charge for its region, so a shipment could not be created.',
    fix: 'Choose a method that the rates name for the region.',
  },
  'pricing.coupon_unknown': {
    kind: 'invalid',
    title: 'A coupon code is unknown or not currently valid',
    why: 'The code is misspelled, not valid yet, or expired.',
    fix: 'Check the code, or omit it.',
  },
  'pricing.coupon_email_unverified': {
    kind: 'invalid',
    title: 'The coupon needs an account with a verified e-mail address',
    why: 'A coupon with a maximum number of uses per customer is for accounts whose e-mail address is verified: guests and unverified accounts can name any address, and would be a new customer each time.',
    fix: 'Sign in with an account, verify its e-mail address, and request the quote again; or omit the code.',
  },
  'pricing.coupon_exhausted': {
    kind: 'conflict',
    title: 'A coupon has no uses left',
    why: 'The coupon has reached its maximum number of uses.',
    fix: 'Omit the code.',
  },
  'pricing.quote_not_found': {
    kind: 'not_found',
    title: 'No such quote',
    why: 'There is no quote with this id, or it belongs to another customer.',
    fix: 'Request a new quote.',
  },
  'pricing.quote_expired': {
    kind: 'conflict',
    title: 'The quote has expired',
    why: 'A quote is valid for 15 minutes.',
    fix: 'Request a new quote.',
  },
  'pricing.price_list_not_found': {
    kind: 'not_found',
    title: 'No such price list',
    why: 'There is no price list with this id.',
    fix: 'Choose a price list from the list.',
  },
  'pricing.price_list_taken': {
    kind: 'conflict',
    title: 'A price list with this name exists',
    why: 'Price list names are unique.',
    fix: 'Choose another name.',
  },
  'pricing.price_not_found': {
    kind: 'not_found',
    title: 'No such price',
    why: 'The price list has no price for this SKU and quantity.',
    fix: 'Check the SKU and the minimum quantity of the price.',
  },
  'pricing.promotion_not_found': {
    kind: 'not_found',
    title: 'No such promotion',
    why: 'There is no promotion with this id.',
    fix: 'Choose a promotion from the list.',
  },
  'pricing.code_taken': {
    kind: 'conflict',
    title: 'A promotion with this coupon code exists',
    why: 'A coupon code belongs to one promotion.',
    fix: 'Choose another code.',
  },
  'pricing.tax_not_found': {
    kind: 'not_found',
    title: 'No such tax rate',
    why: 'There is no tax rate for this region and tax class.',
    fix: 'Choose a tax rate from the list.',
  },
  'pricing.currency_not_found': {
    kind: 'not_found',
    title: 'No such currency of a region',
    why: 'No currency is set for this region and channel.',
    fix: 'Choose a currency from the list.',
  },
  'pricing.shipping_charge_not_found': {
    kind: 'not_found',
    title: 'No such shipping charge',
    why: 'There is no shipping charge for this region and method.',
    fix: 'Choose a shipping charge from the list.',
  },
})
