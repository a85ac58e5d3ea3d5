import * as http from '@stoa/contracts/monitoring/http'
import type { TraceSpan, TraceSummary } from '@stoa/contracts/monitoring/resources'
import { findTraces, listTraces, readTrace } from '@stoa/supervisor/traces'
import { lastPorts } from '@stoa/supervisor/last-ports'
import { CommandFailed, UsageError } from './arguments.ts'
import { askOperation } from './ask-operation.ts'
import type { ReachedSystem } from './system-url.ts'

/** Which traces are listed; what is undefined matches all. */
export interface WantedTraces {
  readonly service: string | undefined
  readonly route: string | undefined
  readonly status: 'ok' | 'error' | undefined
  readonly slowerThanMs: number | undefined
  readonly attributes: readonly string[]
  readonly since: string | undefined
  readonly order: 'latest' | 'slowest'
  readonly limit: number
}

/** Lists traces: those of monitoring, or of a system on this machine without it, those in its files. @throws CommandFailed */
export async function wantedTraces(system: ReachedSystem, wanted: WantedTraces): Promise<TraceSummary[]> {
  if (!(await hasMonitoring(system))) return tracesOfFiles(system, wanted)
  const {
    service,
    route: name,
    status,
    slowerThanMs: minDurationMs,
    attributes: attribute,
    since: from,
    order,
  } = wanted
  const items: TraceSummary[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const limit = Math.min(200, wanted.limit - items.length)
    if (limit < 1) break
    const query = { service, name, status, minDurationMs, attribute, from, order, limit, cursor }
    const page = await askOperation(system, http.listTraces, { query })
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

async function tracesOfFiles({ folder }: ReachedSystem, wanted: WantedTraces): Promise<TraceSummary[]> {
  const { service, route, status, slowerThanMs, attributes, since, order, limit } = wanted
  if (route !== undefined || status === 'ok' || attributes.length > 0) {
    throw new UsageError('--route, --attribute and --status=ok require monitoring, which this system does not have')
  }
  const traces = await listTraces(folder.telemetry, {
    leftOut: / \/admin\//,
    isFailed: status === 'error',
    order,
    limit,
    ...(slowerThanMs === undefined ? {} : { minDurationMs: slowerThanMs }),
    ...(service === undefined ? {} : { service }),
    ...(since === undefined ? {} : { sinceMs: Date.parse(since) }),
  })
  return traces.map(({ startMs, ...trace }) => ({ ...trace, startedAt: new Date(startMs).toISOString() }))
}

/** A span as `stoa trace` shows it. */
export type ShownSpan = Pick<
  TraceSpan,
  'spanId' | 'parentSpanId' | 'depth' | 'service' | 'name' | 'startMs' | 'durationMs' | 'status' | 'statusMessage'
> & { readonly traceId: string; readonly attributes?: Readonly<Record<string, unknown>> }

/** Finds the trace with this id, or the one that made what has this id, such as an order. @throws CommandFailed if none is stored */
export async function findTrace(system: ReachedSystem, wanted: string): Promise<ShownSpan[]> {
  const isId = /^[0-9a-f]{32}$/.test(wanted)
  const candidates = (await hasMonitoring(system))
    ? await (isId ? [await traceOf(system, wanted)] : earliestWith(system, wanted))
    : await tracesInFiles(system, isId ? [wanted] : undefined, wanted)
  // Every read of an order creates a small trace with its id; the trace that placed the order is the largest.
  const [largest] = candidates.filter((spans) => spans.length > 0).toSorted((a, b) => b.length - a.length)
  if (largest !== undefined) return largest
  throw new CommandFailed(
    `no stored trace contains ${wanted}: trace storage is limited, and the oldest traces are deleted first`,
  )
}

/** What made an id is older than what read it. */
async function earliestWith(system: ReachedSystem, text: string): Promise<ShownSpan[][]> {
  const { items } = await askOperation(system, http.listTraces, { query: { contains: text, limit: 200 } })
  const earliest = items.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).slice(0, 5)
  return Promise.all(earliest.map(({ traceId }) => traceOf(system, traceId)))
}

async function traceOf(system: ReachedSystem, id: string): Promise<ShownSpan[]> {
  try {
    const { traceId, spans } = await askOperation(system, http.getTrace, { params: { id } })
    return spans.map((span) => ({ traceId, ...span }))
  } catch (error) {
    if (error instanceof CommandFailed && error.code === 'monitoring.trace_not_found') return []
    throw error
  }
}

async function tracesInFiles(
  { folder }: ReachedSystem,
  ids: readonly string[] | undefined,
  text: string,
): Promise<ShownSpan[][]> {
  const found = ids ?? (await findTraces(folder.telemetry, text))
  return Promise.all(found.map((id) => readTrace(folder.telemetry, id)))
}

async function hasMonitoring({ url, folder }: ReachedSystem): Promise<boolean> {
  return url !== undefined || (await lastPorts(folder)).has('monitoring')
}
