import { analytics as contract } from '@stoa/contracts/analytics/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { followMetrics } from './use-cases/follow-metrics.ts'
import { readKpis } from './use-cases/read-kpis.ts'
import { pruneMetricsTask, storeMetrics } from './use-cases/store-metrics.ts'

/** Figures of the business: its table of contents. */
export const analyticsService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, config }): Deps => ({ clock, database, retentionDays: config.metricsRetentionDays }),
  bind: (deps) => ({
    operations: { readKpis: readKpis(deps), followMetrics },
    rpc: {},
    consumes: {},
    batches: { metrics: storeMetrics },
    sagas: {},
    tasks: { 'prune-metrics': pruneMetricsTask(deps) },
    personalData: 'none',
  }),
})
