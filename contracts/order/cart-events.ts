import { CurrencySchema, event } from '@stoa/contract'
import { Type } from 'typebox'
import { CartId, OrderId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'

// the channel is missing in events of older releases
const cart = { cartId: CartId, customerId: UserId, channel: Type.Optional(SalesChannel) }
const lines = Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }) }))

/** A customer or a guest has opened a cart. */
export const cartCreated = event(
  'cart.created',
  '1.1.0',
  Type.Object({ ...cart, isGuest: Type.Boolean(), currency: CurrencySchema, region: Type.String() }),
)
/** A cart has changed; `lines` are all of its lines from then on, or the last ones of a cart that is closed. */
export const cartUpdated = event(
  'cart.updated',
  '1.1.0',
  Type.Object({
    ...cart,
    status: Type.Enum(['open', 'ordered', 'merged', 'deleted']),
    lines,
    orderId: Type.Optional(Type.Unsafe<OrderId>({ ...OrderId, description: 'with the status ordered' })),
    mergedInto: Type.Optional(Type.Unsafe<CartId>({ ...CartId, description: 'with the status merged' })),
  }),
)
/** A cart was not changed for its time to live and is closed. */
export const cartExpired = event('cart.expired', '1.1.0', Type.Object({ ...cart, lines }))
