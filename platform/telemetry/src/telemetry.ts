import { performance } from 'node:perf_hooks'
import { fileDestination, type LogDestination } from './log-destination.ts'
import { createLogger, type Logger, type LogLevel } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { withLocalLogs } from './context.ts'
import { encodeSpans } from './encode-otlp.ts'
import { makeLogExport, sendsLogs, type LogExportSettings } from './log-export.ts'
import { makeOtlpSink, type OtlpSinkOptions } from './otlp-sink.ts'
import { makeSpanPipeline, type SpanSink } from './span-pipeline.ts'
import { makeSpanStore } from './span-store.ts'
import { parsePairs } from './pairs.ts'
import type { Pipeline } from './pipeline.ts'
import { samplerOf, type SamplingSettings } from './sampler.ts'
import { registerProcessMetrics } from './standard-metrics.ts'
import { makeTracer, type Tracer } from './tracer.ts'

/** The options of the telemetry of one service. */
export interface TelemetryOptions extends SamplingSettings, LogExportSettings {
  readonly service: string
  readonly environment: string
  readonly version: string
  /** Distinguishes the replicas of a service. */
  readonly instance: string
  readonly logLevel?: LogLevel
  /** Standard output by default; the services of one process share a destination, which then outlives `close`. */
  readonly destination?: LogDestination
  /** Folder for the spans of all services; if omitted, spans are not stored. */
  readonly spanFolder?: string | undefined
  /** Maximum bytes of stored spans of this service; 16 MiB by default. */
  readonly maxSpanBytes?: number
  /** Collector for OTLP over HTTP; if omitted, spans and log lines are not sent. */
  readonly otlpEndpoint?: string | undefined
  /** The name of the service in the collector; `service` by default. */
  readonly otlpServiceName?: string | undefined
  /** Additional attributes in the collector, in the format of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes?: string | undefined
  /** Headers for the collector, in the format of `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly otlpHeaders?: string | undefined
  /** Additional destinations of ended spans. */
  readonly spanSinks?: readonly SpanSink[]
}

/** Logs, metrics and spans of one service. Several can live in one process; only the trace context is shared. */
export interface Telemetry extends Tracer {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Resolves when all lines are written and all ended spans are stored, sent or dropped. */
  flush(): Promise<void>
  /**
   * Flushes and releases everything; later log lines still reach standard output. Spans that are not stored or sent within the
   * time (10 s by default) are lost.
   */
  close(timeoutMs?: number): Promise<void>
}

/** Starts the telemetry of one service; `close` it last. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { service, environment, version, instance } = options
  const destination = options.destination ?? fileDestination()
  const logExport = logExportOf(options, (count, error) => {
    droppedLogs.add(count)
    warnOfLostLogs(error)
  })
  const logger = createLogger({
    service,
    environment,
    version,
    destination,
    level: options.logLevel ?? 'info',
    onRecord: logExport?.add,
  })
  sendsLogs(options.logsExporter, (name) => logger.warn('OTEL_LOGS_EXPORTER contains an unknown exporter', { name }))
  const metrics = createMetrics({
    onCollectError: (metric, error) => logger.warn('a metric could not be collected', { metric, error }),
  })
  registerProcessMetrics(metrics)
  const target = { service_name: service, service_version: version, service_instance_id: instance }
  metrics
    .gauge('target_info', 'The instrumented service', [...Object.keys(target), 'deployment_environment_name'])
    .set(1, { ...target, deployment_environment_name: environment })

  const droppedLogs = metrics.counter('telemetry_logs_dropped_total', 'Log lines that were written and not sent')
  const warnOfLostLogs = atMostEvery(60_000, (error: unknown) =>
    withLocalLogs(() => logger.warn('log lines are not sent to the collector', { error })),
  )
  const dropped = metrics.counter('telemetry_spans_dropped_total', 'Dropped spans')
  const warnOfDrops = atMostEvery(60_000, (error: unknown) => logger.warn('spans are being lost', { error }))
  const pipeline = makeSpanPipeline({
    sinks: sinksOf(options),
    onDropped: (count, error) => {
      dropped.add(count)
      warnOfDrops(error)
    },
  })
  const tracer = makeTracer({
    sampler: samplerOf(options, (message, fields) => logger.warn(message, fields)),
    onEnd: pipeline.add,
    now: makeWallClock(),
  })
  return {
    logger,
    metrics,
    ...tracer,
    ...endOf(options, destination, logExport === undefined ? [pipeline] : [pipeline, logExport]),
  }
}

type Ending = Pick<Pipeline<never>, 'flush' | 'close'>

function endOf(
  options: TelemetryOptions,
  destination: LogDestination,
  pipelines: readonly Ending[],
): Pick<Telemetry, 'flush' | 'close'> {
  return {
    async flush() {
      await Promise.all(pipelines.map((each) => each.flush()))
      destination.flush()
    },
    async close(timeoutMs = 10_000) {
      const closing = Promise.all(pipelines.map((each) => each.close()))
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, timeoutMs)
      await Promise.race([closing, late])
      clearTimeout(timer)
      closing.catch(() => {})
      if (options.destination === undefined) destination.close()
      else destination.flush()
    },
  }
}

function sinksOf(options: TelemetryOptions): SpanSink[] {
  const { service, instance, spanFolder, maxSpanBytes } = options
  const sinks = [...(options.spanSinks ?? [])]
  if (spanFolder !== undefined) {
    sinks.push(
      makeSpanStore({
        folder: spanFolder,
        service,
        instance,
        ...(maxSpanBytes === undefined ? {} : { maxBytes: maxSpanBytes }),
      }),
    )
  }
  const collector = collectorOf(options)
  if (collector !== undefined) {
    sinks.push(makeOtlpSink({ path: '/v1/traces', what: 'spans', encode: encodeSpans }, collector))
  }
  return sinks
}

function logExportOf(options: TelemetryOptions, onDropped: (count: number, error: unknown) => void) {
  const collector = collectorOf(options)
  return collector === undefined || !sendsLogs(options.logsExporter)
    ? undefined
    : makeLogExport(options, collector, onDropped)
}

function collectorOf(options: TelemetryOptions): OtlpSinkOptions | undefined {
  const { service, environment, version, instance, otlpEndpoint, otlpHeaders } = options
  if (otlpEndpoint === undefined) return undefined
  return {
    endpoint: otlpEndpoint,
    service: options.otlpServiceName ?? service,
    instance,
    environment,
    version,
    attributes: parsePairs(options.resourceAttributes),
    headers: parsePairs(otlpHeaders),
  }
}

function atMostEvery<Argument>(intervalMs: number, fn: (argument: Argument) => void): (argument: Argument) => void {
  let nextMs = 0
  return (argument) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + intervalMs
    fn(argument)
  }
}

// Date.now has no fractions, and performance.now drifts from the wall clock (and stops while a laptop sleeps): it is aligned
// with Date.now again whenever they differ by 5 ms.
function makeWallClock(): () => number {
  let offsetMs = performance.timeOrigin
  return () => {
    const nowMs = offsetMs + performance.now()
    const driftMs = Date.now() - nowMs
    if (driftMs < 5 && driftMs > -5) return nowMs
    offsetMs += driftMs
    return nowMs + driftMs
  }
}
