import type { TaskHandler } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { prune } from '../span-buffer.ts'

/** Deletes spans after their retention, also while none arrive. */
export const pruneSpans =
  ({ database, retention, clock }: Deps): TaskHandler<MonitoringService, 'prune-spans'> =>
  () =>
    prune(database, retention, clock)
