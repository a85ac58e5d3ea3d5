import { performance } from 'node:perf_hooks'
import { fileDestination, type LogDestination } from './log-destination.ts'
import { createLogger, type Logger, type LogLevel } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { makeOtlpSink } from './otlp-sink.ts'
import { makeSpanPipeline, type SpanSink } from './span-pipeline.ts'
import { makeSpanStore } from './span-store.ts'
import { parseResourceAttributes } from './resource-attributes.ts'
import { samplerOf, type SamplingSettings } from './sampler.ts'
import { registerProcessMetrics } from './standard-metrics.ts'
import { makeTracer, type Tracer } from './tracer.ts'

/** What the telemetry of one service is made from. */
export interface TelemetryOptions extends SamplingSettings {
  readonly service: string
  readonly environment: string
  readonly version: string
  /** Tells the replicas of a service apart. */
  readonly instance: string
  readonly logLevel?: LogLevel
  /** Standard output unless given; the services of one process share one, which then outlives `close`. */
  readonly destination?: LogDestination
  /** Folder for all services' spans; none are kept on disk without it. */
  readonly spanFolder?: string | undefined
  /** Bytes of spans kept on disk for this service; 16 MiB unless given. */
  readonly maxSpanBytes?: number
  /** Collector for OTLP over HTTP; nothing is sent without it. */
  readonly otlpEndpoint?: string | undefined
  /** The service's name at the collector; `service` unless given. */
  readonly otlpServiceName?: string | undefined
  /** Further attributes at the collector, as `OTEL_RESOURCE_ATTRIBUTES` has them. */
  readonly resourceAttributes?: string | undefined
  readonly otlpHeaders?: Readonly<Record<string, string>>
  /** Further places for ended spans. */
  readonly spanSinks?: readonly SpanSink[]
}

/** Logs, metrics and spans of one service. Several can live in one process; only the trace context is shared. */
export interface Telemetry extends Tracer {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Resolves once all lines are written and all ended spans are stored or sent, or known to be lost. */
  flush(): Promise<void>
  /**
   * Flushes and lets go of all; what is logged after it still reaches standard output. Spans that are not stored or sent within
   * the time (10 s by default) are lost.
   */
  close(timeoutMs?: number): Promise<void>
}

/** Begins the telemetry of one service; `close` it last. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { service, environment, version, instance } = options
  const destination = options.destination ?? fileDestination()
  const logger = createLogger({ service, environment, version, destination, level: options.logLevel ?? 'info' })
  const metrics = createMetrics({
    onCollectError: (metric, error) => logger.warn('a metric could not be collected', { metric, error }),
  })
  registerProcessMetrics(metrics)
  const target = { service_name: service, service_version: version, service_instance_id: instance }
  metrics
    .gauge('target_info', 'The instrumented service', [...Object.keys(target), 'deployment_environment_name'])
    .set(1, { ...target, deployment_environment_name: environment })

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
    async flush() {
      await pipeline.flush()
      destination.flush()
    },
    async close(timeoutMs = 10_000) {
      const closing = pipeline.close()
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
  const { service, environment, version, instance, spanFolder, maxSpanBytes, otlpEndpoint, otlpHeaders } = options
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
  if (otlpEndpoint !== undefined) {
    const headers = otlpHeaders === undefined ? {} : { headers: otlpHeaders }
    sinks.push(
      makeOtlpSink({
        endpoint: otlpEndpoint,
        service: options.otlpServiceName ?? service,
        instance,
        environment,
        version,
        attributes: parseResourceAttributes(options.resourceAttributes),
        ...headers,
      }),
    )
  }
  return sinks
}

function atMostEvery<Argument>(intervalMs: number, fn: (argument: Argument) => void): (argument: Argument) => void {
  let nextMs = 0
  return (argument) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + intervalMs
    fn(argument)
  }
}

// Date.now has no fractions, performance.now drifts from the wall clock (and stands still while a laptop sleeps): the
// one is anchored to the other again when they are apart.
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
