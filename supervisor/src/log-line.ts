/** A line of a log as far as it is shown to people. */
export interface LogLine {
  readonly timestamp: string
  readonly level: string
  readonly service: string
  readonly message: string
  readonly traceId: string | undefined
  /** The line's own fields, without what every line has. */
  readonly fields: Readonly<Record<string, unknown>>
}

const shownEverywhere = new Set([
  'timestamp',
  'level',
  'service',
  'env',
  'version',
  'message',
  'traceId',
  'spanId',
  'pid',
  'hostname',
])

/** Reads one line of JSON; undefined for anything else (the stack of a crash). */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const line = JSON.parse(text) as Record<string, unknown>
    const { timestamp, level, service, message, traceId } = line
    if (typeof level !== 'string') return undefined
    return {
      timestamp: shown(timestamp),
      level,
      service: shown(service),
      message: shown(message),
      traceId: typeof traceId === 'string' ? traceId : undefined,
      fields: Object.fromEntries(Object.entries(line).filter(([name]) => !shownEverywhere.has(name))),
    }
  } catch {
    return undefined
  }
}

/** One line for people: time of day, level, service, message, fields; the stack of an error is left to the file. */
export function formatLogLine({ timestamp, level, service, message, fields }: LogLine): string {
  const time = timestamp.slice(11, 23)
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shownField(value)}`)
  return [time, level.padEnd(5), service.padEnd(12), message, ...rest].join(' ').trimEnd()
}

function shownField(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return JSON.stringify(shown(value.message))
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}
