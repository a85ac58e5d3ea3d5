import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { shipping } from '@stoa/contracts/shipping/service'
import { Type } from 'typebox'

/** The settings of shipping. */
export const config = defineConfig('shipping', {
  ...serviceSettings('shipping', shipping.port),
  CARRIER_DAY_SECONDS: setting(Type.Number({ minimum: 0.01 }), {
    default: 86_400,
    unit: 's',
    doc: 'How long a day of the sandbox carrier lasts.',
  }),
  SANDBOX_CARRIER_SECRET: secret(Type.String({ minLength: 16 }), {
    optional: true,
    doc: 'What the sandbox carrier signs its messages with (base64); without it none is taken.',
  }),
})
