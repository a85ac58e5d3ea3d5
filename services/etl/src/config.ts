import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { etl } from '@stoa/contracts/etl/service'
import { Type } from 'typebox'

/** The settings of etl. */
export const config = defineConfig('etl', {
  ...serviceSettings('etl', etl.port),
  LAKE_FOLDER: setting(Type.String({ minLength: 1 }), {
    default: '.stoa/lake',
    doc: 'Folder of the Delta tables; datamart reads the same folder.',
  }),
  LAKE_MEMORY_MIB: setting(Type.Integer({ minimum: 64, maximum: 1_048_576 }), {
    default: 512,
    unit: 'MiB',
    doc: 'Memory that DuckDB may use while a pipeline runs; work that needs more uses the disk.',
  }),
  LAKE_VERSION_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 7,
    unit: 'd',
    doc: 'Time for which earlier versions of the star schema can be read.',
  }),
  RUN_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 90,
    unit: 'd',
    doc: 'Time for which the runs of pipelines are listed.',
  }),
})
