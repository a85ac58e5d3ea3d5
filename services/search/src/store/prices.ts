import type { WriteHandle } from '@stoa/contract'
import type { Money } from '@stoa/kernel'

/** Stores the list price of a SKU as pricing published it, or that it has none. */
export async function savePublishedPrice(tx: WriteHandle, sku: string, price: Money | undefined): Promise<void> {
  const { amount, currency } = price ?? {}
  await tx.sql`
    insert into list_prices (sku, amount, currency, is_published) values (${sku}, ${amount}, ${currency}, true)
    on conflict (sku) do update set amount = excluded.amount, currency = excluded.currency, is_published = true`
}

/** Stores list prices of a snapshot, except where pricing has published one itself. */
export async function saveSnapshotPrices(
  tx: WriteHandle,
  prices: readonly { readonly sku: string; readonly price: Money }[],
): Promise<void> {
  await tx.sql`
    insert into list_prices (sku, amount, currency)
    select distinct on (sku) * from unnest(${prices.map(({ sku }) => sku)}::text[], ${prices.map(({ price }) => price.amount)}::bigint[],
                         ${prices.map(({ price }) => price.currency)}::text[]) as given (sku, amount, currency)
     order by sku
    on conflict (sku) do update set amount = excluded.amount, currency = excluded.currency
      where not list_prices.is_published`
}

/** Locks the prices of SKUs, so that a concurrent change of one is seen by the next statement, or sees what this transaction writes. */
export async function lockPrices(tx: WriteHandle, skus: readonly string[]): Promise<void> {
  const sorted = [...new Set(skus)].toSorted()
  await tx.sql`
    insert into list_prices (sku) select unnest(${sorted}::text[]) on conflict (sku) do nothing`
  await tx.sql`select from list_prices where sku = any(${sorted}::text[]) order by sku for share`
}
