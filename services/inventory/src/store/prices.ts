import type { WriteHandle } from '@stoa/contract'
import type { Money } from '@stoa/kernel'

/** Takes the list price of a SKU over; answers the product it belongs to, locked, when the price is another one now. */
export async function savePrice(
  tx: WriteHandle,
  sku: string,
  { amount, currency }: Money,
): Promise<string | undefined> {
  const changed = await tx.sql`
    insert into list_prices (sku, amount, currency) values (${sku}, ${amount}, ${currency})
    on conflict (sku) do update set amount = excluded.amount, currency = excluded.currency
      where (list_prices.amount, list_prices.currency) is distinct from (excluded.amount, excluded.currency)
    returning 1 as one`
  if (changed.length === 0) return undefined
  // Locked by itself, so that the next statement sees whatever has changed the product meanwhile.
  const [product] = await tx.sql<{ id: string }>`
    select id from products where id = (select product_id from variants where sku = ${sku}) for update`
  return product?.id
}
