import { closed, CurrencySchema, get, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { SalesChannel } from '../shared/sales-channel.ts'
import {
  NewPrice,
  NewPriceList,
  NewPromotion,
  MAX_UNITS_OF_SKU,
  Price,
  PriceList,
  Promotion,
  Quote,
  QuoteLine,
  QuoteRequest,
  Region,
  ShippingCharge,
  TaxRate,
} from './resources.ts'

const manage = { permission: 'pricing:manage', owner: 'none' } as const
const page = Type.Object({ ...PageQuery }, closed)

/** POST /api/v1/pricing/quote */
export const quote = post('/api/v1/pricing/quote', {
  summary: 'Price a basket; the quote is valid for 15 minutes',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: QuoteRequest,
  answers: { 200: Quote },
  refuses: [
    'pricing.unknown_sku',
    'pricing.quantity_too_small',
    'pricing.quantity_too_large',
    'pricing.region_unknown',
    'pricing.currency_unknown',
    'pricing.coupon_unknown',
    'pricing.coupon_email_unverified',
    'pricing.shipping_method_unknown',
  ],
})

/** GET /api/v1/pricing/skus/{sku} */
export const getSkuPrice = get('/api/v1/pricing/skus/{sku}', {
  params: { sku: Price.properties.sku },
  summary: 'Read what units of a SKU cost the caller now, with tax and promotions without a code; no quote is stored',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      region: Region,
      quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_UNITS_OF_SKU, default: 1 })),
      currency: Type.Optional({ ...CurrencySchema, description: 'by default the one of the region and channel' }),
      channel: Type.Optional(SalesChannel),
    },
    closed,
  ),
  answers: { 200: QuoteLine },
  refuses: [
    'pricing.unknown_sku',
    'pricing.quantity_too_small',
    'pricing.region_unknown',
    'pricing.currency_unknown',
    'pricing.shipping_method_unknown',
  ],
})

/** GET /api/v1/pricing/price-lists */
export const listPriceLists = get('/api/v1/pricing/price-lists', {
  ...manage,
  summary: 'List the price lists',
  query: page,
  answers: { 200: pageSchema(PriceList) },
})

/** POST /api/v1/pricing/price-lists */
export const createPriceList = post('/api/v1/pricing/price-lists', {
  ...manage,
  audited: true,
  summary: 'Create a price list',
  body: NewPriceList,
  answers: { 201: PriceList },
  answersWith: 'getPriceList',
  refuses: ['pricing.price_list_taken'],
})

/** GET /api/v1/pricing/price-lists/{id} */
export const getPriceList = get('/api/v1/pricing/price-lists/{id}', {
  params: { id: PriceList.properties.id },
  ...manage,
  summary: 'Read a price list',
  answers: { 200: PriceList },
  refuses: ['pricing.price_list_not_found'],
})

/** PUT /api/v1/pricing/price-lists/{id} */
export const replacePriceList = put('/api/v1/pricing/price-lists/{id}', {
  params: { id: PriceList.properties.id },
  ...manage,
  audited: true,
  summary: 'Replace the description of a price list',
  body: NewPriceList,
  answers: { 200: PriceList },
  answersWith: 'getPriceList',
  refuses: ['pricing.price_list_not_found', 'pricing.price_list_taken'],
})

/** DELETE /api/v1/pricing/price-lists/{id} */
export const deletePriceList = remove('/api/v1/pricing/price-lists/{id}', {
  params: { id: PriceList.properties.id },
  ...manage,
  audited: true,
  summary: 'Delete a price list with its prices',
  answers: { 204: null },
  refuses: ['pricing.price_list_not_found'],
})

/** GET /api/v1/pricing/price-lists/{id}/prices */
export const listPrices = get('/api/v1/pricing/price-lists/{id}/prices', {
  params: { id: PriceList.properties.id },
  ...manage,
  summary: 'List the prices of a list',
  query: page,
  answers: { 200: pageSchema(Price) },
  refuses: ['pricing.price_list_not_found'],
})

/** GET /api/v1/pricing/price-lists/{id}/prices/{sku} */
export const getPrice = get('/api/v1/pricing/price-lists/{id}/prices/{sku}', {
  params: { id: PriceList.properties.id, sku: Price.properties.sku },
  ...manage,
  summary: 'Read the price of a SKU',
  answers: { 200: Price },
  refuses: ['pricing.price_not_found'],
})

/** POST /api/v1/pricing/price-lists/{id}/prices */
export const createPrice = post('/api/v1/pricing/price-lists/{id}/prices', {
  params: { id: PriceList.properties.id },
  ...manage,
  audited: true,
  summary: 'Create or replace the price of a SKU',
  body: Type.Object({ sku: Price.properties.sku, breaks: Price.properties.breaks }, closed),
  answers: { 201: Price },
  refuses: ['pricing.price_list_not_found'],
})

/** PUT /api/v1/pricing/price-lists/{id}/prices/{sku} */
export const replacePrice = put('/api/v1/pricing/price-lists/{id}/prices/{sku}', {
  params: { id: PriceList.properties.id, sku: Price.properties.sku },
  ...manage,
  audited: true,
  summary: 'Replace the price of a SKU',
  body: NewPrice,
  answers: { 200: Price },
  refuses: ['pricing.price_not_found'],
})

/** DELETE /api/v1/pricing/price-lists/{id}/prices/{sku} */
export const deletePrice = remove('/api/v1/pricing/price-lists/{id}/prices/{sku}', {
  params: { id: PriceList.properties.id, sku: Price.properties.sku },
  ...manage,
  audited: true,
  summary: 'Remove a SKU from a price list',
  answers: { 204: null },
  refuses: ['pricing.price_not_found'],
})

/** GET /api/v1/pricing/promotions */
export const listPromotions = get('/api/v1/pricing/promotions', {
  ...manage,
  summary: 'List the promotions',
  query: page,
  answers: { 200: pageSchema(Promotion) },
})

/** POST /api/v1/pricing/promotions */
export const createPromotion = post('/api/v1/pricing/promotions', {
  ...manage,
  audited: true,
  summary: 'Create a promotion',
  body: NewPromotion,
  answers: { 201: Promotion },
  answersWith: 'getPromotion',
  refuses: ['pricing.code_taken'],
})

/** GET /api/v1/pricing/promotions/{id} */
export const getPromotion = get('/api/v1/pricing/promotions/{id}', {
  params: { id: Promotion.properties.id },
  ...manage,
  summary: 'Read a promotion',
  answers: { 200: Promotion },
  refuses: ['pricing.promotion_not_found'],
})

/** PUT /api/v1/pricing/promotions/{id} */
export const replacePromotion = put('/api/v1/pricing/promotions/{id}', {
  params: { id: Promotion.properties.id },
  ...manage,
  audited: true,
  summary: 'Replace a promotion; its use count is kept',
  body: NewPromotion,
  answers: { 200: Promotion },
  answersWith: 'getPromotion',
  refuses: ['pricing.promotion_not_found', 'pricing.code_taken'],
})

/** DELETE /api/v1/pricing/promotions/{id} */
export const deletePromotion = remove('/api/v1/pricing/promotions/{id}', {
  params: { id: Promotion.properties.id },
  ...manage,
  audited: true,
  summary: 'End a promotion permanently',
  answers: { 204: null },
  refuses: ['pricing.promotion_not_found'],
})

/** GET /api/v1/pricing/taxes */
export const listTaxes = get('/api/v1/pricing/taxes', {
  ...manage,
  summary: 'List the tax rates',
  query: page,
  answers: { 200: pageSchema(TaxRate) },
})

/** POST /api/v1/pricing/taxes */
export const setTax = post('/api/v1/pricing/taxes', {
  ...manage,
  audited: true,
  summary: 'Set the tax rate of a product class in a region',
  body: Type.Omit(TaxRate, ['version'], closed),
  answers: { 201: TaxRate },
})

/** GET /api/v1/pricing/taxes/{region}/{taxClass} */
export const getTax = get('/api/v1/pricing/taxes/{region}/{taxClass}', {
  params: { region: Region, taxClass: TaxRate.properties.taxClass },
  ...manage,
  summary: 'Read the tax rate of a product class in a region',
  answers: { 200: TaxRate },
  refuses: ['pricing.tax_not_found'],
})

/** DELETE /api/v1/pricing/taxes/{region}/{taxClass} */
export const deleteTax = remove('/api/v1/pricing/taxes/{region}/{taxClass}', {
  params: { region: Region, taxClass: TaxRate.properties.taxClass },
  ...manage,
  audited: true,
  summary: 'Delete a tax rate; products of its class are no longer sold to the region',
  answers: { 204: null },
  refuses: ['pricing.tax_not_found'],
})

/** GET /api/v1/pricing/shipping-charges */
export const listShippingCharges = get('/api/v1/pricing/shipping-charges', {
  ...manage,
  summary: 'List the shipping charges, by region and method',
  query: page,
  answers: { 200: pageSchema(ShippingCharge) },
})

/** POST /api/v1/pricing/shipping-charges */
export const setShippingCharge = post('/api/v1/pricing/shipping-charges', {
  ...manage,
  audited: true,
  summary: 'Set the shipping charge of a region and method',
  body: Type.Omit(ShippingCharge, ['version'], closed),
  answers: { 201: ShippingCharge },
  refuses: ['pricing.shipping_method_not_offered'],
})

/** GET /api/v1/pricing/shipping-charges/{region}/{method} */
export const getShippingCharge = get('/api/v1/pricing/shipping-charges/{region}/{method}', {
  params: { region: Region, method: ShippingCharge.properties.method },
  ...manage,
  summary: 'Read the shipping charge of a region and method',
  answers: { 200: ShippingCharge },
  refuses: ['pricing.shipping_charge_not_found'],
})

/** DELETE /api/v1/pricing/shipping-charges/{region}/{method} */
export const deleteShippingCharge = remove('/api/v1/pricing/shipping-charges/{region}/{method}', {
  params: { region: Region, method: ShippingCharge.properties.method },
  ...manage,
  audited: true,
  summary: 'Delete a shipping charge; the method is no longer offered to the region',
  answers: { 204: null },
  refuses: ['pricing.shipping_charge_not_found'],
})
