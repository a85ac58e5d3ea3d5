import { parseInstant, type Handler } from '@stoa/contract'
import type { AnalyticsService } from '@stoa/contracts/analytics/service'
import type { Deps } from '../deps.ts'
import { toKpis } from '../domain/kpis.ts'
import { mostIntervals, rangeOf } from '../domain/range.ts'
import { readSums } from '../store/metrics.ts'

export const readKpis =
  ({ clock }: Deps): Handler<AnalyticsService, 'readKpis'> =>
  async ({ query: { from, to, interval = 'minute', currency }, db, refuse }) => {
    const period = {
      ...(from === undefined ? {} : { from: parseInstant(from) }),
      ...(to === undefined ? {} : { to: parseInstant(to) }),
    }
    const range = rangeOf(period, interval, clock.now())
    if (range === undefined) {
      return refuse('analytics.range_invalid', `A range has 1 to ${mostIntervals} intervals of one ${interval}.`)
    }
    const sums = await readSums(db, range, { interval, currency })
    const newest = sums
      .map(({ computedAt }) => computedAt)
      .toSorted(Temporal.Instant.compare)
      .at(-1)
    return {
      status: 200,
      body: {
        from: range.from.toString(),
        to: range.to.toString(),
        interval,
        items: sums.map(toKpis),
        ...(newest === undefined ? {} : { asOf: newest.toString() }),
      },
    }
  }
