import { serviceSettings, defineConfig, setting } from '@stoa/config'
import { inventory } from '@stoa/contracts/inventory/service'
import { Type } from 'typebox'

/** The settings of inventory. */
export const config = defineConfig('inventory', {
  ...serviceSettings('inventory', inventory.port),
  CART_HOLD_MINUTES: setting(Type.Number({ minimum: 0.001, maximum: 1_440 }), {
    default: 15,
    unit: 'min',
    doc: 'How long stock is held for a cart; what an order’s saga holds never expires.',
  }),
  SHOP_CURRENCY: setting(Type.String({ pattern: '^[A-Z]{3}$', description: 'a currency, as in ISO 4217' }), {
    default: 'EUR',
    doc: 'Currency of the prices that products are listed and sorted by.',
  }),
  LIST_PRICE_LIST: setting(Type.String({ minLength: 1 }), {
    default: 'retail',
    doc: 'Name of the price list whose prices products are listed and sorted by.',
  }),
})
