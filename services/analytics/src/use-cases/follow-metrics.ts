import type { StreamHandler } from '@stoa/contract'
import type { AnalyticsService } from '@stoa/contracts/analytics/service'
import { latestChanges } from '../store/metrics.ts'

/** A follower that is further behind than this gets the latest values only; each window is in them once. */
const mostAtOnce = 200

/** Streams the latest values, then each change; `Last-Event-ID` continues behind a change. */
export const followMetrics: StreamHandler<AnalyticsService, 'followMetrics'> = async function* ({
  db,
  headers,
  follow,
}) {
  let after = Number(/^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0] ?? 0)
  let isFirst = true
  for await (const changes of follow('metrics', () => latestChanges(db, mostAtOnce))) {
    // an id from before the figures were deleted: everything is new
    if (isFirst && changes.every(({ change }) => change < after)) after = 0
    isFirst = false
    for (const { change, value } of changes) {
      if (change <= after) continue
      after = change
      yield { id: String(change), event: 'metric', data: value }
    }
  }
}
