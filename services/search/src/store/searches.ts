import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { QueryCount } from '@stoa/contracts/search/resources'

/** A search that was made. */
export interface MadeSearch {
  readonly id: string
  readonly query: string
  readonly results: number
  readonly at: Temporal.Instant
}

/** A period; its end does not belong to it. */
export interface Period {
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
}

export async function insertSearches(tx: WriteHandle, searches: readonly MadeSearch[]): Promise<void> {
  await tx.sql`
    insert into searches (id, query, results, at)
    select * from unnest(${searches.map(({ id }) => id)}::uuid[], ${searches.map(({ query }) => query)}::text[],
                         ${searches.map(({ results }) => results)}::int[], ${searches.map(({ at }) => at)}::timestamptz[])
    on conflict (id) do nothing`
}

const mostClicks = 100

/**
 * Records a click once; returns false if there is no such search. Anyone can send clicks, so a search has a limited number of them,
 * and a click on a product that no search finds is ignored.
 */
export async function insertClick(
  tx: WriteHandle,
  { searchId, productId, at }: { readonly searchId: string; readonly productId: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  const found = await tx.sql`select from searches where id = ${searchId} for key share`
  if (found.length === 0) return false
  await tx.sql`
    insert into clicks (search_id, product_id, at)
    select ${searchId}, product_id, ${at} from product_documents
     where product_id = ${productId} and status = 'active'
       and (select count(*) from clicks where search_id = ${searchId}) < ${mostClicks}
    on conflict do nothing`
  return true
}

interface Totals {
  readonly searches: number
  readonly without_results: number
  readonly clicked: number
}

/** Counts the searches of a period. */
export async function countSearches(db: ReadHandle, { from, to }: Period): Promise<Totals> {
  const [row] = await db.sql<Totals & Record<string, unknown>>`
    select count(*)::int as searches, count(*) filter (where results = 0)::int as without_results,
           count(*) filter (where exists (select from clicks where search_id = searches.id))::int as clicked
      from searches where at >= ${from} and at < ${to}`
  return row ?? { searches: 0, without_results: 0, clicked: 0 }
}

/** Returns the most frequent queries of a period, or of those without results. */
export async function topQueries(
  db: ReadHandle,
  { from, to }: Period,
  { limit, onlyWithoutResults }: { readonly limit: number; readonly onlyWithoutResults: boolean },
): Promise<QueryCount[]> {
  return db.sql<QueryCount & Record<string, unknown>>`
    select query, count(*)::int as searches,
           count(*) filter (where exists (select from clicks where search_id = searches.id))::int as clicks
      from searches
     where at >= ${from} and at < ${to} and (results = 0 or not ${onlyWithoutResults}::boolean)
     group by query order by searches desc, query limit ${limit}`
}

/** Deletes searches that are older, with their clicks; at most this many at once. Returns how many it deleted. */
export async function deleteSearches(tx: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const [row] = await tx.sql<{ count: number }>`
    with deleted as (
      delete from searches where id in (select id from searches where at < ${before} order by at limit ${limit}) returning id)
    select count(*)::int as count from deleted`
  return row?.count ?? 0
}
