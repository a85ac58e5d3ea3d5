import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Interval, LiveValue } from '@stoa/contracts/analytics/resources'
import { advisoryXactLock } from '@stoa/postgres'
import type { Sums } from '../domain/kpis.ts'
import type { Range } from '../domain/range.ts'

/** A value with its number in the order of changes. */
export interface NumberedValue {
  readonly change: number
  readonly value: LiveValue
}

/** The canonical text of a key, whatever the order of its fields. */
function keyText(key: LiveValue['key']): string {
  return JSON.stringify(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Keeps the latest of these values of each window, unless a later revision is stored. */
export async function storeValues(tx: WriteHandle, values: readonly LiveValue[]): Promise<void> {
  const latest = new Map<string, LiveValue>()
  for (const value of values) {
    const id = `${value.stream} ${value.windowStart} ${keyText(value.key)}`
    if ((latest.get(id)?.revision ?? 0) < value.revision) latest.set(id, value)
  }
  const rows = [...latest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
  const column = <Value>(of: (value: LiveValue) => Value) => rows.map(of)
  // Until the end of the transaction, so that changes become visible in the order of their numbers.
  await advisoryXactLock(tx, 'metric_changes')
  await tx.sql`
    insert into metrics as m (
      stream, key, window_start, window_end, key_fields, values, is_closed, revision, computed_at, change
    )
    select v.stream, v.key, v.window_start, v.window_end, v.key_fields::jsonb, v.values::jsonb, v.is_closed, v.revision,
      v.computed_at, nextval('metric_changes')
    from unnest(
      ${column(({ stream }) => stream)}::text[], ${column(({ key }) => keyText(key))}::text[],
      ${column(({ windowStart }) => windowStart)}::timestamptz[], ${column(({ windowEnd }) => windowEnd)}::timestamptz[],
      ${column(({ key }) => JSON.stringify(key))}::text[], ${column(({ values: each }) => JSON.stringify(each))}::text[],
      ${column(({ isClosed }) => isClosed)}::boolean[], ${column(({ revision }) => revision)}::bigint[],
      ${column(({ computedAt }) => computedAt)}::timestamptz[]
    ) as v(stream, key, window_start, window_end, key_fields, values, is_closed, revision, computed_at)
    on conflict (stream, window_start, key) do update set
      window_end = excluded.window_end, key_fields = excluded.key_fields, values = excluded.values,
      is_closed = excluded.is_closed, revision = excluded.revision, computed_at = excluded.computed_at,
      change = excluded.change
    where excluded.revision > m.revision`
}

interface ValueRow {
  readonly change: number
  readonly stream: string
  readonly key: LiveValue['key']
  readonly windowStart: Temporal.Instant
  readonly windowEnd: Temporal.Instant
  readonly values: LiveValue['values']
  readonly isClosed: boolean
  readonly revision: number
  readonly computedAt: Temporal.Instant
}

/** The values that changed last, in the order of their changes. */
export async function latestChanges({ sql }: ReadHandle, limit: number): Promise<NumberedValue[]> {
  const rows = await sql<ValueRow & Record<string, unknown>>`
    select change, stream, key_fields as key, window_start as "windowStart", window_end as "windowEnd", values,
      is_closed as "isClosed", revision, computed_at as "computedAt"
    from metrics order by change desc limit ${limit}`
  return rows.toReversed().map(({ change, windowStart, windowEnd, computedAt, ...rest }) => ({
    change,
    value: {
      ...rest,
      windowStart: windowStart.toString(),
      windowEnd: windowEnd.toString(),
      computedAt: computedAt.toString(),
    },
  }))
}

/** Adds up the windows of a range by interval and currency. */
export function readSums(
  { sql }: ReadHandle,
  { from, to }: Range,
  { interval, currency }: { readonly interval: Interval; readonly currency: string | undefined },
): Promise<(Sums & { readonly computedAt: Temporal.Instant })[]> {
  return sql<Sums & { readonly computedAt: Temporal.Instant } & Record<string, unknown>>`
    select date_trunc(${interval}, window_start, 'UTC') as at, key_fields->>'currency' as currency,
      coalesce(sum((values->>'placed')::bigint) filter (where stream = 'orders'), 0)::bigint as placed,
      coalesce(sum((values->>'confirmed')::bigint) filter (where stream = 'orders'), 0)::bigint as confirmed,
      coalesce(sum((values->>'revenue')::bigint) filter (where stream = 'orders'), 0)::bigint as revenue,
      coalesce(sum((values->>'completed')::bigint) filter (where stream = 'payments'), 0)::bigint as completed,
      coalesce(sum((values->>'failed')::bigint) filter (where stream = 'payments'), 0)::bigint as failed,
      max(computed_at) as "computedAt"
    from metrics
    where stream in ('orders', 'payments') and window_start >= ${from} and window_start < ${to}
      and (${currency}::text is null or key_fields->>'currency' = ${currency}::text)
    group by 1, 2 order by 1, 2`
}

/** Removes the values of windows that began before; returns how many. */
export async function deleteValues({ sql }: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await sql`
    delete from metrics where ctid = any(array(
      select ctid from metrics where window_start < ${before} limit ${limit}
    )) returning 1`
  return rows.length
}
