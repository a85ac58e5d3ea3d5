import { CountrySchema, event, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { OrderId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { PublishedDifference, PublishedKind } from './reconciliation.ts'

// What is optional here is missing in events of older releases.
const OrderLineFact = Type.Object({
  sku: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  /** What is paid for the line: net and tax. */
  total: MoneySchema,
  net: Type.Optional(MoneySchema),
  tax: Type.Optional(MoneySchema),
  /** What promotions have taken off, tax included. */
  discount: Type.Optional(MoneySchema),
  /** The name of the price list. */
  priceList: Type.Optional(Type.String()),
})

const OrderFactSchema = Type.Object({
  orderId: OrderId,
  number: Type.String(),
  customerId: UserId,
  /** The totals of the lines and the shipping charge. */
  total: MoneySchema,
  lines: Type.Array(OrderLineFact),
  /** The shipping charge, tax included. */
  shipping: Type.Optional(MoneySchema),
  /** The tax within the total, that of the shipping charge included. */
  tax: Type.Optional(MoneySchema),
  /** The country of delivery. */
  country: Type.Optional(CountrySchema),
  /** The state or province of delivery, where the address has one. */
  region: Type.Optional(Type.String()),
  /** Where the order comes from. */
  channel: Type.Optional(SalesChannel),
})
/** What the events of an order say of it. */
export type OrderFact = Static<typeof OrderFactSchema>

const OrderMove = Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId })
const OrderEnd = Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId, reason: Type.String() })

/** An order was placed; its saga decides what becomes of it. */
export const orderCreated = event('order.created', '1.2.0', OrderFactSchema)
/** The status of an order has changed, for changes without a specific event. */
export const orderUpdated = event(
  'order.updated',
  '1.0.0',
  Type.Object({ orderId: OrderId, number: Type.String(), customerId: UserId, status: Type.String() }),
)
/** Stock, payment and shipment of an order are certain. */
export const orderConfirmed = event('order.confirmed', '1.2.0', OrderFactSchema)
/** An order could not be fulfilled; its payment and stock are released. */
export const orderRejected = event('order.rejected', '1.0.0', OrderEnd)
/** An order was cancelled. */
export const orderCancelled = event('order.cancelled', '1.0.0', OrderEnd)
/** The goods have left the warehouse. */
export const orderShipped = event('order.shipped', '1.0.0', OrderMove)
/** The goods have arrived. */
export const orderDelivered = event('order.delivered', '1.0.0', OrderMove)
/** The return window has expired. */
export const orderCompleted = event('order.completed', '1.2.0', OrderFactSchema)
/** Undamaged goods were returned: the lines, and whether all units were returned. */
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
/** A reconciliation found new differences between order and other services, or between carts and orders. */
export const reconciliationFailed = event(
  'reconciliation.failed',
  '1.1.0',
  Type.Object({
    reconciliationId: Type.String({ format: 'uuid' }),
    scope: Type.Enum(['all', 'recent']),
    /** All differences of this reconciliation. */
    found: Type.Integer({ minimum: 1 }),
    /** The new differences. */
    unknown: Type.Integer({ minimum: 1 }),
    /** Of the new differences. */
    kinds: Type.Array(Type.Object({ kind: PublishedKind, count: Type.Integer({ minimum: 1 }) })),
    differences: Type.Array(PublishedDifference, { maxItems: 20 }),
    /** New differences of carts, which are in neither list. */
    carts: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
)
