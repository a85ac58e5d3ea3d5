import type { ReadHandle } from '@stoa/contract'
import type { ServiceCall } from '@stoa/contracts/monitoring/resources'

interface Measured {
  readonly requests: number
  readonly errors: number
  readonly p50: number
  readonly p99: number
}

interface CallRow extends Measured {
  /** Null where work did not come from another service. */
  readonly caller: string | null
  readonly callee: string
}

/** How the requests of one service went, over all callers. */
export interface ServiceRow extends Measured {
  readonly service: string
}

const maxHops = 200_000

/** Reads who called whom since a time, and how long it took; of the latest 200,000 entries and exits. */
export async function readServiceMap(
  db: ReadHandle,
  since: Temporal.Instant,
): Promise<{ services: ServiceRow[]; calls: ServiceCall[]; isPartial: boolean }> {
  // Both groupings in one pass. Streams last as long as their clients, and would be the slowest requests of every service.
  const rows = await db.sql<CallRow & { is_total: boolean; hops: number }>`
    with recent as materialized (
      select * from hops where started_at >= ${since} order by started_at desc limit ${maxHops}),
    counted as (
      select callee.service as callee, case when caller.service <> callee.service then caller.service end as caller,
             callee.duration_ms, callee.is_failed
        from recent as callee
             left join recent as caller on caller.trace_id = callee.trace_id and caller.span_id = callee.parent_span_id
       where callee.is_entry)
    select caller, callee, grouping(caller) = 1 as is_total, count(*)::integer as requests,
           count(*) filter (where is_failed)::integer as errors,
           percentile_cont(0.5) within group (order by duration_ms) as p50,
           percentile_cont(0.99) within group (order by duration_ms) as p99,
           (select count(*) from recent)::integer as hops
      from counted group by grouping sets ((callee), (caller, callee)) order by callee, caller`
  return {
    services: rows.filter(({ is_total: isTotal }) => isTotal).map((row) => ({ ...row, service: row.callee })),
    calls: rows.flatMap((row) =>
      row.is_total || row.caller === null ? [] : [{ caller: row.caller, callee: row.callee, ...figuresOf(row) }],
    ),
    isPartial: (rows[0]?.hops ?? 0) >= maxHops,
  }
}

/** The figures of requests as they are shown. */
export function figuresOf({ requests, errors, p50, p99 }: Measured) {
  const share = requests === 0 ? 0 : errors / requests
  return { requests, errors, errorShare: round(share, 1e4), p50Ms: round(p50, 1e3), p99Ms: round(p99, 1e3) }
}

function round(value: number, factor: number): number {
  return Math.round(value * factor) / factor
}
