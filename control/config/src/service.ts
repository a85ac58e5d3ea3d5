import { config as contract } from '@stoa/contracts/config/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makeEvaluationLog } from './evaluation-log.ts'
import { makeServedFlags } from './served-flags.ts'
import { promoteConfiguration, replaceConfiguration, rollBackConfiguration } from './use-cases/change-configuration.ts'
import { killFlag, promoteFlag, replaceFlagRules, reviveFlag, rollBackFlag } from './use-cases/change-flag.ts'
import { replaceApplication } from './use-cases/change-application.ts'
import { createFlag, declare, deleteFlag } from './use-cases/create-flag.ts'
import { followApplication, pruneEvaluationsTask, recordEvaluations } from './use-cases/follow-application.ts'
import { ofrep } from './use-cases/ofrep.ts'
import {
  compareConfiguration,
  followConfiguration,
  getApplication,
  getConfiguration,
  listApplicationChanges,
  listApplications,
  listConfigurationChanges,
} from './use-cases/read-configuration.ts'
import {
  getFlag,
  getServedFlag,
  listEnvironments,
  listFlagChanges,
  listFlags,
  listStaleFlags,
} from './use-cases/read-flags.ts'

/** Feature flags and configuration, by environment: its table of contents. */
export const configService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, telemetry, config }): Deps => ({
    clock,
    database,
    served: config.servedEnvironment,
    servedFlags: makeServedFlags(config.servedEnvironment),
    evaluationLog: makeEvaluationLog(database, clock, telemetry.logger),
  }),
  onStop: ({ evaluationLog }) => evaluationLog.close(),
  bind: (deps) => ({
    operations: {
      listEnvironments: listEnvironments(deps),
      listFlags: listFlags(deps),
      createFlag: createFlag(deps),
      getServedFlag: getServedFlag(deps),
      deleteFlag: deleteFlag(deps),
      getFlag,
      replaceFlagRules: replaceFlagRules(deps),
      killFlag: killFlag(deps),
      reviveFlag: reviveFlag(deps),
      promoteFlag: promoteFlag(deps),
      rollBackFlag: rollBackFlag(deps),
      listFlagChanges,
      listStaleFlags: listStaleFlags(deps),
      listApplications,
      getApplication,
      replaceApplication: replaceApplication(deps),
      listApplicationChanges,
      getConfiguration,
      replaceConfiguration: replaceConfiguration(deps),
      listConfigurationChanges,
      compareConfiguration,
      rollBackConfiguration: rollBackConfiguration(deps),
      promoteConfiguration: promoteConfiguration(deps),
      followConfiguration,
      declare: declare(deps),
      followApplication: followApplication(deps),
      recordEvaluations,
      ofrep: ofrep(deps),
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: { 'prune-evaluations': pruneEvaluationsTask(deps) },
    personalData: 'none',
  }),
})
