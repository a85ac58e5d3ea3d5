import { closed, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { addressFields, postalCodeWhereUsed } from '../shared/address.ts'
import { OrderId, ReturnId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { Sku } from '../shared/sku.ts'

/** The status of an order. */
export const OrderStatus = Type.Enum([
  'pending',
  'on_hold',
  'confirmed',
  'picking',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
  'rejected',
  'partially_returned',
  'returned',
])
export type OrderStatus = Static<typeof OrderStatus>

/** An order line: a SKU and a quantity. */
export const RequestedLine = Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000 }) }, closed)

/** The channel that a request states. */
export const ChosenChannel = Type.Unsafe<SalesChannel>({
  ...SalesChannel,
  description: '`web` by default; `marketplace` and `phone` need the permission `order:channel`',
})

/** Where an order goes. */
export const ShippingAddress = Type.Object(addressFields, { ...closed, ...postalCodeWhereUsed })
export type ShippingAddress = Static<typeof ShippingAddress>

const OrderLine = Type.Object({
  sku: Sku,
  name: Type.String(),
  quantity: Type.Integer(),
  unitPrice: MoneySchema,
  // this and the tax rate are missing in orders that an older release has placed
  priceList: Type.Optional(Type.String({ description: 'the name of the price list that unitPrice is from' })),
  discount: MoneySchema,
  tax: MoneySchema,
  taxRateBasisPoints: Type.Optional(Type.Integer({ minimum: 0, description: '1900 is 19 %' })),
  total: MoneySchema,
})

/** An order as its customer and staff see it. */
export const Order = Type.Object({
  id: OrderId,
  number: Type.String(),
  status: OrderStatus,
  reason: Type.Optional(Type.String()),
  customerId: UserId,
  channel: SalesChannel,
  items: Type.Array(OrderLine),
  shippingAddress: ShippingAddress,
  subtotal: MoneySchema,
  discount: MoneySchema,
  tax: MoneySchema,
  shipping: MoneySchema,
  total: MoneySchema,
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Order = Static<typeof Order>

/** One move of an order. */
export const TimelineEntry = Type.Object({
  at: InstantSchema,
  status: OrderStatus,
  actor: Type.String(),
  reason: Type.Optional(Type.String()),
})
export type TimelineEntry = Static<typeof TimelineEntry>

/** The status of a return. */
export const ReturnStatus = Type.Enum(['requested', 'approved', 'refused', 'received', 'refunded'])
export type ReturnStatus = Static<typeof ReturnStatus>

/** The returned units of a SKU and whether they can be sold again (if omitted, they can). */
export const ReceivedLine = Type.Object(
  {
    sku: Sku,
    quantity: Type.Integer({ minimum: 1, maximum: 1_000 }),
    inOrder: Type.Optional(Type.Boolean({ default: true })),
  },
  closed,
)
/** Returned goods of an order. `refund` is the maximum amount to refund, and after the refund the refunded amount. */
export const Return = Type.Object({
  id: ReturnId,
  orderId: OrderId,
  customerId: UserId,
  status: ReturnStatus,
  reason: Type.String({ description: 'the reason that the customer gave' }),
  note: Type.Optional(Type.String({ description: 'the comment of the staff' })),
  items: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer() })),
  received: Type.Optional(Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer(), inOrder: Type.Boolean() }))),
  refund: Type.Optional(MoneySchema),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Return = Static<typeof Return>
