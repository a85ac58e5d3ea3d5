import { redactField, type StoredSpan } from '@stoa/telemetry'
import type { AnyValue, KeyValue, OtlpRequest, OtlpSpan } from './otlp-request.ts'
import {
  isId,
  isPersonal,
  listOf,
  millisOf,
  numberOf,
  originOf,
  redactingScope,
  shownValueOf,
  textOf,
  withoutNull,
  type Origin,
} from './values.ts'

/** The spans of a request, and how many were refused. */
export interface ReadSpans {
  readonly spans: StoredSpan[]
  readonly rejected: number
  /** Why the first refused span was refused. */
  readonly reason: string | undefined
}

/** The times that are accepted. */
export interface Period {
  /** Milliseconds since the epoch. */
  readonly fromMs: number
  readonly toMs: number
}

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const kindNames = /^SPAN_KIND_(INTERNAL|SERVER|CLIENT|PRODUCER|CONSUMER)$/

const maxName = 500
const maxText = 2_000
const maxAttributes = 64
const maxEvents = 8
const maxLinks = 32

/** Reads the spans of an OTLP request: each that is valid, within limits of size, without personal data. */
export function readSpans(request: OtlpRequest, period: Period): ReadSpans {
  const spans: StoredSpan[] = []
  let rejected = 0
  let reason: string | undefined
  for (const resourceSpans of listOf(request.resourceSpans)) {
    const origin = originOf(resourceSpans.resource)
    for (const { scope, spans: sent } of listOf(resourceSpans.scopeSpans)) {
      const isRedacted = scope?.name === redactingScope
      for (const each of listOf(sent)) {
        const span = readSpan(each, { origin, period, isRedacted })
        if (typeof span !== 'string') spans.push(span)
        else {
          rejected += 1
          reason ??= span
        }
      }
    }
  }
  return { spans, rejected, reason }
}

interface Source {
  readonly origin: Origin
  readonly period: Period
  readonly isRedacted: boolean
}

/** A span, or why it is refused. */
function readSpan(span: OtlpSpan, { origin, period, isRedacted }: Source): StoredSpan | string {
  const { traceId, spanId, parentSpanId } = span
  if (!isId(traceId, 32)) return 'traceId is not the id of a trace'
  if (!isId(spanId, 16)) return 'spanId is not the id of a span'
  const startMs = millisOf(span.startTimeUnixNano)
  const endMs = millisOf(span.endTimeUnixNano)
  if (startMs === undefined || endMs === undefined) return 'a time is missing'
  if (startMs < period.fromMs || startMs > period.toMs) return 'the time of a span is outside of the retention'
  const isFailed = span.status?.code === 2 || span.status?.code === 'STATUS_CODE_ERROR'
  const links = listOf(span.links).flatMap(({ traceId, spanId }) =>
    isId(traceId, 32) && isId(spanId, 16) ? [{ traceId: traceId.toLowerCase(), spanId: spanId.toLowerCase() }] : [],
  )
  const events = listOf(span.events).slice(0, maxEvents)
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    ...(isId(parentSpanId, 16) ? { parentSpanId: parentSpanId.toLowerCase() } : {}),
    ...origin,
    name: textOf(span.name, maxName, isRedacted),
    kind: kindOf(span.kind),
    startMs,
    durationMs: Math.round(Math.max(0, endMs - startMs) * 1_000) / 1_000,
    ...(isFailed ? { status: 'error', statusMessage: textOf(span.status?.message, maxName, isRedacted) } : {}),
    attributes: attributesOf(span.attributes, isRedacted),
    ...(links.length === 0 ? {} : { links: links.slice(0, maxLinks) }),
    ...(events.length === 0
      ? {}
      : {
          events: events.map(({ name, timeUnixNano, attributes }) => ({
            name: textOf(name, maxName, isRedacted),
            timeMs: millisOf(timeUnixNano) ?? startMs,
            attributes: attributesOf(attributes, isRedacted),
          })),
        }),
  }
}

type Attributes = NonNullable<StoredSpan['attributes']>

function attributesOf(pairs: readonly KeyValue[] | undefined, isRedacted: boolean, depth = 0): Attributes {
  const attributes: Attributes = {}
  let count = 0
  for (const pair of listOf(pairs)) {
    const { key } = pair
    if (typeof key !== 'string' || isPersonal(key)) continue
    const plain = plainOf(shownValueOf(pair), { depth, isRedacted })
    if (plain === undefined) continue
    count += 1
    if (count > maxAttributes) break
    attributes[key.slice(0, maxName)] = (isRedacted ? plain : redactField(key, plain)) as Attributes[string]
  }
  return attributes
}

interface Nested {
  readonly depth: number
  readonly isRedacted: boolean
}

function plainOf(value: AnyValue | undefined, { depth, isRedacted }: Nested): unknown {
  if (typeof value !== 'object' || value === null || depth > 2) return undefined
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value
  if (typeof stringValue === 'string') return withoutNull(stringValue.slice(0, maxText))
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined) return numberOf(intValue)
  if (doubleValue !== undefined) return numberOf(doubleValue)
  if (arrayValue !== undefined) {
    const items = listOf(arrayValue?.values).slice(0, maxAttributes)
    return items.map((item) => plainOf(item, { depth: depth + 1, isRedacted }) ?? null)
  }
  if (kvlistValue === undefined) return undefined
  // Nested attributes, which no convention of OpenTelemetry uses for spans, as text, each redacted by its own name.
  return JSON.stringify(attributesOf(kvlistValue?.values, isRedacted, depth + 1)).slice(0, maxText)
}

function kindOf(kind: unknown): StoredSpan['kind'] {
  if (typeof kind === 'number') return kinds[kind] ?? 'internal'
  const [, name] = typeof kind === 'string' ? (kindNames.exec(kind) ?? []) : []
  return (name?.toLowerCase() ?? 'internal') as StoredSpan['kind']
}
