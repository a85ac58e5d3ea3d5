import { InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, UserId } from '../ids.ts'

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
