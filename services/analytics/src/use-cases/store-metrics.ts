import type { BatchConsumer, TaskHandler } from '@stoa/contract'
import type { AnalyticsService } from '@stoa/contracts/analytics/service'
import type { Deps } from '../deps.ts'
import { deleteValues, storeValues } from '../store/metrics.ts'

/** Stores the latest result of each window; an older one changes nothing, whenever it arrives. */
export const storeMetrics: BatchConsumer<AnalyticsService, 'metrics'> = {
  async apply(events, tx) {
    await storeValues(
      tx,
      events.map(({ data }) => data),
    )
  },
}

const mostAtOnce = 10_000

/** Removes the figures that have been kept for long enough. */
export const pruneMetricsTask =
  ({ clock, database, retentionDays }: Deps): TaskHandler<AnalyticsService, 'prune-metrics'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * retentionDays })
    while ((await database.transaction((tx) => deleteValues(tx, before, mostAtOnce))) === mostAtOnce);
  }
