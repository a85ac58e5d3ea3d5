import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { search } from '@stoa/contracts/search/service'
import { Type } from 'typebox'

/** The settings of search. */
export const config = defineConfig('search', {
  ...serviceSettings('search', search.port),
  SHOP_CURRENCY: setting(Type.String({ pattern: '^[A-Z]{3}$', description: 'an ISO 4217 currency code' }), {
    default: 'EUR',
    doc: 'Currency of the prices by which results are filtered and sorted.',
  }),
  LIST_PRICE_LIST: setting(Type.String({ minLength: 1 }), {
    default: 'retail',
    doc: 'Name of the price list by whose prices results are filtered and sorted.',
  }),
  SEARCH_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 90,
    unit: 'd',
    doc: 'Time for which searches and clicks are kept for analytics.',
  }),
})
