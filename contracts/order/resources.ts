import { InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, ReturnId, UserId } from '../ids.ts'

/** Where an order stands. */
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

/** What a customer asks for: a SKU, and how many. */
export const RequestedLine = Type.Object(
  { sku: Type.String({ minLength: 1, maxLength: 64 }), quantity: Type.Integer({ minimum: 1, maximum: 1_000 }) },
  closed,
)

/** Where an order goes. */
export const ShippingAddress = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    line1: Type.String({ minLength: 1, maxLength: 200 }),
    line2: Type.Optional(Type.String({ maxLength: 200 })),
    city: Type.String({ minLength: 1, maxLength: 100 }),
    postalCode: Type.String({ minLength: 1, maxLength: 20 }),
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  },
  closed,
)
export type ShippingAddress = Static<typeof ShippingAddress>

const OrderLine = Type.Object({
  sku: Type.String(),
  name: Type.String(),
  quantity: Type.Integer(),
  unitPrice: MoneySchema,
  discount: MoneySchema,
  tax: MoneySchema,
  total: MoneySchema,
})

/** An order as its customer and staff see it. */
export const Order = Type.Object({
  id: OrderId,
  number: Type.String(),
  status: OrderStatus,
  reason: Type.Optional(Type.String()),
  customerId: UserId,
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

/** Where a return stands. */
export const ReturnStatus = Type.Enum(['requested', 'approved', 'refused', 'received', 'refunded'])
export type ReturnStatus = Static<typeof ReturnStatus>

/** What came back of a SKU, and whether it can be sold again; in order when not said. */
export const ReceivedLine = Type.Object(
  {
    sku: Type.String({ minLength: 1, maxLength: 64 }),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000 }),
    inOrder: Type.Optional(Type.Boolean({ default: true })),
  },
  closed,
)
/** Goods of an order that are sent back. Its refund is what is to be given back, at most, and once refunded what was. */
export const Return = Type.Object({
  id: ReturnId,
  orderId: OrderId,
  customerId: UserId,
  status: ReturnStatus,
  reason: Type.String({ description: 'why the customer sends it back' }),
  note: Type.Optional(Type.String({ description: 'what staff said to it' })),
  items: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })),
  received: Type.Optional(
    Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer(), inOrder: Type.Boolean() })),
  ),
  refund: Type.Optional(MoneySchema),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Return = Static<typeof Return>
