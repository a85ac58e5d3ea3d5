import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, UserId } from '../ids.ts'
import { Difference, DifferenceKind } from './reconciliation.ts'

const OrderLineFact = Type.Object({
  sku: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  total: MoneySchema,
})

const OrderFact = Type.Object({
  orderId: OrderId,
  number: Type.String(),
  customerId: UserId,
  total: MoneySchema,
  lines: Type.Array(OrderLineFact),
})

const OrderMove = Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId })
const OrderEnd = Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId, reason: Type.String() })

/** An order was placed; its saga decides what becomes of it. */
export const orderCreated = event('order.created', '1.0.0', OrderFact)
/** The status of an order has changed in a way that has no event of its own. */
export const orderUpdated = event(
  'order.updated',
  '1.0.0',
  Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId, status: Type.String() }),
)
/** Stock, payment and shipment of an order are certain. */
export const orderConfirmed = event('order.confirmed', '1.0.0', OrderFact)
/** An order could not be fulfilled; nothing is kept of the money or the stock. */
export const orderRejected = event('order.rejected', '1.0.0', OrderEnd)
/** An order was called off. */
export const orderCancelled = event('order.cancelled', '1.0.0', OrderEnd)
/** The goods have left. */
export const orderShipped = event('order.shipped', '1.0.0', OrderMove)
/** The goods have arrived. */
export const orderDelivered = event('order.delivered', '1.0.0', OrderMove)
/** The return window is over. */
export const orderCompleted = event('order.completed', '1.0.0', OrderFact)
/** Goods came back in order: which lines, and whether that was all of them. */
export const orderReturned = event(
  'order.returned',
  '1.0.0',
  Type.Object({
    orderId: OrderId,
    number: Type.String(),
    customerId: UserId,
    lines: Type.Array(
      Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }), inOrder: Type.Boolean() }),
    ),
    all: Type.Boolean(),
  }),
)
/** A reconciliation has found what no earlier one had: on what order and others do not agree. */
export const reconciliationFailed = event(
  'reconciliation.failed',
  '1.0.0',
  Type.Object({
    reconciliationId: Type.String({ format: 'uuid' }),
    scope: Type.Enum(['all', 'recent']),
    /** All differences of this reconciliation. */
    found: Type.Integer({ minimum: 1 }),
    /** Those that no earlier one had found. */
    unknown: Type.Integer({ minimum: 1 }),
    /** Of those that no earlier one had found. */
    kinds: Type.Array(Type.Object({ kind: DifferenceKind, count: Type.Integer({ minimum: 1 }) })),
    differences: Type.Array(Difference, { maxItems: 20 }),
  }),
)
