import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** The most SKUs that are kept of a customer; the last ones bought. */
const mostKept = 100

/** Stores what a customer has bought, once for each order. */
export async function addPurchases(
  tx: WriteHandle,
  customerId: string,
  skus: readonly string[],
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    insert into purchases (customer_id, sku, orders, bought_at)
    select ${customerId}::uuid, sku, 1, ${at}::timestamptz from unnest(${skus}::text[]) as given (sku)
     order by sku collate "C"
    on conflict (customer_id, sku) do update
      set orders = purchases.orders + 1, bought_at = greatest(purchases.bought_at, excluded.bought_at)`
  await tx.sql`
    delete from purchases where customer_id = ${customerId} and sku in (
      select sku from purchases where customer_id = ${customerId} order by bought_at desc, sku offset ${mostKept})`
}

/** Returns the SKUs that a customer has bought, the last ones first. */
export async function findPurchases(db: ReadHandle, customerId: string): Promise<string[]> {
  const rows = await db.sql<{ sku: string }>`
    select sku from purchases where customer_id = ${customerId} order by bought_at desc, sku`
  return rows.map(({ sku }) => sku)
}

/** Returns everything that is kept of a customer. */
export async function exportPurchases(db: ReadHandle, customerId: string) {
  const rows = await db.sql<{ sku: string; orders: number; bought_at: Temporal.Instant }>`
    select sku, orders, bought_at from purchases where customer_id = ${customerId} order by bought_at desc, sku`
  return rows.map(({ sku, orders, bought_at: at }) => ({ sku, orders, boughtAt: at.toString() }))
}

export async function deletePurchasesOf(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`delete from purchases where customer_id = ${customerId}`
}

/** Deletes old purchases; returns how many. */
export async function deletePurchasesBefore(tx: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await tx.sql`
    delete from purchases where (customer_id, sku) in (
      select customer_id, sku from purchases where bought_at < ${before} limit ${limit})
    returning 1`
  return rows.length
}
