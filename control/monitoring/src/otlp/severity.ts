import type { LogLevel } from '@stoa/contracts/monitoring/log-resources'

/** The lowest severity number of each level, as OpenTelemetry numbers them. */
export const leastSeverity: Readonly<Record<LogLevel, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
}

const levels = Object.keys(leastSeverity) as LogLevel[]
const spellings: Readonly<Record<string, LogLevel>> = {
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
  information: 'info',
}

/** The severity of a record from 1 to 24; without a number that of its text, and without both that of information. */
export function severityOf(severityNumber: unknown, severityText: unknown): number {
  if (typeof severityNumber === 'number' && severityNumber >= 1 && severityNumber <= 24)
    return Math.floor(severityNumber)
  // JSON may have the name of the number.
  const name = typeof severityNumber === 'string' ? severityNumber : severityText
  const [, text = ''] =
    typeof name === 'string' ? (/^(?:severity_number_)?([a-z]{1,20})/.exec(name.slice(0, 60).toLowerCase()) ?? []) : []
  const level = spellings[text] ?? levels.find((each) => each === text)
  return level === undefined ? leastSeverity.info : leastSeverity[level]
}

/** The level of a severity number. */
export function levelOf(severity: number): LogLevel {
  return levels.findLast((level) => severity >= leastSeverity[level]) ?? 'trace'
}
