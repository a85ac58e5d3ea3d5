import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ReconciliationReport } from '@stoa/contracts/order/reconciliation'
import { fragment, json } from '@stoa/postgres'
import type { Difference } from '../domain/records.ts'

type Scope = ReconciliationReport['scope']
type Kept = Omit<ReconciliationReport, 'differences'>

/** The scope of a reconciliation; known differences within it that were not found again are resolved. */
interface Coverage {
  /** The lowest compared order id; undefined means all orders. */
  readonly from: string | undefined
  readonly at: Temporal.Instant
  /** What it has compared to the end: the first words of the kinds it could have found. */
  readonly areas: readonly string[]
}

/** When the last reconciliations ended, by scope. */
export async function findLastEnds(db: ReadHandle): Promise<ReadonlyMap<Scope, Temporal.Instant>> {
  const rows = await db.sql<{ scope: Scope; ended_at: Temporal.Instant }>`select scope, ended_at from reconciliations`
  return new Map(rows.map(({ scope, ended_at: endedAt }) => [scope, endedAt]))
}

/** The last reconciliation of each scope, the latest first, without its differences. */
export async function listReconciliations(db: ReadHandle): Promise<Kept[]> {
  const rows = await db.sql<{ report: Kept }>`select report from reconciliations order by ended_at desc`
  return rows.map(({ report }) => report)
}

/** Returns the number of open differences. */
export async function countDifferences(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ known: number }>`select count(*)::int as known from reconciliation_differences`
  return row?.known ?? 0
}

/** Returns the open differences, oldest first. */
export async function listDifferences(db: ReadHandle, limit: number): Promise<(Difference & { foundAt: string })[]> {
  const rows = await db.sql<{ difference: Difference; found_at: Temporal.Instant }>`
    select difference, found_at from reconciliation_differences order by found_at, key limit ${limit}`
  return rows.map(({ difference, found_at: foundAt }) => ({ ...difference, foundAt: foundAt.toString() }))
}

/** Stores the report of a reconciliation, and replaces the last one of the same scope. */
export async function keepReport(tx: WriteHandle, report: Kept, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    insert into reconciliations (scope, ended_at, report) values (${report.scope}, ${at}, ${json(report)})
    on conflict (scope) do update set ended_at = excluded.ended_at, report = excluded.report`
}

const keyOf = ({ kind, orderId, subject }: Difference) => [kind, orderId, subject].filter(Boolean).join(' ')

/** Stores found differences and resolves the others; returns the new ones. */
export async function noteDifferences(
  tx: WriteHandle,
  found: readonly Difference[],
  { areas, from, at }: Coverage,
): Promise<Difference[]> {
  const keys = found.map(keyOf)
  const looked = from === undefined ? fragment`true` : fragment`order_id > ${from}`
  await tx.sql`
    delete from reconciliation_differences
     where ${looked} and split_part(key, '.', 1) = any(${areas}::text[]) and key <> all(${keys}::text[])`
  if (found.length === 0) return []
  const rows = await tx.sql<{ key: string; isNew: boolean }>`
    insert into reconciliation_differences as known (key, order_id, difference, found_at, seen_at)
    select key, order_id, difference, ${at}, ${at}
      from unnest(${keys}::text[], ${found.map(({ orderId }) => orderId ?? null)}::uuid[],
                  ${found.map((each) => JSON.stringify(each))}::jsonb[]) as found (key, order_id, difference)
     order by key
    on conflict (key) do update set difference = excluded.difference, seen_at = excluded.seen_at
    returning key, xmax = 0 as "isNew"`
  const isNew = new Set(rows.filter((row) => row.isNew).map(({ key }) => key))
  return found.filter((each) => isNew.has(keyOf(each)))
}
