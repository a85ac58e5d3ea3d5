import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'

/**
 * The list price of a SKU in a price list, which is its price for one unit, has changed. With `isRemoved` the list has none
 * any more, and `price` is the last one.
 */
export const priceChanged = event(
  'price.changed',
  '1.1.0',
  Type.Object({
    sku: Type.String(),
    priceList: Type.String(),
    price: MoneySchema,
    isRemoved: Type.Optional(Type.Boolean()),
  }),
)
/** A promotion has started. */
export const promotionActivated = event(
  'promotion.activated',
  '1.0.0',
  Type.Object({ promotionId: Type.String({ format: 'uuid' }), name: Type.String() }),
)
/** The last use of a promotion was used up. */
export const promotionExhausted = event(
  'promotion.exhausted',
  '1.0.0',
  Type.Object({ promotionId: Type.String({ format: 'uuid' }), name: Type.String() }),
)
