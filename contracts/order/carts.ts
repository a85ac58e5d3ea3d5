import { closed, CountrySchema, CurrencySchema, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CartId, OrderId, QuoteId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { Sku } from '../shared/sku.ts'

/** The most lines of a cart, which is the most lines of an order. */
export const MAX_CART_LINES = 100

/** The most units of a SKU in a cart, which is the most units of a line of an order. */
export const MAX_CART_UNITS = 1_000

/** The status of a cart: only an open one can be changed. */
export const CartStatus = Type.Enum(['open', 'ordered', 'merged', 'expired'])
export type CartStatus = Static<typeof CartStatus>

/** The new quantity of a SKU in a cart. */
export const SetQuantity = Type.Object(
  {
    sku: Sku,
    quantity: Type.Integer({ minimum: 0, maximum: MAX_CART_UNITS, description: 'the new quantity; 0 removes the SKU' }),
  },
  closed,
)
export type SetQuantity = Static<typeof SetQuantity>

const CartLine = Type.Object({
  sku: Sku,
  name: Type.String(),
  quantity: Type.Integer({ minimum: 1, maximum: MAX_CART_UNITS }),
  isAvailable: Type.Boolean({
    description: 'whether the SKU is for sale; a line that is not for sale has no price and is not part of the totals',
  }),
  unitPrice: Type.Optional(MoneySchema),
  previousUnitPrice: Type.Optional(
    Type.Unsafe<Static<typeof MoneySchema>>({
      ...MoneySchema,
      description: 'the unit price when the quantity of the line was last set, if it was another one',
    }),
  ),
  discount: Type.Optional(MoneySchema),
  tax: Type.Optional(MoneySchema),
  total: Type.Optional(MoneySchema),
})

/** A cart with its prices. */
export const Cart = Type.Object({
  id: CartId,
  customerId: UserId,
  status: CartStatus,
  region: CountrySchema,
  currency: CurrencySchema,
  channel: SalesChannel,
  items: Type.Array(CartLine, { maxItems: MAX_CART_LINES }),
  prices: Type.Enum(['current', 'outdated', 'missing'], {
    description:
      '`current` prices are those of pricing now; if pricing is unavailable, the last known ones are `outdated`, or there are none',
  }),
  totals: Type.Optional(
    Type.Object({
      subtotal: MoneySchema,
      discount: MoneySchema,
      tax: MoneySchema,
      shipping: MoneySchema,
      total: MoneySchema,
    }),
  ),
  quoteId: Type.Optional(
    Type.Unsafe<QuoteId>({ ...QuoteId, description: 'of current prices; a checkout with it charges exactly these' }),
  ),
  pricesValidUntil: Type.Optional(Type.String({ ...InstantSchema, description: 'of current prices' })),
  orderId: Type.Optional(Type.Unsafe<OrderId>({ ...OrderId, description: 'the order that the cart became' })),
  mergedInto: Type.Optional(Type.Unsafe<CartId>({ ...CartId, description: 'the cart that it was merged into' })),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  expiresAt: Type.String({ ...InstantSchema, description: 'the end of an open cart, unless it is changed before' }),
})
export type Cart = Static<typeof Cart>
