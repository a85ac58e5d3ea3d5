import { nanosOf, scopeName } from './encode-otlp.ts'
import type { LogRecord } from './logger.ts'
import type { Attributes } from './span.ts'

/** The severity numbers of OpenTelemetry for the levels of the platform. */
const severities: Readonly<Record<LogRecord['level'], number>> = { debug: 5, info: 9, warn: 13, error: 17 }

/** Encodes log records of one process as an OTLP export request in JSON; fields are attributes, errors follow the conventions for exceptions. */
export function encodeLogs(records: readonly LogRecord[], resource: Attributes): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: keyValues(resource) },
        scopeLogs: [{ scope: { name: scopeName }, logRecords: records.map(toOtlp) }],
      },
    ],
  })
}

function toOtlp({ timeMs, level, message, fields }: LogRecord): object {
  const { traceId, spanId, error, ...others } = fields
  const time = nanosOf(timeMs)
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: severities[level],
    severityText: level,
    body: { stringValue: message },
    attributes: keyValues({ ...others, ...exceptionOf(error) }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
  }
}

/** A described error by the conventions for exceptions; what these have no name for stays in `error`. */
function exceptionOf(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null || !('type' in error)) return { error }
  const { type, message, stack, ...more } = error as Record<string, unknown>
  return {
    'exception.type': type,
    'exception.message': message,
    'exception.stacktrace': stack,
    error: Object.keys(more).length === 0 ? undefined : more,
  }
}

function keyValues(fields: Readonly<Record<string, unknown>>): object[] {
  const list: object[] = []
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) list.push({ key, value: anyValue(value) })
  }
  return list
}

function anyValue(value: unknown): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      if (Number.isSafeInteger(value)) return { intValue: value }
      return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) }
    default:
      if (typeof value !== 'object' || value === null) return {}
      if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
      return { kvlistValue: { values: keyValues(value as Record<string, unknown>) } }
  }
}
