import { pino } from 'pino'
import { currentContext } from './context.ts'
import { fileDestination, type LogDestination } from './log-destination.ts'
import { redactField, redactText } from './redaction.ts'

/** The least severe level that is written; `silent` writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The field names that every line has; another field of that name would hide the origin of the line. */
export type ReservedLogField = 'timestamp' | 'level' | 'service' | 'env' | 'version' | 'message' | 'traceId' | 'spanId'

/** The fields of one line. `error` may be any thrown value: its stack and causes are written, redacted. */
export type LogFields = { readonly [field: string]: unknown } & { readonly [Field in ReservedLogField]?: never }

/** Writes structured lines, with the ids and log fields of the current trace context and without personal data. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same logger with these fields on every line. */
  child(fields: LogFields): Logger
}

/** A written line as it is exported: redacted, with the ids and fields of its context among its fields. */
export interface LogRecord {
  /** Milliseconds since the epoch, UTC. */
  readonly timeMs: number
  readonly level: Exclude<LogLevel, 'silent'>
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The options of a logger. */
export interface LoggerOptions {
  readonly service: string
  readonly environment: string
  readonly version: string
  readonly level?: LogLevel
  /** Standard output by default; pass one stream for all services of a process. */
  readonly destination?: LogDestination
  /** Called with each written line; it must not throw. */
  readonly onRecord?: ((record: LogRecord) => void) | undefined
}

const reserved = new Set<string>([
  'timestamp',
  'level',
  'service',
  'env',
  'version',
  'message',
  'traceId',
  'spanId',
] satisfies ReservedLogField[])

/**
 * Makes a logger that writes one JSON object per line: `timestamp` (RFC 3339, UTC), `level`, `service`, `env`, `version`,
 * `message`, `traceId`, `spanId` and the fields of the line. It never throws.
 */
export function createLogger(options: LoggerOptions): Logger {
  const writer = pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service, env: options.environment, version: options.version },
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {},
    },
    options.destination ?? fileDestination(),
  )
  const method = (
    level: Exclude<LogLevel, 'silent'>,
    bound: Readonly<Record<string, unknown>>,
  ): Logger[typeof level] => {
    if (!writer.isLevelEnabled(level)) return ignore
    const { onRecord } = options
    return (message, fields) => {
      const shown = redactText(message)
      const line = record(bound, fields)
      writer[level](line, shown)
      onRecord?.({ timeMs: Date.now(), level, message: shown, fields: line })
    }
  }
  const withBound = (bound: Readonly<Record<string, unknown>>): Logger => ({
    debug: method('debug', bound),
    info: method('info', bound),
    warn: method('warn', bound),
    error: method('error', bound),
    child: (fields) => withBound(withFields({ ...bound }, fields)),
  })
  return withBound({})
}

function ignore(): void {}

function record(bound: Readonly<Record<string, unknown>>, fields: LogFields | undefined): Record<string, unknown> {
  const context = currentContext()
  const line: Record<string, unknown> = {}
  if (context !== undefined) {
    line['traceId'] = context.traceId
    if (context.spanId !== '') line['spanId'] = context.spanId
    withFields(line, context.logFields)
  }
  for (const key in bound) line[key] = bound[key]
  return fields === undefined ? line : withFields(line, fields)
}

function withFields(line: Record<string, unknown>, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const key in fields) {
    const shown = shownValue(key, fields[key])
    if (shown !== undefined) line[reserved.has(key) ? `${key}_` : key] = shown
  }
  return line
}

// Reading a value may throw (a getter, a toJSON); the line is still written.
function shownValue(key: string, value: unknown): unknown {
  try {
    return redactField(key, value)
  } catch {
    return '[unreadable]'
  }
}
