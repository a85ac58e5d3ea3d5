import { closed, get, noteText, opaqueText, PageQuery, pageSchema, post, put, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { CouponCode } from '../shared/coupon-code.ts'
import { OrderId, PaymentMethodId, QuoteId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { ShippingMethod } from '../shared/shipping-method.ts'
import { ChosenChannel, Order, OrderStatus, RequestedLine, ShippingAddress, TimelineEntry } from './resources.ts'

/** POST /api/v1/orders */
export const placeOrder = post('/api/v1/orders', {
  summary: 'Place an order; with `Prefer: wait` the response contains the outcome',
  permission: 'order:place',
  owner: 'customerId',
  idempotencyKey: 'required',
  rateClass: 'critical',
  body: Type.Object(
    {
      items: Type.Array(RequestedLine, { minItems: 1, maxItems: 100 }),
      shippingAddress: ShippingAddress,
      paymentMethodId: Type.Optional(PaymentMethodId),
      paymentMethod: Type.Optional(Type.Object({ provider: opaqueText(40), token: opaqueText(200) }, closed)),
      quoteId: Type.Optional(QuoteId),
      couponCodes: Type.Optional(Type.Array(CouponCode, { maxItems: 10 })),
      shippingMethod: Type.Optional(ShippingMethod),
      channel: Type.Optional(ChosenChannel),
    },
    closed,
  ),
  answers: { 201: Order },
  answersWith: 'getOrder',
  settled: (order) => order.status !== 'pending',
  refuses: [
    'order.guests_excluded',
    'order.channel_forbidden',
    'order.unknown_sku',
    'order.quantity_invalid',
    'order.quote_unknown',
    'order.quote_expired',
    'order.quote_mismatch',
    'order.coupon_invalid',
    'order.coupon_email_unverified',
    'order.payment_method_unusable',
    'order.payment_method_limit',
    'order.payment_method_required',
    'order.country_unserved',
    'order.shipping_method_unknown',
  ],
})

/** GET /api/v1/orders/{id} */
export const getOrder = get('/api/v1/orders/{id}', {
  params: { id: OrderId },
  summary: 'Read an order',
  permission: 'order:read',
  owner: 'customerId',
  answers: { 200: Order },
  refuses: ['order.not_found'],
})

/** GET /api/v1/orders */
export const listOrders = get('/api/v1/orders', {
  summary: 'List orders, newest first; staff see every order, customers their own',
  permission: 'order:read',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      status: Type.Optional(OrderStatus),
      customerId: Type.Optional(UserId),
      channel: Type.Optional(SalesChannel),
    },
    closed,
  ),
  answers: { 200: pageSchema(Order) },
})

const CustomerPage = { ...PageQuery }

/**
 * GET /api/v1/orders/customer/{customerId}: next to `/orders/{id}/cancel` it is not ambiguous, as OpenAPI 3.1 matches concrete
 * segments before templated ones, and `customer` is no order id.
 */
export const listCustomerOrders = get('/api/v1/orders/customer/{customerId}', {
  params: { customerId: UserId },
  summary: 'List the orders of a customer, newest first',
  deprecated: { since: '2026-12-01', sunset: '2027-12-01', successor: 'listUserOrders' },
  permission: 'order:read',
  owner: 'path:customerId',
  query: Type.Object(CustomerPage, closed),
  answers: { 200: pageSchema(Order) },
})

/** GET /api/v1/users/{userId}/orders */
export const listUserOrders = get('/api/v1/users/{userId}/orders', {
  params: { userId: UserId },
  summary: 'List the orders of an account, newest first',
  permission: 'order:read',
  owner: 'path:userId',
  query: Type.Object(CustomerPage, closed),
  answers: { 200: pageSchema(Order) },
})

/** GET /api/v1/orders/{id}/timeline */
export const getTimeline = get('/api/v1/orders/{id}/timeline', {
  params: { id: OrderId },
  summary: 'List every status change of an order, with its actor and reason',
  permission: 'order:read',
  owner: 'customerId',
  answers: { 200: Type.Object({ orderId: OrderId, customerId: UserId, items: Type.Array(TimelineEntry) }) },
  refuses: ['order.not_found'],
})

/** GET /api/v1/orders/{id}/events */
export const followOrder = stream('/api/v1/orders/{id}/events', {
  params: { id: OrderId },
  summary: 'Stream every status change of an order as a server-sent event',
  permission: 'order:read',
  owner: 'none',
})

const StatusByHand = Type.Enum(['picking'], {
  description: 'Cancelling has its own route; all other status changes follow from payment and shipping',
})

/** PUT /api/v1/orders/{id}/status */
export const setOrderStatus = put('/api/v1/orders/{id}/status', {
  params: { id: OrderId },
  summary: 'Start picking an order (staff)',
  permission: 'order:manage',
  audited: true,
  owner: 'none',
  body: Type.Object({ status: StatusByHand, reason: Type.Optional(noteText(500)) }, closed),
  answers: { 200: Order },
  answersWith: 'getOrder',
  refuses: ['order.not_found', 'order.move_not_allowed'],
})

/** POST /api/v1/orders/{id}/picked */
export const markPicked = post('/api/v1/orders/{id}/picked', {
  params: { id: OrderId },
  summary: 'Finish picking an order (staff)',
  permission: 'order:manage',
  audited: true,
  owner: 'none',
  answers: { 200: Order },
  answersWith: 'getOrder',
  refuses: ['order.not_found', 'order.move_not_allowed'],
})

/** POST /api/v1/orders/{id}/cancel */
export const cancelOrder = post('/api/v1/orders/{id}/cancel', {
  params: { id: OrderId },
  summary: 'Cancel an order and wait for the outcome',
  permission: 'order:cancel',
  owner: 'customerId',
  body: Type.Optional(Type.Object({ reason: Type.Optional(noteText(500)) }, closed)),
  answers: { 200: Order, 202: Order },
  answersWith: 'getOrder',
  waitSeconds: 5,
  settled: (order) =>
    order.status === 'cancelled'
      ? { status: 200 }
      : ['shipped', 'delivered', 'completed', 'partially_returned', 'returned'].includes(order.status)
        ? { refused: 'order.already_shipped', detail: 'The order has left the warehouse.' }
        : order.status === 'rejected'
          ? { refused: 'order.move_not_allowed', detail: 'The order was rejected.' }
          : false,
  refuses: ['order.not_found', 'order.already_shipped', 'order.move_not_allowed'],
})
