import type { Calls, Handler } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { orderCreated } from '@stoa/contracts/order/events'
import type { OrderId, PaymentMethodId, QuoteId, UserId } from '@stoa/contracts/ids'
import type { PricedQuote } from '@stoa/contracts/pricing/rpc_pb.js'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { PlacedOrder } from '../domain/order.ts'
import { isQuoteFor } from '../domain/quote.ts'
import { insertOrder } from '../store/orders.ts'
import { loadNames } from './load-names.ts'
import { itemsOf, sumsOf } from './priced-quote.ts'

type Context = Parameters<Handler<OrderService, 'placeOrder'>>[0]
type Body = Context['body']

/** Prices and checks an order, writes it and starts its fulfilment. */
export const placeOrder =
  ({ clock, newId }: Deps): Handler<OrderService, 'placeOrder'> =>
  async ({ body, caller, calls, db, commit, refuse }) => {
    if ((body.paymentMethodId === undefined) === (body.paymentMethod === undefined)) {
      const fields = [{ pointer: '/paymentMethodId', detail: 'say either paymentMethodId or paymentMethod' }]
      return refuse('request.invalid', 'An order is paid with one payment method.', { fields })
    }
    const skus = body.items.map((item) => item.sku)
    const [priced, method, names] = await Promise.all([
      priceOrder(calls, body, caller.subject),
      choosePaymentMethod(calls, body, caller.subject),
      loadNames(db, calls, skus),
    ])
    const unknown = skus.findIndex((sku) => !names.has(sku))
    if (unknown >= 0) {
      const fields = [{ pointer: `/items/${unknown}/sku`, detail: 'unknown or not for sale' }]
      return refuse('order.unknown_sku', `${skus[unknown]} is unknown or not for sale.`, { fields })
    }
    if ('code' in priced) return refuse(priced.code, priced.detail, { fields: priced.fields })
    if (method === undefined) {
      const fields = [{ pointer: '/paymentMethodId', detail: 'unknown, or not yours' }]
      return refuse('order.payment_method_unusable', 'The payment method is unknown or not yours.', { fields })
    }
    const order: PlacedOrder = {
      id: newId() as OrderId,
      customerId: caller.subject as UserId,
      quoteId: priced.quote.id as QuoteId,
      paymentMethodId: method,
      items: itemsOf(priced.quote, names),
      sums: sumsOf(priced.quote),
      shippingAddress: body.shippingAddress,
      shippingMethod: priced.quote.shippingMethod,
    }
    const at = clock.now()
    return commit(async (tx) => {
      const number = await insertOrder(tx, order, at)
      const { id: orderId, customerId, quoteId, paymentMethodId, shippingAddress, sums } = order
      const lines = order.items.map(({ sku, quantity, total }) => ({ sku, quantity, total }))
      await tx.publish(orderCreated, orderId, { orderId, number, customerId, total: sums.total, lines })
      await tx.start('order-fulfilment', orderId, {
        orderId,
        customerId,
        quoteId,
        paymentMethodId,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        country: shippingAddress.country,
        total: sums.total,
      })
      return { status: 201, id: orderId }
    })
  }

type QuoteRefusal = {
  readonly code:
    | 'order.unknown_sku'
    | 'order.coupon_invalid'
    | 'order.quote_unknown'
    | 'order.quote_expired'
    | 'order.quote_mismatch'
    | 'request.invalid'
  readonly detail: string
  readonly fields: readonly { readonly pointer: string; readonly detail: string }[]
}

async function priceOrder(
  calls: Calls<OrderService['calls']>,
  body: Body,
  customerId: string,
): Promise<{ readonly quote: PricedQuote } | QuoteRefusal> {
  try {
    const quote =
      body.quoteId === undefined ? await askQuote(calls, body, customerId) : await readQuote(calls, body.quoteId)
    if (quote === undefined) throw new Error('pricing answered without a quote')
    return body.quoteId === undefined ? { quote } : checkQuote(quote, body, customerId)
  } catch (error) {
    const refusal = quoteRefusal(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

async function askQuote(calls: Calls<OrderService['calls']>, body: Body, customerId: string) {
  const answer = await calls.pricing.quote({
    customerId,
    items: body.items.map(({ sku, quantity }) => ({ sku, quantity })),
    currency: 'EUR',
    region: body.shippingAddress.country,
    couponCodes: body.couponCodes ?? [],
    shippingMethod: body.shippingMethod ?? '',
  })
  return answer.quote
}

async function readQuote(calls: Calls<OrderService['calls']>, quoteId: string) {
  const answer = await calls.pricing.getQuote({ quoteId })
  return answer.quote
}

function checkQuote(
  quote: PricedQuote,
  body: Body,
  customerId: string,
): { readonly quote: PricedQuote } | QuoteRefusal {
  const at = (pointer: string, detail: string) => [{ pointer, detail }]
  if (quote.customerId !== '' && quote.customerId !== customerId) {
    return { code: 'order.quote_unknown', detail: 'The quote is not yours.', fields: at('/quoteId', 'unknown') }
  }
  if (!isQuoteFor(quote.lines, body.items) || quote.region !== body.shippingAddress.country) {
    const detail = 'The quote is for other items or another country.'
    return { code: 'order.quote_mismatch', detail, fields: at('/quoteId', 'not for this order') }
  }
  return { quote }
}

const refusals: Readonly<Record<string, readonly [QuoteRefusal['code'], string]>> = {
  'pricing.unknown_sku': ['order.unknown_sku', '/items'],
  'pricing.coupon_unknown': ['order.coupon_invalid', '/couponCodes'],
  'pricing.quote_not_found': ['order.quote_unknown', '/quoteId'],
  'pricing.quote_expired': ['order.quote_expired', '/quoteId'],
  'pricing.region_unknown': ['request.invalid', '/shippingAddress/country'],
  'pricing.shipping_method_unknown': ['request.invalid', '/shippingMethod'],
}

function quoteRefusal(error: unknown): QuoteRefusal | undefined {
  if (!isAppError(error)) return undefined
  const [code, pointer] = refusals[error.code] ?? []
  if (code === undefined || pointer === undefined) return undefined
  const fields = error.fields.length > 0 ? error.fields : [{ pointer, detail: error.message }]
  return { code, detail: error.message, fields }
}

async function choosePaymentMethod(
  calls: Calls<OrderService['calls']>,
  body: Body,
  customerId: string,
): Promise<PaymentMethodId | undefined> {
  if (body.paymentMethodId !== undefined) {
    const { usable } = await calls.payment.checkMethod({ paymentMethodId: body.paymentMethodId, customerId })
    return usable ? body.paymentMethodId : undefined
  }
  if (body.paymentMethod === undefined) return undefined
  try {
    const { provider, token } = body.paymentMethod
    const kept = await calls.payment.keepMethod(
      { customerId, provider, token },
      { idempotencyKey: `${customerId}/${provider}/${token}` },
    )
    return kept.paymentMethodId as PaymentMethodId
  } catch (error) {
    if (isAppError(error) && error.kind === 'invalid') return undefined
    throw error
  }
}
