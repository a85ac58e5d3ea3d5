import { errors } from '@stoa/contract'

/** What pricing refuses with. */
export const pricingErrors = errors({
  'pricing.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU has no price or is not for sale',
    why: 'No price list has a price of this SKU.',
    mend: 'Check the SKU, or give it a price.',
  },
  'pricing.region_unknown': {
    kind: 'invalid',
    title: 'There is no tax or shipping table for this region',
    why: 'No tax or shipping table names the country or state.',
    mend: 'Check the country code; add a table to sell there.',
  },
  'pricing.currency_unknown': {
    kind: 'invalid',
    title: 'There is no price list in this currency',
    why: 'No price list is in this currency.',
    mend: 'Use a currency that there is a price list in.',
  },
  'pricing.shipping_method_unknown': {
    kind: 'invalid',
    title: 'There is no such way of shipping to this region',
    why: 'The way of shipping is not offered to this region.',
    mend: 'Leave it out, or take one that the rates name.',
  },
  'pricing.coupon_unknown': {
    kind: 'invalid',
    title: 'A coupon code is unknown or not valid now',
    why: 'The code is misspelt, not begun, or over.',
    mend: 'Check the code, or leave it out.',
  },
  'pricing.coupon_exhausted': {
    kind: 'conflict',
    title: 'A coupon has no uses left',
    why: 'The coupon may be used only so often, and was.',
    mend: 'Leave the code out.',
  },
  'pricing.quote_not_found': {
    kind: 'not_found',
    title: 'No such quote',
    why: 'There is no quote of this id, or it is another customer’s.',
    mend: 'Ask for a new quote.',
  },
  'pricing.quote_expired': {
    kind: 'conflict',
    title: 'The quote has expired',
    why: 'A quote holds for 15 minutes.',
    mend: 'Ask for a new quote.',
  },
  'pricing.quote_withdrawn': {
    kind: 'conflict',
    title: 'The acceptance was withdrawn before it was made',
    why: 'The quote was given back before the request to accept it arrived.',
    mend: 'Nothing: whoever gave it back has moved on.',
  },
  'pricing.price_list_not_found': {
    kind: 'not_found',
    title: 'No such price list',
    why: 'There is no price list of this id.',
    mend: 'Take one from the list of price lists.',
  },
  'pricing.price_list_taken': {
    kind: 'conflict',
    title: 'A price list of this name exists',
    why: 'A price list’s name is its own.',
    mend: 'Choose another name.',
  },
  'pricing.price_not_found': {
    kind: 'not_found',
    title: 'No such price',
    why: 'The price list has no such price.',
    mend: 'Check the SKU and the quantity from which it holds.',
  },
  'pricing.promotion_not_found': {
    kind: 'not_found',
    title: 'No such promotion',
    why: 'There is no promotion of this id.',
    mend: 'Take one from the list of promotions.',
  },
  'pricing.code_taken': {
    kind: 'conflict',
    title: 'A promotion with this coupon code exists',
    why: 'A coupon code belongs to one promotion.',
    mend: 'Choose another code.',
  },
  'pricing.tax_not_found': {
    kind: 'not_found',
    title: 'No such tax rate',
    why: 'There is no tax rate of this id.',
    mend: 'Take one from the list of tax rates.',
  },
  'pricing.shipping_charge_not_found': {
    kind: 'not_found',
    title: 'No such shipping charge',
    why: 'There is no shipping charge of this id.',
    mend: 'Take one from the list of shipping charges.',
  },
})
