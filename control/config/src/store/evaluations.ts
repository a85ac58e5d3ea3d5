import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { FlagKey, StaleFlag } from '@stoa/contracts/config/resources'

/** How often a flag returned a variant since the last report. */
export interface FlagUse {
  readonly key: string
  readonly variant: string
  readonly count: number
  readonly lastAt: string
}

/** Adds to the counts of the day of their last evaluation. Uses of unknown flags are dropped. */
export async function addEvaluations(tx: WriteHandle, uses: readonly FlagUse[]): Promise<void> {
  // in the order of the keys, so that two reports do not wait for each other in a circle
  const sorted = uses.toSorted((a, b) => compareText(a.key, b.key) || compareText(a.variant, b.variant))
  await tx.sql`
    insert into flag_evaluations (key, day, variant, count, last_at)
    select key, (last_at at time zone 'UTC')::date, variant, sum(count), max(last_at)
      from unnest(${sorted.map(({ key }) => key)}::text[], ${sorted.map(({ variant }) => variant)}::text[],
                  ${sorted.map(({ count }) => count)}::bigint[], ${sorted.map(({ lastAt }) => lastAt)}::timestamptz[])
           as used (key, variant, count, last_at)
      join flags using (key)
     group by 1, 2, 3 order by 1, 2, 3
        on conflict (key, day, variant) do update
       set count = flag_evaluations.count + excluded.count,
           last_at = greatest(flag_evaluations.last_at, excluded.last_at)`
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

interface StaleRow {
  readonly key: FlagKey
  readonly changed_at: Temporal.Instant
  readonly last_at: Temporal.Instant | null
  readonly evaluations: number
  readonly variants: string[]
}

interface Page {
  readonly environment: string
  readonly since: Temporal.Instant
  readonly afterKey: string | undefined
  readonly limit: number
}

/** Flags older than a time that since then were not evaluated, or returned one variant only, in the order of their keys. */
export async function listStale(db: ReadHandle, { environment, since, afterKey, limit }: Page): Promise<StaleFlag[]> {
  const rows = await db.sql<StaleRow>`
    select flags.key, changed_at, max(last_at) as last_at,
           coalesce(sum(count) filter (where last_at >= ${since}), 0)::bigint as evaluations,
           coalesce(array_agg(distinct variant) filter (where last_at >= ${since}), '{}') as variants
      from flags join flag_settings on flag_settings.key = flags.key and environment = ${environment}
           left join flag_evaluations on flag_evaluations.key = flags.key
     where created_at <= ${since} and (${afterKey}::text is null or flags.key > ${afterKey})
     group by flags.key, changed_at
    having count(distinct variant) filter (where last_at >= ${since}) < 2
     order by flags.key limit ${limit}`
  return rows.map(({ key, changed_at, last_at, evaluations, variants: [variant] }) => ({
    key,
    why: last_at === null ? 'never_evaluated' : variant === undefined ? 'not_evaluated' : 'one_variant',
    ...(variant === undefined ? {} : { variant }),
    ...(last_at === null ? {} : { lastEvaluatedAt: last_at.toString() }),
    evaluations,
    changedAt: changed_at.toString(),
  }))
}

/** Deletes counts of days before a time. */
export async function pruneEvaluations(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from flag_evaluations where day < (${before}::timestamptz at time zone 'UTC')::date`
}
