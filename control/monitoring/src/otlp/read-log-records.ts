import { redactField } from '@stoa/telemetry'
import type { AnyValue, KeyValue, OtlpLogRecord, OtlpLogsRequest } from './otlp-request.ts'
import type { Period } from './read-spans.ts'
import { severityOf } from './severity.ts'
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

/** A log record as it is stored. */
export interface ReceivedLogRecord extends Origin {
  /** Milliseconds since the epoch, with microseconds. */
  readonly timeMs: number
  /** From 1 to 24, as OpenTelemetry numbers severities. */
  readonly severity: number
  readonly message: string
  /** A JSON object. */
  readonly attributes: string
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/** The records of a request, and how many were refused. */
export interface ReadLogRecords {
  readonly records: ReceivedLogRecord[]
  readonly rejected: number
  /** Why the first refused record was refused. */
  readonly reason: string | undefined
}

// Of one record, so that it takes the place of others only within limits.
const maxText = 8_000
const maxKey = 200
const maxAttributes = 64
const maxItems = 100
const maxDepth = 4
const maxAttributesLength = 16_000

/** Reads the log records of an OTLP request: each that is valid, within limits of size, without personal data. */
export function readLogRecords(request: OtlpLogsRequest, period: Period, nowMs: number): ReadLogRecords {
  const records: ReceivedLogRecord[] = []
  let rejected = 0
  for (const { resource, scopeLogs } of listOf(request.resourceLogs)) {
    const origin = originOf(resource)
    for (const { scope, logRecords } of listOf(scopeLogs)) {
      const isRedacted = scope?.name === redactingScope
      for (const each of listOf(logRecords)) {
        const timeMs = millisOf(each.timeUnixNano) ?? millisOf(each.observedTimeUnixNano) ?? nowMs
        if (timeMs < period.fromMs || timeMs > period.toMs) rejected += 1
        else records.push(readRecord(each, { origin, isRedacted, timeMs }))
      }
    }
  }
  const reason = rejected === 0 ? undefined : 'the time of a log record is outside of the retention'
  return { records, rejected, reason }
}

interface Source {
  readonly origin: Origin
  readonly isRedacted: boolean
  readonly timeMs: number
}

function readRecord(record: OtlpLogRecord, { origin, isRedacted, timeMs }: Source): ReceivedLogRecord {
  const { traceId, spanId, severityNumber, severityText } = record
  const isTraced = isId(traceId, 32)
  return {
    ...origin,
    timeMs,
    severity: severityOf(severityNumber, severityText),
    message: messageOf(record.body, isRedacted),
    attributes: attributesOf(record.attributes, isRedacted),
    traceId: isTraced ? traceId.toLowerCase() : undefined,
    spanId: isTraced && isId(spanId, 16) ? spanId.toLowerCase() : undefined,
  }
}

/** The text of a body; of a structured one its JSON. */
function messageOf(body: AnyValue | undefined, isRedacted: boolean): string {
  if (typeof body?.stringValue === 'string') return textOf(body.stringValue, maxText, isRedacted).toWellFormed()
  const plain = plainOf(body, 0)
  const shown = isRedacted ? plain : redactField('body', plain)
  return shown === undefined ? '' : JSON.stringify(shown).slice(0, maxText)
}

/** The attributes as JSON; those that do not fit are left out, as OpenTelemetry calls it dropped. */
function attributesOf(pairs: readonly KeyValue[] | undefined, isRedacted: boolean): string {
  const parts: string[] = []
  let length = 0
  let dropped = 0
  for (const pair of listOf(pairs)) {
    const { key } = pair
    if (typeof key !== 'string' || isPersonal(key)) continue
    const plain = plainOf(shownValueOf(pair), 0)
    if (plain === undefined) continue
    const name = withoutNull(key.slice(0, maxKey))
    const part = `${JSON.stringify(name)}:${JSON.stringify(isRedacted ? plain : redactField(key, plain))}`
    if (parts.length >= maxAttributes || length + part.length > maxAttributesLength) dropped += 1
    else {
      parts.push(part)
      length += part.length
    }
  }
  if (dropped > 0) parts.push(`"otel.dropped_attributes_count":${dropped}`)
  return `{${parts.join(',')}}`
}

function plainOf(value: AnyValue | undefined, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value
  if (typeof stringValue === 'string') return withoutNull(stringValue.slice(0, maxText)).toWellFormed()
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined) return numberOf(intValue)
  if (doubleValue !== undefined) return numberOf(doubleValue)
  if (typeof bytesValue === 'string') return `[${Math.floor((bytesValue.length * 3) / 4)} bytes]`
  if (arrayValue === undefined && kvlistValue === undefined) return undefined
  if (depth >= maxDepth) return '[deeper]'
  if (arrayValue !== undefined) {
    const items = listOf(arrayValue?.values).slice(0, maxItems)
    return items.map((item) => plainOf(item, depth + 1) ?? null)
  }
  const pairs = listOf(kvlistValue?.values).slice(0, maxItems)
  // Not assigned one by one: a key can be __proto__.
  return Object.fromEntries(
    pairs.flatMap((pair) => {
      const { key } = pair
      if (typeof key !== 'string' || isPersonal(key)) return []
      return [[withoutNull(key.slice(0, maxKey)), plainOf(shownValueOf(pair), depth + 1) ?? null]]
    }),
  )
}
