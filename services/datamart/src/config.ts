import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { datamart } from '@stoa/contracts/datamart/service'
import { Type } from 'typebox'

/** The settings of datamart. */
export const config = defineConfig('datamart', {
  ...serviceSettings('datamart', datamart.port),
  LAKE_FOLDER: setting(Type.String({ minLength: 1 }), {
    default: '.stoa/lake',
    doc: 'Folder of the Delta tables, which etl writes.',
  }),
  MART_MEMORY_MIB: setting(Type.Integer({ minimum: 64, maximum: 1_048_576 }), {
    default: 256,
    unit: 'MiB',
    doc: 'Memory that all queries together may use; work that needs more uses the disk.',
  }),
  MART_QUERY_TIMEOUT_MS: setting(Type.Integer({ minimum: 100, maximum: 14_000 }), {
    default: 10_000,
    unit: 'ms',
    doc: 'Time that a query may take.',
  }),
})
