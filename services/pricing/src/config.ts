import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { pricing } from '@stoa/contracts/pricing/service'
import { Type } from 'typebox'

/** The settings of pricing. */
export const config = defineConfig('pricing', {
  ...serviceSettings('pricing', pricing.port),
  QUOTE_SECONDS: setting(Type.Integer({ minimum: 1, maximum: 86_400 }), {
    default: 900,
    unit: 's',
    doc: 'Time for which a quote is valid.',
  }),
  SHOP_CURRENCY: setting(Type.String({ pattern: '^[A-Z]{3}$', description: 'an ISO 4217 currency code' }), {
    default: 'EUR',
    doc: 'Currency of the regions for which none is set, where a request states none.',
  }),
})
