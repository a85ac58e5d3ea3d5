import type { Calls, Handler, Refusal, RpcRefusalCode } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { orderCreated } from '@stoa/contracts/order/events'
import type { OrderId, PaymentMethodId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { compact, isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { PlacedOrder } from '../domain/order.ts'
import { insertOrder } from '../store/orders.ts'
import { loadNames } from './load-names.ts'
import { priceOrder } from './price-order.ts'
import { itemsOf, sumsOf } from './priced-quote.ts'

type PlaceOrderContext = Parameters<Handler<OrderService, 'placeOrder'>>[0]
type Body = PlaceOrderContext['body']
type OrderRefusal = Refusal<OrderService, 'placeOrder'>

/** Prices and checks an order, writes it and starts its fulfilment. */
export const placeOrder =
  ({ clock, newId }: Deps): Handler<OrderService, 'placeOrder'> =>
  async ({ body, caller, calls, db, commit, refuse }) => {
    if (body.paymentMethodId !== undefined && body.paymentMethod !== undefined) {
      const fields = [{ pointer: '/paymentMethod', detail: 'must not be combined with paymentMethod' }]
      return refuse('request.invalid', 'An order has only one payment method.', { fields })
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
    if ('code' in priced) return refuse(priced)
    if (typeof method === 'object') return refuse(method)
    const sums = sumsOf(priced.quote)
    if (method === undefined && sums.total.amount > 0) {
      const fields = [{ pointer: '/paymentMethodId', detail: 'is required unless the total is zero' }]
      return refuse('order.payment_method_required', 'The order requires a payment method.', { fields })
    }
    const order: PlacedOrder = {
      id: newId() as OrderId,
      customerId: caller.subject as UserId,
      quoteId: priced.quote.id as QuoteId,
      paymentMethodId: method,
      items: itemsOf(priced.quote, names),
      sums,
      shippingAddress: body.shippingAddress,
      shippingMethod: priced.quote.shippingMethod,
    }
    const at = clock.now()
    return commit(async (tx) => {
      const number = await insertOrder(tx, order, at)
      const { id: orderId, customerId, quoteId, paymentMethodId, shippingAddress } = order
      const lines = order.items.map(({ sku, quantity, total }) => ({ sku, quantity, total }))
      await tx.publish(orderCreated, orderId, { orderId, number, customerId, total: sums.total, lines })
      await tx.start('order-fulfilment', orderId, {
        orderId,
        customerId,
        quoteId,
        ...compact({ paymentMethodId }),
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        country: shippingAddress.country,
        total: sums.total,
        isGuest: caller.roles.includes('guest'),
      })
      return { status: 201, id: orderId }
    })
  }

const limitReached: OrderRefusal = {
  code: 'order.payment_method_limit',
  detail: 'The account has the maximum number of payment methods.',
}

function unusableMethod(body: Body): OrderRefusal {
  const pointer = body.paymentMethodId === undefined ? '/paymentMethod' : '/paymentMethodId'
  const fields = [{ pointer, detail: 'is unknown, or belongs to another customer' }]
  const detail = 'The payment method is unknown, or belongs to another customer.'
  return { code: 'order.payment_method_unusable', detail, fields }
}

const methodLimit: RpcRefusalCode<PaymentService, 'keepMethod'> = 'payment.method_limit'

async function choosePaymentMethod(
  calls: Calls<OrderService['calls']>,
  body: Body,
  customerId: string,
): Promise<PaymentMethodId | OrderRefusal | undefined> {
  if (body.paymentMethodId !== undefined) {
    const { usable } = await calls.payment.checkMethod({ paymentMethodId: body.paymentMethodId, customerId })
    return usable ? body.paymentMethodId : unusableMethod(body)
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
    if (isAppError(error, methodLimit)) return limitReached
    if (isAppError(error) && error.kind === 'invalid') return unusableMethod(body)
    throw error
  }
}
