import type { Calls, Handler, Refusal, RpcRefusalCode } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { PricedQuote } from '@stoa/contracts/pricing/rpc_pb.js'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { defaultSalesChannel } from '@stoa/contracts/shared/sales-channel'
import { isAppError } from '@stoa/kernel'
import { findMismatches } from '../domain/quote.ts'
import { sumsOf } from './priced-quote.ts'

type Body = Parameters<Handler<OrderService, 'placeOrder'>>[0]['body']

/** What an order asks for: the body of a request, or a cart that is checked out. */
export interface OrderRequest extends Body {
  /** That of the country and channel, if it is omitted. */
  readonly currency?: string
}

/** Why an order is not placed. */
export type OrderRefusal = Refusal<OrderService, 'placeOrder'>

/** The quote that an order names, when it is for this order, or a new one. */
export async function priceOrder(
  calls: Calls<OrderService['calls']>,
  body: OrderRequest,
  customerId: string,
): Promise<{ readonly quote: PricedQuote } | OrderRefusal> {
  try {
    const { quote } =
      body.quoteId === undefined
        ? await calls.pricing.quote(requestOf(body, customerId))
        : await calls.pricing.getQuote({ quoteId: body.quoteId })
    if (quote === undefined) throw new Error('pricing returned no quote')
    return body.quoteId === undefined ? { quote } : checkQuote(quote, body, customerId)
  } catch (error) {
    const refusal = orderRefusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

function requestOf(body: OrderRequest, customerId: string) {
  return {
    customerId,
    items: body.items.map(({ sku, quantity }) => ({ sku, quantity })),
    // without one, pricing knows that of the country and channel
    currency: body.currency ?? '',
    channel: body.channel ?? defaultSalesChannel,
    region: body.shippingAddress.country,
    couponCodes: body.couponCodes ?? [],
    shippingMethod: body.shippingMethod ?? '',
  }
}

function checkQuote(
  quote: PricedQuote,
  body: OrderRequest,
  customerId: string,
): { readonly quote: PricedQuote } | OrderRefusal {
  if (quote.customerId !== '' && quote.customerId !== customerId) {
    const fields = [{ pointer: '/quoteId', detail: 'unknown' }]
    return { code: 'order.quote_unknown', detail: 'The quote belongs to another customer.', fields }
  }
  const { items, shippingAddress, couponCodes, shippingMethod, currency } = body
  const quoted = { ...quote, currency: sumsOf(quote).total.currency }
  const ordered = { items, country: shippingAddress.country, couponCodes, shippingMethod, currency }
  const fields = findMismatches(quoted, ordered)
  if (fields.length === 0) return { quote }
  return { code: 'order.quote_mismatch', detail: 'The quote is for a different order.', fields }
}

type PricingCode = RpcRefusalCode<PricingService, 'quote' | 'getQuote'>

/** Every refusal of pricing, and the place of the order it is about where pricing names none. */
const refusals = {
  'pricing.unknown_sku': ['order.unknown_sku', '/items'],
  'pricing.quantity_too_small': ['order.quantity_invalid', '/items'],
  'pricing.quantity_too_large': ['order.quantity_invalid', '/items'],
  'pricing.coupon_unknown': ['order.coupon_invalid', '/couponCodes'],
  'pricing.coupon_email_unverified': ['order.coupon_email_unverified', '/couponCodes'],
  'pricing.quote_not_found': ['order.quote_unknown', '/quoteId'],
  'pricing.quote_expired': ['order.quote_expired', '/quoteId'],
  'pricing.region_unknown': ['order.country_unserved', '/shippingAddress/country'],
  'pricing.currency_unknown': ['order.country_unserved', '/shippingAddress/country'],
  'pricing.shipping_method_unknown': ['order.shipping_method_unknown', '/shippingMethod'],
} as const satisfies Record<PricingCode, readonly [code: OrderRefusal['code'], pointer: string]>

/** The refusal of an order that a refusal of pricing stands for; undefined for any other error. */
export function orderRefusalOf(error: unknown): OrderRefusal | undefined {
  if (!isAppError(error) || !Object.hasOwn(refusals, error.code)) return undefined
  const [code, pointer] = refusals[error.code as PricingCode]
  const fields = error.fields.filter((field) => field.pointer.startsWith(pointer))
  return { code, detail: error.message, fields: fields.length > 0 ? fields : [{ pointer, detail: error.message }] }
}
