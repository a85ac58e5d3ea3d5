import {
  closed,
  CountrySchema,
  CurrencySchema,
  get,
  InstantSchema,
  opaqueText,
  post,
  put,
  remove,
} from '@stoa/contract'
import { Type } from 'typebox'
import { CouponCode } from '../shared/coupon-code.ts'
import { CartId, PaymentMethodId, QuoteId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { ShippingMethod } from '../shared/shipping-method.ts'
import { Cart, MAX_CART_LINES, SetQuantity } from './carts.ts'
import { placeOrder } from './http.ts'
import { ChosenChannel, Order, ShippingAddress } from './resources.ts'

const change = { permission: 'cart:change', owner: 'customerId' } as const

/** POST /api/v1/carts */
export const createCart = post('/api/v1/carts', {
  ...change,
  summary: 'Open a cart; an account has one open cart, which is returned with the given region, currency and channel',
  rateClass: 'critical',
  body: Type.Object(
    { region: CountrySchema, currency: Type.Optional(CurrencySchema), channel: Type.Optional(ChosenChannel) },
    closed,
  ),
  answers: { 200: Cart, 201: Cart },
  answersWith: 'getCart',
  refuses: ['order.channel_forbidden'],
})

/** GET /api/v1/carts/{id} */
export const getCart = get('/api/v1/carts/{id}', {
  params: { id: CartId },
  summary: 'Read a cart with its current prices',
  permission: 'cart:read',
  owner: 'customerId',
  answers: { 200: Cart },
  refuses: ['order.cart_not_found'],
})

/** PUT /api/v1/carts/{id}/items */
export const setCartItems = put('/api/v1/carts/{id}/items', {
  ...change,
  params: { id: CartId },
  summary: 'Set the quantities of SKUs in a cart; other SKUs are unchanged',
  body: Type.Object({ items: Type.Array(SetQuantity, { minItems: 1, maxItems: MAX_CART_LINES }) }, closed),
  answers: { 200: Cart },
  answersWith: 'getCart',
  refuses: [
    'order.cart_not_found',
    'order.cart_ordered',
    'order.cart_closed',
    'order.cart_full',
    'order.unknown_sku',
    'order.quantity_invalid',
    'order.country_unserved',
  ],
})

/** DELETE /api/v1/carts/{id} */
export const deleteCart = remove('/api/v1/carts/{id}', {
  ...change,
  params: { id: CartId },
  summary: 'Delete an open cart',
  answers: { 204: null },
  refuses: ['order.cart_not_found', 'order.cart_ordered', 'order.cart_closed'],
})

/** POST /api/v1/carts/{id}/handover */
export const handOverCart = post('/api/v1/carts/{id}/handover', {
  permission: 'cart:change',
  owner: 'none',
  params: { id: CartId },
  summary:
    'Issue a token with which another account, such as that of a guest who signs in, merges this cart into its own',
  // the response is a secret, which no record keeps
  idempotencyKey: 'none',
  rateClass: 'critical',
  answers: { 201: Type.Object({ token: Type.String(), expiresAt: InstantSchema }) },
  refuses: ['order.cart_not_found', 'order.cart_ordered', 'order.cart_closed'],
})

/** POST /api/v1/carts/{id}/merge */
export const mergeCart = post('/api/v1/carts/{id}/merge', {
  ...change,
  params: { id: CartId },
  summary: 'Add the lines of a handed-over cart to this one, and close that cart',
  rateClass: 'critical',
  body: Type.Object({ token: opaqueText(100) }, closed),
  answers: { 200: Cart },
  answersWith: 'getCart',
  refuses: [
    'order.cart_not_found',
    'order.cart_ordered',
    'order.cart_closed',
    'order.cart_full',
    'order.cart_token_invalid',
  ],
})

/** POST /api/v1/carts/{id}/checkout */
export const checkOutCart = post('/api/v1/carts/{id}/checkout', {
  params: { id: CartId },
  summary: 'Place an order of what a cart contains, once; with `Prefer: wait` the response contains the outcome',
  permission: 'order:place',
  owner: 'customerId',
  idempotencyKey: 'required',
  rateClass: 'critical',
  body: Type.Object(
    {
      shippingAddress: ShippingAddress,
      paymentMethodId: Type.Optional(PaymentMethodId),
      paymentMethod: Type.Optional(Type.Object({ provider: opaqueText(40), token: opaqueText(200) }, closed)),
      quoteId: Type.Optional(QuoteId),
      couponCodes: Type.Optional(Type.Array(CouponCode, { maxItems: 10 })),
      shippingMethod: Type.Optional(ShippingMethod),
      channel: Type.Optional(
        Type.Unsafe<SalesChannel>({
          ...SalesChannel,
          description: 'that of the cart by default; `marketplace` and `phone` need the permission `order:channel`',
        }),
      ),
    },
    closed,
  ),
  answers: { 201: Order },
  answersWith: 'getOrder',
  settled: (order) => order.status !== 'pending',
  refuses: [
    ...placeOrder.refuses,
    'order.cart_not_found',
    'order.cart_ordered',
    'order.cart_closed',
    'order.cart_changed',
    'order.price_changed',
    'order.cart_region_differs',
    'order.cart_empty',
  ],
})
