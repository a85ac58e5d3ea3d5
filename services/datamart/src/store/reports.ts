import type { WriteHandle } from '@stoa/contract'

/** Removes reports of earlier releases, which are made by reporting now; returns how many it removed. */
export async function removeReports(
  { sql }: WriteHandle,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<number> {
  const rows = await sql`
    delete from reports where id = any(array(select id from reports where created_at < ${before} limit ${limit})) returning 1`
  return rows.length
}
