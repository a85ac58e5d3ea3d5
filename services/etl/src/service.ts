import { resolve } from 'node:path'
import { etl as contract } from '@stoa/contracts/etl/service'
import { makeDuck, makeTableReader } from '@stoa/lake'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { getRun, listPipelines, listRuns, startRun } from './use-cases/manage-runs.ts'
import { pruneLakeTask } from './use-cases/prune-lake.ts'
import { runPipelineTask, scheduleEventsToLakeTask, scheduleStarSchemaTask } from './use-cases/run-pipeline.ts'
import { stageEvents } from './use-cases/stage-events.ts'

/** Pipelines into the lake and the star schema: its table of contents. */
export const etlService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, caughtUp, config: settings }): Deps => {
    const lake = resolve(settings.lakeFolder)
    return {
      clock,
      newId,
      database,
      logger: telemetry.logger,
      caughtUp,
      lake,
      tables: makeTableReader(),
      duck: makeDuck({ folder: lake, memoryMiB: settings.lakeMemoryMib, mostAtOnce: 1 }),
      versionRetentionDays: settings.lakeVersionRetentionDays,
      runRetentionDays: settings.runRetentionDays,
    }
  },
  onStop: ({ duck }) => duck.close(),
  bind: (deps) => ({
    operations: { listPipelines, listRuns, getRun, startRun: startRun(deps) },
    rpc: {},
    consumes: {},
    batches: { events: stageEvents },
    sagas: {},
    tasks: {
      'run-pipeline': runPipelineTask(deps),
      'schedule-events-to-lake': scheduleEventsToLakeTask(deps),
      'schedule-star-schema': scheduleStarSchemaTask(deps),
      'prune-lake': pruneLakeTask(deps),
    },
    personalData: 'none',
  }),
})
