import { errors } from '@stoa/contract'

/** What pricing refuses with. */
export const pricingErrors = errors({
  'pricing.unknown_sku': { kind: 'invalid', title: 'A SKU has no price or is not for sale' },
  'pricing.region_unknown': { kind: 'invalid', title: 'There is no tax or shipping table for this region' },
  'pricing.currency_unknown': { kind: 'invalid', title: 'There is no price list in this currency' },
  'pricing.shipping_method_unknown': { kind: 'invalid', title: 'There is no such way of shipping to this region' },
  'pricing.coupon_unknown': { kind: 'invalid', title: 'A coupon code is unknown or not valid now' },
  'pricing.coupon_exhausted': { kind: 'conflict', title: 'A coupon has no uses left' },
  'pricing.quote_not_found': { kind: 'not_found', title: 'No such quote' },
  'pricing.quote_expired': { kind: 'conflict', title: 'The quote has expired' },
  'pricing.quote_withdrawn': { kind: 'conflict', title: 'The acceptance was withdrawn before it was made' },
  'pricing.price_list_not_found': { kind: 'not_found', title: 'No such price list' },
  'pricing.price_list_taken': { kind: 'conflict', title: 'A price list of this name exists' },
  'pricing.price_not_found': { kind: 'not_found', title: 'No such price' },
  'pricing.promotion_not_found': { kind: 'not_found', title: 'No such promotion' },
  'pricing.code_taken': { kind: 'conflict', title: 'A promotion with this coupon code exists' },
  'pricing.tax_not_found': { kind: 'not_found', title: 'No such tax rate' },
  'pricing.shipping_charge_not_found': { kind: 'not_found', title: 'No such shipping charge' },
})
