import type { Caller, Calls, FlagContext, Handler, ReadHandle, RpcRefusalCode, Tx } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import { orderCreated } from '@stoa/contracts/order/events'
import type { OrderId, PaymentMethodId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { defaultSalesChannel } from '@stoa/contracts/shared/sales-channel'
import { compact, isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { PlacedOrder } from '../domain/order.ts'
import { orderFact } from '../domain/order-fact.ts'
import { insertOrder, type StoredOrder } from '../store/orders.ts'
import { refuseChannel } from './choose-channel.ts'
import { loadNames } from './load-names.ts'
import { priceOrder, type OrderRefusal, type OrderRequest } from './price-order.ts'
import { itemsOf, sumsOf } from './priced-quote.ts'

interface Ordering {
  readonly db: ReadHandle
  readonly calls: Calls<OrderService['calls']>
  readonly caller: Caller
}

/** Prices and checks an order, writes it and starts its fulfilment. */
export const placeOrder =
  (deps: Deps): Handler<OrderService, 'placeOrder'> =>
  async ({ body, caller, calls, db, commit, refuse }) => {
    const prepared = await prepareOrder(deps, { db, calls, caller }, body)
    if ('code' in prepared) return refuse(prepared)
    const at = deps.clock.now()
    return commit(async (tx) => {
      const { resource, version } = await writeOrder(tx, prepared, { caller, at })
      return { status: 201, id: prepared.id, body: resource, version }
    })
  }

/** Prices and checks an order, without effect. */
export async function prepareOrder(
  { newId, flags }: Deps,
  { db, calls, caller }: Ordering,
  body: OrderRequest,
): Promise<PlacedOrder | OrderRefusal> {
  if (body.paymentMethodId !== undefined && body.paymentMethod !== undefined) {
    const fields = [{ pointer: '/paymentMethod', detail: 'must not be combined with paymentMethodId' }]
    return { code: 'request.invalid', detail: 'An order has only one payment method.', fields }
  }
  const forbidden = refuseChannel(body.channel, caller)
  if (forbidden !== undefined) return forbidden
  if (caller.roles.includes('guest') && !(await flags.value('guest-checkout', guestContext(body, caller))))
    return { code: 'order.guests_excluded', detail: 'Guests cannot place orders at present.' }
  const skus = body.items.map((item) => item.sku)
  const [priced, method, names] = await Promise.all([
    priceOrder(calls, body, caller.subject),
    choosePaymentMethod(calls, body, caller.subject),
    loadNames(db, calls, skus),
  ])
  const unknown = skus.findIndex((sku) => !names.has(sku))
  if (unknown >= 0) {
    const fields = [{ pointer: `/items/${unknown}/sku`, detail: 'unknown or not for sale' }]
    return { code: 'order.unknown_sku', detail: `${skus[unknown]} is unknown or not for sale.`, fields }
  }
  if ('code' in priced) return priced
  if (typeof method === 'object') return method
  const sums = sumsOf(priced.quote)
  if (method === undefined && sums.total.amount > 0) {
    const fields = [{ pointer: '/paymentMethodId', detail: 'is required unless the total is zero' }]
    return { code: 'order.payment_method_required', detail: 'The order requires a payment method.', fields }
  }
  return {
    id: newId() as OrderId,
    customerId: caller.subject as UserId,
    channel: body.channel ?? defaultSalesChannel,
    quoteId: priced.quote.id as QuoteId,
    paymentMethodId: method,
    items: itemsOf(priced.quote, names),
    sums,
    shippingAddress: body.shippingAddress,
    shippingMethod: priced.quote.shippingMethod,
  }
}

/** What rules can distinguish guests by: no personal data, which would stand in the rules. */
function guestContext({ shippingAddress, currency }: OrderRequest, { subject }: Caller): FlagContext {
  return { targetingKey: subject, country: shippingAddress.country, currency }
}

/** Writes an order and starts its fulfilment; returns it as it is stored. */
export async function writeOrder(
  tx: Tx<OrderService>,
  order: PlacedOrder,
  { caller, at }: { readonly caller: Caller; readonly at: Temporal.Instant },
): Promise<StoredOrder> {
  const stored = await insertOrder(tx, order, at)
  const { id: orderId, customerId, quoteId, paymentMethodId, shippingAddress, sums } = order
  await tx.publish(orderCreated, orderId, orderFact({ ...order, ...sums, number: stored.resource.number }))
  await tx.start('order-fulfilment', orderId, {
    orderId,
    customerId,
    quoteId,
    ...compact({ paymentMethodId }),
    lines: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
    country: shippingAddress.country,
    total: sums.total,
    isGuest: caller.roles.includes('guest'),
  })
  return stored
}

const limitReached: OrderRefusal = {
  code: 'order.payment_method_limit',
  detail: 'The account has the maximum number of payment methods.',
}

function unusableMethod(body: OrderRequest): OrderRefusal {
  const pointer = body.paymentMethodId === undefined ? '/paymentMethod' : '/paymentMethodId'
  const fields = [{ pointer, detail: 'is unknown, or belongs to another customer' }]
  const detail = 'The payment method is unknown, or belongs to another customer.'
  return { code: 'order.payment_method_unusable', detail, fields }
}

const methodLimit: RpcRefusalCode<PaymentService, 'keepMethod'> = 'payment.method_limit'

async function choosePaymentMethod(
  calls: Calls<OrderService['calls']>,
  body: OrderRequest,
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
