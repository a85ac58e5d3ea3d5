import type { Handler } from '@stoa/contract'
import type { ServiceUptime } from '@stoa/contracts/monitoring/metrics-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { upMetric } from '../alerting/built-in-rules.ts'
import type { Deps } from '../deps.ts'
import type { StoredSeries } from '../series/stored-series.ts'
import { readDays, readUptime } from '../store/uptime.ts'

const hourMs = 3_600_000

interface Scrapes {
  readonly scrapes: number
  readonly succeeded: number
}

const share = <Key extends string>(key: Key, { scrapes, succeeded }: Scrapes) =>
  (scrapes === 0 ? {} : { [key]: succeeded / scrapes }) as { readonly [Name in Key]?: number }

export const listUptime =
  ({ clock, alerting }: Deps): Handler<MonitoringService, 'listUptime'> =>
  async ({ db }) => {
    const now = clock.now()
    await alerting.history().catchUp()
    const series = [...alerting.history().store.select([{ name: '__name__', operator: '=', value: upMetric }])]
    const ofService = Map.groupBy(series, ({ labels }) => labels['job'] ?? '')
    const items = (await readUptime(db, now)).map(({ service, since, month, day }): ServiceUptime => {
      const instances = ofService.get(service) ?? []
      const current = instances.filter(({ isEnded }) => !isEnded)
      return {
        service,
        instances: current.length,
        up: current.filter(({ value }) => value === 1).length,
        ...share('lastHour', scrapesSince(instances, now.epochMilliseconds)),
        ...share('last24Hours', day),
        ...share('last30Days', month),
        since: since.toString(),
      }
    })
    return { status: 200, body: { items } }
  }

/** The scrapes of the last hour: the value of `up` is 1 for each that succeeded, and 0 for the others. */
function scrapesSince(series: readonly StoredSeries[], nowMs: number): Scrapes {
  const runs = series.flatMap((each) => each.runs(nowMs - hourMs, nowMs))
  return {
    scrapes: runs.reduce((sum, { count }) => sum + count, 0),
    succeeded: runs.reduce((sum, { value, count }) => sum + value * count, 0),
  }
}

export const getUptime =
  ({ clock }: Deps): Handler<MonitoringService, 'getUptime'> =>
  async ({ params: { service }, query: { days = 30 }, db }) => {
    const since = clock.now().subtract({ hours: days * 24 })
    return { status: 200, body: { service, days: await readDays(db, service, since) } }
  }
