import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { reporting } from '@stoa/contracts/reporting/service'
import { Type } from 'typebox'

/** The settings of reporting. */
export const config = defineConfig('reporting', {
  ...serviceSettings('reporting', reporting.port),
  REPORT_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 90,
    unit: 'd',
    doc: 'Time for which a report can be downloaded.',
  }),
  REPORT_FILE_MIB: setting(Type.Integer({ minimum: 1, maximum: 256 }), {
    default: 64,
    unit: 'MiB',
    doc: 'Largest file of a report; a report with a larger one fails.',
  }),
})
