import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { TraceContext } from './context.ts'
import { attributes as names } from './semantic-conventions.ts'
import type { EndedSpan, SpanKind } from './span.ts'
import type { SpanOrigin } from './span-store.ts'
import type { SpanSink } from './span-pipeline.ts'

interface OtlpSinkOptions extends SpanOrigin {
  /** The URL of the collector without a path, as in OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly environment: string
  readonly version: string
  /** Additional attributes of the resource; those of the platform take precedence. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

type Send = (spans: readonly EndedSpan[]) => Promise<void>

const batchesUnderWay = 8

/**
 * Sends spans to a collector by OTLP over HTTP with the exporter of OpenTelemetry, which is loaded for the first batch. If the
 * collector is unavailable, spans are lost and memory stays bounded: beyond 8 batches in progress a write is rejected.
 */
export function makeOtlpSink(options: OtlpSinkOptions): SpanSink {
  let exporter: Promise<{ send: Send; shutdown: () => Promise<void> }> | undefined
  let underWay = 0
  return {
    async write(spans) {
      if (underWay >= batchesUnderWay)
        throw new Error(`the collector at ${options.endpoint} is too slow: spans are dropped`)
      underWay += 1
      try {
        exporter ??= loadExporter(options)
        await (await exporter).send(spans)
      } finally {
        underWay -= 1
      }
    },
    close: async () => (await exporter)?.shutdown(),
  }
}

async function loadExporter(options: OtlpSinkOptions): Promise<{ send: Send; shutdown: () => Promise<void> }> {
  const [{ OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({
    url,
    ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
  })
  const resource = resourceFromAttributes({
    ...options.attributes,
    [names.telemetrySdkName]: scope.name,
    [names.telemetrySdkLanguage]: 'nodejs',
    [names.telemetrySdkVersion]: options.version,
    [names.serviceName]: options.service,
    [names.serviceVersion]: options.version,
    [names.serviceInstanceId]: options.instance,
    [names.deploymentEnvironmentName]: options.environment,
  })
  const send: Send = (spans) =>
    new Promise((resolve, reject) => {
      exporter.export(
        spans.map((span) => toReadableSpan(span, resource)),
        ({ code, error }) => (code === 0 ? resolve() : reject(error ?? new Error(`${url} rejected the spans`))),
      )
    })
  return { send, shutdown: () => exporter.shutdown() }
}

const kinds: Readonly<Record<SpanKind, number>> = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 }
const scope = { name: '@stoa/telemetry' }

function toReadableSpan(span: EndedSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { context, parentSpanId } = span
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => spanContextOf(context),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: spanContextOf({ ...context, spanId: parentSpanId }) }),
    startTime: toHrTime(span.startMs),
    endTime: toHrTime(span.endMs),
    duration: toHrTime(span.endMs - span.startMs),
    ended: true,
    status: span.status === 'error' ? { code: 2, message: span.statusMessage ?? '' } : { code: 0 },
    attributes: span.attributes,
    links: span.links.map(({ traceId, spanId }) => ({ context: { traceId, spanId, traceFlags: 1 } })),
    events: span.events.map(({ name, timeMs, attributes }) => ({
      name,
      time: toHrTime(timeMs),
      attributes: attributes as ReadableSpan['attributes'],
    })),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function spanContextOf(context: TraceContext): ReturnType<ReadableSpan['spanContext']> {
  const { traceId, spanId, traceState } = context
  if (traceState === undefined) return { traceId, spanId, traceFlags: 1 }
  return { traceId, spanId, traceFlags: 1, traceState: asTraceState(traceState) }
}

type TraceState = NonNullable<ReturnType<ReadableSpan['spanContext']>['traceState']>

// The exporter only serializes it and never changes it.
function asTraceState(header: string): TraceState {
  const state: TraceState = {
    get: (key) =>
      header
        .split(',')
        .find((member) => member.startsWith(`${key}=`))
        ?.slice(key.length + 1),
    set: () => state,
    unset: () => state,
    serialize: () => header,
  }
  return state
}

function toHrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000)
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)]
}
