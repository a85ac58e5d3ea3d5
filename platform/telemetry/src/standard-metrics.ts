import { performance } from 'node:perf_hooks'
import type { Histogram, Metrics } from './metrics.ts'

/** Durations of the served requests, by method, route (a pattern, never a path) and status. */
export function httpServerRequestDuration(
  metrics: Metrics,
): Histogram<'http_request_method' | 'http_route' | 'http_response_status_code'> {
  return metrics.histogram('http_server_request_duration_seconds', 'Duration of HTTP server requests', [
    'http_request_method',
    'http_route',
    'http_response_status_code',
  ])
}

/** Durations of the calls that a service makes or serves, by method and status. */
export function rpcCallDuration(
  metrics: Metrics,
  side: 'client' | 'server',
): Histogram<'rpc_method' | 'rpc_status_code'> {
  return metrics.histogram(`rpc_${side}_call_duration_seconds`, `Duration of RPC calls at the ${side}`, [
    'rpc_method',
    'rpc_status_code',
  ])
}

/** The bounds in seconds that OpenTelemetry recommends for database operations. */
const databaseBuckets: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Durations of database operations from sending to response, by operation (`SELECT`), and by SQLSTATE if they failed. */
export function dbClientOperationDuration(
  metrics: Metrics,
): Histogram<'db_system_name' | 'db_namespace' | 'db_operation_name' | 'error_type'> {
  return metrics.histogram(
    'db_client_operation_duration_seconds',
    'Duration of database client operations',
    ['db_system_name', 'db_namespace', 'db_operation_name', 'error_type'],
    databaseBuckets,
  )
}

/** Registers the metrics of the process: CPU, memory and event loop. They are read for each scrape, without a timer. */
export function registerProcessMetrics(metrics: Metrics): void {
  metrics.gauge('process_start_time_seconds', 'Start of the process since the epoch', [], (gauge) =>
    gauge.set(performance.timeOrigin / 1_000),
  )
  metrics.counter('process_cpu_seconds_total', 'CPU time spent, user and system', [], (counter) => {
    const { user, system } = process.cpuUsage()
    counter.setTotal((user + system) / 1e6)
  })
  metrics.gauge('process_resident_memory_bytes', 'Resident memory', [], (gauge) => gauge.set(process.memoryUsage.rss()))
  const heapTotal = metrics.gauge('nodejs_heap_size_total_bytes', 'Size of the JavaScript heap')
  const external = metrics.gauge('nodejs_external_memory_bytes', 'Memory of objects outside the JavaScript heap')
  metrics.gauge('nodejs_heap_size_used_bytes', 'Used part of the JavaScript heap', [], (gauge) => {
    const usage = process.memoryUsage()
    gauge.set(usage.heapUsed)
    heapTotal.set(usage.heapTotal)
    external.set(usage.external)
  })
  metrics.gauge(
    'nodejs_eventloop_lag_seconds',
    'Delay of the event loop at the time of the scrape',
    [],
    async (gauge) => {
      const before = performance.now()
      await new Promise((resolve) => setImmediate(resolve))
      gauge.set((performance.now() - before) / 1_000)
    },
  )
  let last = performance.eventLoopUtilization()
  metrics.gauge(
    'nodejs_eventloop_utilization_ratio',
    'Busy share of the event loop since the last scrape',
    [],
    (gauge) => {
      const now = performance.eventLoopUtilization()
      gauge.set(performance.eventLoopUtilization(now, last).utilization)
      last = now
    },
  )
}
