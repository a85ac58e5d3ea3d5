import type { WriteHandle } from '@stoa/contract'
import type { Money } from '@stoa/kernel'

/** Stores the list price of a SKU, or that it has none; returns its product, locked, if the price has changed. */
export async function savePrice(tx: WriteHandle, sku: string, price: Money | undefined): Promise<string | undefined> {
  const { amount, currency } = price ?? {}
  const changed = await tx.sql`
    insert into list_prices (sku, amount, currency) values (${sku}, ${amount}, ${currency})
    on conflict (sku) do update set amount = excluded.amount, currency = excluded.currency
      where (list_prices.amount, list_prices.currency) is distinct from (excluded.amount, excluded.currency)
    returning 1 as one`
  if (changed.length === 0) return undefined
  // Locked separately, so that the next statement sees concurrent changes of the product.
  const [product] = await tx.sql<{ id: string }>`
    select id from products where id = (select product_id from variants where sku = ${sku}) for update`
  return product?.id
}
