import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { config as contract } from '@stoa/contracts/config/service'
import { Type } from 'typebox'

/** The settings of config. */
export const config = defineConfig('config', {
  ...serviceSettings('config', contract.port),
  SERVED_ENVIRONMENT: setting(
    Type.Union([Type.Literal('development'), Type.Literal('staging'), Type.Literal('production')]),
    {
      default: 'production',
      doc: 'Environment whose flags and configuration this system uses; the others are for preparing changes.',
    },
  ),
})
