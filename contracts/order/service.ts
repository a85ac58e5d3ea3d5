import { describeService, MoneySchema, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { InventoryRpc } from '../inventory/rpc_pb.js'
import { productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import { paymentReviewed } from '../payment/events.ts'
import { PaymentRpc } from '../payment/rpc_pb.js'
import { priceChanged } from '../pricing/events.ts'
import { PricingRpc } from '../pricing/rpc_pb.js'
import { shippingDelivered, shippingDispatched, shippingFailed } from '../shipping/events.ts'
import { ShippingRpc } from '../shipping/rpc_pb.js'
import { userDeleted } from '../user/events.ts'
import { OrderId, PaymentMethodId, QuoteId, ReturnId, UserId } from '../shared/ids.ts'
import * as cartEvents from './cart-events.ts'
import * as carts from './carts-http.ts'
import { orderErrors } from './errors.ts'
import * as events from './events.ts'
import { orderExamples } from './examples.ts'
import { orderFlags } from './flags.ts'
import { orderGraph } from './graph.ts'
import * as http from './http.ts'
import * as returns from './returns-http.ts'
import { OrderRpc } from './rpc_pb.js'

/** What never changes about an order, so that no step reads it again; where it goes is personal and stays in the order. */
const FulfilmentInput = Type.Object({
  orderId: OrderId,
  customerId: UserId,
  quoteId: QuoteId,
  paymentMethodId: Type.Optional(PaymentMethodId),
  lines: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })),
  country: Type.String(),
  total: MoneySchema,
  // missing in a saga that an older release started
  isGuest: Type.Optional(Type.Boolean()),
})

const described = describeService({
  name: 'order',
  port: 8002,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: orderErrors,
  flags: orderFlags,
  operations: { ...http, ...returns, ...carts },
  rpc: rpc(OrderRpc, {
    getSummary: { effect: 'read', refuses: ['order.not_found'] },
    getInvoiceDetails: { effect: 'read', refuses: ['order.not_found'] },
    getReturnedGoods: { effect: 'read', refuses: ['order.return_not_found'] },
    listCustomersWithOrders: { effect: 'read' },
  }),
  publishes: { ...events, ...cartEvents },
  consumes: {
    shippingDispatched,
    shippingDelivered,
    shippingFailed,
    paymentReviewed,
    productCreated,
    productUpdated,
    productDeleted,
    priceChanged,
    userDeleted,
  },
  calls: {
    pricing: pick(
      PricingRpc,
      'findCurrency',
      'quote',
      'getQuote',
      'acceptQuote',
      'releaseQuote',
      'listAcceptances',
      'checkPromotions',
    ),
    inventory: pick(InventoryRpc, 'reserve', 'release', 'confirm', 'getVariants', 'listReservations', 'checkStock'),
    payment: pick(PaymentRpc, 'pay', 'refund', 'checkMethod', 'keepMethod', 'listPayments'),
    shipping: pick(ShippingRpc, 'createShipment', 'cancelShipment', 'release', 'listShipments'),
  },
  sagas: {
    'order-fulfilment': {
      version: 1,
      input: FulfilmentInput,
      signals: {
        payment_review: Type.Object({
          outcome: Type.Enum(['approved', 'declined', 'cancelled']),
          code: Type.Optional(Type.String()),
        }),
      },
      // why payment declines
      failsWith: [
        'payment.declined',
        'payment.insufficient_funds',
        'payment.card_expired',
        'payment.authentication_failed',
        'payment.method_unusable',
        'payment.action_timeout',
        'payment.review_declined',
        'payment.review_timeout',
      ],
    },
    'order-cancellation': { version: 1, input: Type.Object({ orderId: OrderId, reason: Type.String() }) },
    'order-return': { version: 1, input: Type.Object({ returnId: ReturnId, orderId: OrderId }) },
  },
  tasks: {
    'begin-picking': { payload: Type.Object({ orderId: OrderId }) },
    'finish-picking': { payload: Type.Object({ orderId: OrderId }) },
    'release-shipment': { payload: Type.Object({ orderId: OrderId }), attempts: 1_000 },
    'complete-order': { payload: Type.Object({ orderId: OrderId }) },
    'expire-carts': { payload: Type.Object({}), everyMs: 30_000 },
    // looks whether one is due
    reconcile: { payload: Type.Object({}), everyMs: 30_000, timeoutMs: 3_600_000 },
  },
  personalData: {
    carts:
      'what a customer intends to buy; deleted some weeks after the cart has closed, or when the account is erased',
    shippingAddress: 'for delivery; kept with the order until the account is erased',
    returnReasons: 'the reason of a return, in the words of the customer, until the account is erased',
  },
  examples: orderExamples,
  graph: orderGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface OrderService extends Described {}

/** Carts, checkout, orders, returns. */
export const order: OrderService = described
