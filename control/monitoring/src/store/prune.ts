import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment, type Fragment } from '@stoa/postgres'
import type { Period } from '../otlp/read-spans.ts'

/** How much is kept. */
export interface Retention {
  readonly hours: number
  readonly maxBytes: number
}

/** The times of spans and log records that are accepted: not older than the retention, and at most an hour ahead. */
export function acceptedPeriod({ hours }: Retention, now: Temporal.Instant): Period {
  const nowMs = now.epochMilliseconds
  return { fromMs: nowMs - hours * 3_600_000, toMs: nowMs + 3_600_000 }
}

/** The time before which nothing is kept: that of the retention, or a later one if more is stored than is allowed. */
export async function findCutoff(
  db: ReadHandle,
  { hours, maxBytes }: Retention,
  now: Temporal.Instant,
): Promise<Temporal.Instant> {
  const byAge = now.subtract({ hours })
  const [row] = await db.sql<{ received_at: Temporal.Instant }>`
    select received_at
      from (select received_at, sum(size_bytes) over (order by received_at desc) as kept_bytes from spans) as sized
     where kept_bytes > ${maxBytes} order by received_at desc limit 1`
  if (row === undefined || Temporal.Instant.compare(row.received_at, byAge) < 0) return byAge
  // The rows of one batch have one time, and all of them go.
  return row.received_at.add({ microseconds: 1 })
}

/** What is deleted. */
export type Outside = { readonly before: Temporal.Instant } | { readonly after: Temporal.Instant }

const portion = 2_000

/** Deletes a portion of what is outside; returns whether more may be left. Two replicas skip what the other deletes. */
export async function deletePortion(tx: WriteHandle, outside: Outside): Promise<boolean> {
  const isOut = (time: Fragment) =>
    'before' in outside ? fragment`${time} < ${outside.before}` : fragment`${time} > ${outside.after}`
  const spans = await tx.sql`
    delete from spans where id in (
      select id from spans where ${isOut(fragment`received_at`)} order by received_at limit ${portion}
         for update skip locked)
    returning 1`
  const hops = await tx.sql`
    delete from hops where (trace_id, span_id) in (
      select trace_id, span_id from hops where ${isOut(fragment`started_at`)} order by started_at limit ${portion * 2}
         for update skip locked)
    returning 1`
  const traces = await tx.sql`
    delete from traces where trace_id in (
      select trace_id from traces where ${isOut(fragment`started_at`)} order by started_at limit ${portion}
         for update skip locked)
    returning 1`
  return spans.length === portion || hops.length === portion * 2 || traces.length === portion
}
