import type { TaskHandler } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { pruneLogs as prune } from '../log-buffer.ts'

/** Deletes log records after their retention, also while none arrive. */
export const pruneLogs =
  ({ database, logRetention, clock }: Deps): TaskHandler<MonitoringService, 'prune-logs'> =>
  () =>
    prune(database, logRetention, clock)
