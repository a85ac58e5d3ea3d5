import type { ReadHandle } from '@stoa/contract'
import type { LogLevel, LogRecord } from '@stoa/contracts/monitoring/log-resources'
import { fragment, joinFragments, type Fragment } from '@stoa/postgres'
import { leastSeverity, levelOf } from '../otlp/severity.ts'

/** Selects log records; what is undefined matches all. */
export interface LogFilter {
  readonly service: string | undefined
  /** The least severe level. */
  readonly level: LogLevel | undefined
  readonly traceId: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  /** Part of the message, or of the attributes as JSON. */
  readonly contains: string | undefined
}

/** Where a page ends: the time and the id of its last record. */
export interface LogPlace {
  readonly at: string
  readonly id: string
}

interface LogRow {
  readonly at: Temporal.Instant
  readonly id_text: string
  readonly trace_id: string | null
  readonly span_id: string | null
  readonly severity: number
  readonly service: string
  readonly instance: string
  readonly message: string
  readonly attributes: string
}

/** Lists log records, the latest first. */
export async function listLogRecords(
  db: ReadHandle,
  filter: LogFilter,
  after: LogPlace | undefined,
  limit: number,
): Promise<LogRecord[]> {
  const conditions = conditionsOf(filter)
  if (after !== undefined) conditions.push(fragment`(at, id) < (${after.at}::timestamptz, ${after.id}::bigint)`)
  const where = conditions.length === 0 ? fragment`` : fragment`where ${joinFragments(conditions, ' and ')}`
  const rows = await db.sql<LogRow>`
    select at, id::text as id_text, trace_id, span_id, severity, service, instance, message, attributes
      from log_records ${where} order by at desc, id desc limit ${limit}`
  return rows.map((row) => ({
    id: row.id_text,
    at: row.at.toString(),
    level: levelOf(row.severity),
    service: row.service,
    instance: row.instance,
    message: row.message,
    attributes: JSON.parse(row.attributes) as LogRecord['attributes'],
    ...(row.trace_id === null ? {} : { traceId: row.trace_id.replaceAll('-', '') }),
    ...(row.span_id === null ? {} : { spanId: row.span_id }),
  }))
}

function conditionsOf({ service, level, traceId, from, to, contains }: LogFilter): Fragment[] {
  const conditions: Fragment[] = []
  if (service !== undefined) conditions.push(fragment`service = ${service}`)
  if (level !== undefined) {
    // A constant of the statement: only then can the planner use the index of the problems.
    if (leastSeverity[level] >= leastSeverity.warn) conditions.push(fragment`severity >= 13`)
    conditions.push(fragment`severity >= ${leastSeverity[level]}`)
  }
  if (traceId !== undefined) conditions.push(fragment`trace_id = ${traceId}::uuid`)
  if (from !== undefined) conditions.push(fragment`at >= ${from}`)
  if (to !== undefined) conditions.push(fragment`at < ${to}`)
  if (contains !== undefined) {
    const inJson = JSON.stringify(contains).slice(1, -1)
    conditions.push(fragment`(position(${contains} in message) > 0 or position(${inJson} in attributes) > 0)`)
  }
  return conditions
}
