import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { shipping } from '@stoa/contracts/shipping/service'
import { Type } from 'typebox'

/** The settings of shipping. */
export const config = defineConfig('shipping', {
  ...serviceSettings('shipping', shipping.port),
  CARRIER_DAY_SECONDS: setting(Type.Number({ minimum: 0.01 }), {
    default: 86_400,
    unit: 's',
    doc: 'Length of a day of the sandbox carrier.',
  }),
  SANDBOX_CARRIER_SECRET: secret(Type.String({ minLength: 16 }), {
    optional: true,
    doc: 'Secret with which the sandbox carrier signs its messages (base64); if omitted, messages are rejected.',
  }),
})
