import { blobSettings } from '@stoa/blobs'
import { serviceSettings, defineConfig, setting } from '@stoa/config'
import { inventory } from '@stoa/contracts/inventory/service'
import { Type } from 'typebox'

/** The settings of inventory. */
export const config = defineConfig('inventory', {
  ...serviceSettings('inventory', inventory.port),
  ...blobSettings,
  CART_HOLD_MINUTES: setting(Type.Number({ minimum: 0.001, maximum: 1_440 }), {
    default: 15,
    unit: 'min',
    doc: 'Time for which stock is reserved for a cart; the reservation of an order never expires.',
  }),
  SHOP_CURRENCY: setting(Type.String({ pattern: '^[A-Z]{3}$', description: 'an ISO 4217 currency code' }), {
    default: 'EUR',
    doc: 'Currency of unit costs, and of the prices by which products are listed and sorted.',
  }),
  LIST_PRICE_LIST: setting(Type.String({ minLength: 1 }), {
    default: 'retail',
    doc: 'Name of the price list by whose prices products are listed and sorted.',
  }),
})
