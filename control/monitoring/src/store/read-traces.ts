import type { ReadHandle } from '@stoa/contract'
import type { TraceSummary } from '@stoa/contracts/monitoring/resources'
import { fragment, joinFragments, type Fragment } from '@stoa/postgres'
import type { StoredSpan } from '@stoa/telemetry'

/** Selects traces; what is undefined matches all. */
export interface TraceFilter {
  readonly service: string | undefined
  /** Part of the name of a span. */
  readonly name: string | undefined
  readonly isFailed: boolean | undefined
  readonly minDurationMs: number | undefined
  /** Of each list, the stored spans of the trace contain one text. */
  readonly texts: readonly (readonly string[])[]
  readonly from: string | undefined
  readonly to: string | undefined
  readonly order: 'latest' | 'slowest'
}

// What operators do themselves: their requests to services, to the gateway, and for what is listed here.
const ofOperators = String.raw` /(admin|api/v1/ops|api/v1/telemetry|console)\M`

/** Where a page ends: the time or the duration of its last trace, and its id. */
export interface TracePlace {
  readonly at: string
  readonly traceId: string
}

interface TraceRow {
  readonly trace_id: string
  readonly started_at: Temporal.Instant
  readonly service: string
  readonly name: string
  readonly duration_ms: number
  readonly errors: number
}

/** Lists traces, the latest or the slowest first; the slowest contain no streams. */
export async function listTraces(
  db: ReadHandle,
  filter: TraceFilter,
  after: TracePlace | undefined,
  limit: number,
): Promise<TraceSummary[]> {
  const isSlowest = filter.order === 'slowest'
  const by = isSlowest ? fragment`duration_ms` : fragment`started_at`
  const type = isSlowest ? fragment`float8` : fragment`timestamptz`
  const conditions = conditionsOf(filter)
  if (isSlowest) conditions.push(fragment`not is_stream`)
  if (after !== undefined) {
    conditions.push(fragment`(${by}, trace_id) < (${after.at}::${type}, ${after.traceId}::uuid)`)
  }
  const where = conditions.length === 0 ? fragment`` : fragment`where ${joinFragments(conditions, ' and ')}`
  const rows = await db.sql<TraceRow>`
    select trace_id, started_at, service, name, duration_ms, errors from traces ${where}
     order by ${by} desc, trace_id desc limit ${limit}`
  return rows.map((row) => ({
    traceId: row.trace_id.replaceAll('-', ''),
    service: row.service,
    name: row.name,
    startedAt: row.started_at.toString(),
    durationMs: row.duration_ms,
    errors: row.errors,
  }))
}

function conditionsOf({ service, name, isFailed, minDurationMs, texts, from, to }: TraceFilter): Fragment[] {
  const conditions: Fragment[] = []
  if (service === undefined && name === undefined) conditions.push(fragment`traces.name !~ ${ofOperators}`)
  if (from !== undefined) conditions.push(fragment`started_at >= ${from}`)
  if (to !== undefined) conditions.push(fragment`started_at < ${to}`)
  if (isFailed !== undefined) conditions.push(isFailed ? fragment`errors > 0` : fragment`errors = 0`)
  if (service !== undefined || name !== undefined) {
    conditions.push(fragment`exists (
      select from hops where hops.trace_id = traces.trace_id and is_entry
         and (${service}::text is null or hops.service = ${service})
         and (${name}::text is null or position(lower(${name}) in lower(hops.name)) > 0)
         and hops.duration_ms >= ${minDurationMs ?? 0})`)
  } else if (minDurationMs !== undefined) conditions.push(fragment`duration_ms >= ${minDurationMs}`)
  for (const text of texts) {
    conditions.push(fragment`exists (
      select from spans, unnest(${text}::text[]) as wanted
       where spans.trace_id = traces.trace_id and position(wanted in spans.spans) > 0)`)
  }
  return conditions
}

/** A client that always sends the same id makes one trace of all its requests. */
const mostBytes = 32_000_000

/** Returns the stored spans of a trace, by their start; of a very large one those that arrived first. A span that was sent twice is there once. */
export async function readSpansOf(db: ReadHandle, traceId: string): Promise<StoredSpan[]> {
  const rows = await db.sql<{ spans: string }>`
    select spans
      from (select id, spans, sum(size_bytes) over (order by id) - size_bytes as earlier_bytes
              from spans where trace_id = ${traceId}) as sized
     where earlier_bytes < ${mostBytes} order by id`
  const spans = new Map<string, StoredSpan>()
  for (const row of rows) for (const span of JSON.parse(row.spans) as StoredSpan[]) spans.set(span.spanId, span)
  return [...spans.values()].toSorted((a, b) => a.startMs - b.startMs)
}
