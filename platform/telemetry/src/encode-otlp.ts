import type { AttributeValue, Attributes, EndedSpan, SpanKind } from './span.ts'

const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
/** The instrumentation scope of the spans and log records that the platform makes. */
export const scopeName = '@stoa/telemetry'

/** Encodes spans of one process as an OTLP export request in JSON (opentelemetry-proto 1.x: hexadecimal ids, enums as numbers). */
export function encodeSpans(spans: readonly EndedSpan[], resource: Attributes): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: scopeName }, spans: spans.map(toOtlp) }],
      },
    ],
  })
}

function toOtlp(span: EndedSpan): object {
  const { context, parentSpanId, links, events } = span
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    ...(context.traceState === undefined ? {} : { traceState: context.traceState }),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: nanosOf(span.startMs),
    endTimeUnixNano: nanosOf(span.endMs),
    attributes: keyValues(span.attributes),
    ...(events.length === 0 ? {} : { events: events.map(toOtlpEvent) }),
    ...(links.length === 0 ? {} : { links: links.map(({ traceId, spanId }) => ({ traceId, spanId })) }),
    status: span.status === 'error' ? { code: 2, message: span.statusMessage ?? '' } : {},
  }
}

function toOtlpEvent({ name, timeMs, attributes }: EndedSpan['events'][number]): object {
  return { name, timeUnixNano: nanosOf(timeMs), attributes: keyValues(attributes) }
}

/** A number of 64 bits is a string in JSON of protobuf; a JavaScript number would not hold it. */
export function nanosOf(ms: number): string {
  const micros = Math.round(ms * 1_000)
  return `${micros}000`
}

function keyValues(attributes: Attributes): object[] {
  const list: object[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value !== undefined) list.push({ key, value: anyValue(value) })
  }
  return list
}

function anyValue(value: AttributeValue): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value }
    default:
      return { arrayValue: { values: value.map(anyValue) } }
  }
}
