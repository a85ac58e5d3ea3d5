import type { WriteHandle } from '@stoa/contract'
import type { Money } from '@stoa/kernel'

/** Takes the list price of a SKU over, and into the product it belongs to. */
export async function savePrice(tx: WriteHandle, sku: string, { amount, currency }: Money): Promise<void> {
  const changed = await tx.sql`
    insert into list_prices (sku, amount, currency) values (${sku}, ${amount}, ${currency})
    on conflict (sku) do update set amount = excluded.amount, currency = excluded.currency
      where (list_prices.amount, list_prices.currency) is distinct from (excluded.amount, excluded.currency)
    returning 1 as one`
  if (changed.length === 0) return
  // Locked by itself, so that the next statement sees whatever has changed the product meanwhile.
  const products = await tx.sql<{ id: string }>`
    select id from products where id = (select product_id from variants where sku = ${sku}) for update`
  await setPrices(
    tx,
    products.map(({ id }) => id),
  )
}

/** Sets the prices of products, whose rows are locked or new, to that of their cheapest variants. */
export async function setPrices(tx: WriteHandle, productIds: readonly string[]): Promise<void> {
  await tx.sql`
    update products set price = cheapest.amount, currency = cheapest.currency
      from (select distinct on (ids.id) ids.id, list_prices.amount, list_prices.currency
              from unnest(${productIds}::uuid[]) as ids (id)
              left join variants on variants.product_id = ids.id
              left join list_prices on list_prices.sku = variants.sku and list_prices.amount is not null
             order by ids.id, list_prices.amount nulls last) as cheapest
     where products.id = cheapest.id
       and (products.price, products.currency) is distinct from (cheapest.amount, cheapest.currency)`
}
