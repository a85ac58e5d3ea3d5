import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'

/** The list price of a SKU in a price list has changed. */
export const priceChanged = event(
  'price.changed',
  '1.0.0',
  Type.Object({ sku: Type.String(), priceList: Type.String(), price: MoneySchema }),
)
/** A promotion has begun. */
export const promotionActivated = event(
  'promotion.activated',
  '1.0.0',
  Type.Object({ promotionId: Type.String({ format: 'uuid' }), name: Type.String() }),
)
/** The last use of a promotion was taken. */
export const promotionExhausted = event(
  'promotion.exhausted',
  '1.0.0',
  Type.Object({ promotionId: Type.String({ format: 'uuid' }), name: Type.String() }),
)
