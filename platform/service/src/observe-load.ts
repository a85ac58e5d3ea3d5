import type { LoadShedder } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'

/** Registers the metrics of a load shedder; they are read for each scrape. */
export function observeLoad(load: LoadShedder, { metrics }: Pick<Telemetry, 'metrics'>): void {
  metrics.gauge(
    'service_load_limit',
    'Requests that may be in progress at once; it follows their latency',
    [],
    (gauge) => gauge.set(load.snapshot().limit),
  )
  metrics.gauge('service_load_in_progress', 'Requests in progress that count against the limit', [], (gauge) =>
    gauge.set(load.snapshot().inProgress),
  )
  metrics.counter(
    'service_load_shed_total',
    'Requests refused by priority (low: reads without a token, normal: other requests, high: calls of services), or as their caller had its share',
    ['reason'],
    (counter) => {
      for (const [reason, count] of Object.entries(load.snapshot().refused)) counter.setTotal(count, { reason })
    },
  )
}
