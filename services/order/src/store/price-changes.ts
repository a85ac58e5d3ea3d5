import type { ReadHandle, WriteHandle } from '@stoa/contract'

/**
 * Notes that the price of a SKU has changed. One row for each SKU, whatever number of carts it is in: a cart compares the
 * time of its prices with it.
 */
export async function notePriceChange(tx: WriteHandle, sku: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    insert into price_changes (sku, at) values (${sku}, ${at})
    on conflict (sku) do update set at = greatest(price_changes.at, excluded.at)`
}

/** Whether the price of one of these SKUs has changed since a time. */
export async function haveChangedSince(
  db: ReadHandle,
  skus: readonly string[],
  since: Temporal.Instant,
): Promise<boolean> {
  const [row] = await db.sql<{ has: boolean }>`
    select exists (select from price_changes where sku = any(${skus}) and at >= ${since}) as has`
  return row?.has === true
}

/** Forgets changes from before a time; prices of carts from before them have expired. */
export async function deletePriceChanges(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from price_changes where at < ${before}`
}
