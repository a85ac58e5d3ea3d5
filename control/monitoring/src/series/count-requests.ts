import type { ServiceRequests } from '../store/request-hours.ts'
import type { ScrapedTarget } from './make-round.ts'
import type { SeriesStore } from './series-store.ts'

/** The counter of the requests that a service has served. */
export const requestMetric = 'http_server_request_duration_seconds_count'

/**
 * How many requests each service has served since the round that is stored last, and how many of these failed. A series that begins at a
 * target that is known counts from 0, so that the first failure of a kind counts; a target that is new counts from its next round.
 */
export function countRequests(store: SeriesStore, scraped: readonly ScrapedTarget[]): ServiceRequests[] {
  const counts = new Map<string, { requests: number; failed: number }>()
  for (const { target, samples, labelsOf } of scraped) {
    if (!store.hasTarget(target)) continue
    for (const [key, value] of samples) {
      if (!key.startsWith(`${requestMetric}{`) || !Number.isFinite(value)) continue
      const before = store.find(target, key)?.lastValue ?? 0
      // the process has started anew
      const added = Math.round(value < before ? value : value - before)
      if (added <= 0) continue
      const { job = '', http_response_status_code: code = '' } = labelsOf(key)
      const count = counts.get(job) ?? { requests: 0, failed: 0 }
      counts.set(job, count)
      count.requests += added
      if (code.startsWith('5')) count.failed += added
    }
  }
  return [...counts].map(([service, count]) => ({ service, ...count }))
}
