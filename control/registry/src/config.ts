import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { registry } from '@stoa/contracts/registry/service'
import { Type } from 'typebox'

/** The settings of the registry. */
export const config = defineConfig('registry', {
  ...serviceSettings('registry', registry.port),
  LEASE_SECONDS: setting(Type.Integer({ minimum: 1, maximum: 3_600 }), {
    default: 30,
    unit: 's',
    doc: 'Time without a heartbeat after which an instance is removed.',
  }),
})
