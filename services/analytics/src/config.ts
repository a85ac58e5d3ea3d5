import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { analytics } from '@stoa/contracts/analytics/service'
import { Type } from 'typebox'

/** The settings of analytics. */
export const config = defineConfig('analytics', {
  ...serviceSettings('analytics', analytics.port),
  METRICS_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 400,
    unit: 'd',
    doc: 'Time for which the figures of each minute are kept.',
  }),
})
