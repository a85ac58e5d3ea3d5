import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Ranked, Together } from '../domain/rank.ts'

/** The pairs of a SKU that are kept by a prune, and read for a recommendation. */
export const mostNeighbours = 100

/** What orders have taught, added up. */
export interface Learned {
  readonly items: ReadonlyMap<string, { readonly weight: number; readonly orders: number }>
  readonly pairs: readonly {
    readonly sku: string
    readonly otherSku: string
    readonly weight: number
    readonly orders: number
  }[]
}

/** Adds what orders have taught. Rows are locked in one order, so that two replicas wait for each other and never deadlock. */
export async function addLearned(tx: WriteHandle, { items, pairs }: Learned): Promise<void> {
  await tx.sql`
    insert into item_weights (sku, weight, orders)
    select * from unnest(${[...items.keys()]}::text[], ${[...items.values()].map(({ weight }) => weight)}::float8[],
                         ${[...items.values()].map(({ orders }) => orders)}::bigint[]) as given (sku, weight, orders)
     order by sku collate "C"
    on conflict (sku) do update
      set weight = item_weights.weight + excluded.weight, orders = item_weights.orders + excluded.orders`
  if (pairs.length === 0) return
  const both = [...pairs, ...pairs.map((pair) => ({ ...pair, sku: pair.otherSku, otherSku: pair.sku }))]
  await tx.sql`
    insert into pair_weights (sku, other_sku, weight, orders)
    select * from unnest(${both.map(({ sku }) => sku)}::text[], ${both.map(({ otherSku }) => otherSku)}::text[],
                         ${both.map(({ weight }) => weight)}::float8[],
                         ${both.map(({ orders }) => orders)}::bigint[]) as given (sku, other_sku, weight, orders)
     order by sku collate "C", other_sku collate "C"
    on conflict (sku, other_sku) do update
      set weight = pair_weights.weight + excluded.weight, orders = pair_weights.orders + excluded.orders`
}

/** The orders in which a pair must occur before it is shown: what a single order contains is nobody else's business. */
const leastOrders = 2

/** Returns the products for sale that were bought together with SKUs. */
export async function findTogether(db: ReadHandle, skus: readonly string[]): Promise<Together[]> {
  const rows = await db.sql<{ product_id: string; weight: number; bought: number; given_bought: number }>`
    select owner.product_id, pair.weight, other.weight as bought, given.weight as given_bought
      from unnest(${skus}::text[]) as wanted (sku)
      join item_weights as given on given.sku = wanted.sku
     cross join lateral (select other_sku, weight from pair_weights
                          where pair_weights.sku = wanted.sku and orders >= ${leastOrders}
                          order by weight desc limit ${mostNeighbours}) as pair
      join item_weights as other on other.sku = pair.other_sku
     cross join lateral (select products.product_id from product_skus join products using (product_id)
                          where product_skus.sku = pair.other_sku and status = 'active'
                          order by product_id desc limit 1) as owner`
  return rows.map(({ product_id: productId, weight, bought, given_bought: givenBought }) => ({
    productId,
    weight,
    bought,
    givenBought,
  }))
}

/** How many of the most bought SKUs are looked at for the most bought products. */
const mostPopular = 300

/** Returns the most bought products for sale, except some; the score is the share of the best. */
export async function findPopular(db: ReadHandle, without: readonly string[], limit: number): Promise<Ranked[]> {
  const rows = await db.sql<{ product_id: string; weight: number }>`
    select product_id, sum(weight) as weight
      from (select sku, weight from item_weights order by weight desc limit ${mostPopular}) as best
      join product_skus using (sku) join products using (product_id)
     where status = 'active' and product_id <> all(${without}::uuid[])
     group by product_id order by sum(weight) desc, product_id limit ${limit}`
  const highest = rows[0]?.weight ?? 1
  return rows.map(({ product_id: productId, weight }) => ({ productId, score: weight / highest }))
}

/** The next SKUs that have been bought, in their order. */
export async function nextItems(db: ReadHandle, afterSku: string, limit: number): Promise<string[]> {
  const rows = await db.sql<{ sku: string }>`
    select sku from item_weights where sku > ${afterSku} order by sku limit ${limit}`
  return rows.map(({ sku }) => sku)
}

/** Deletes the pairs of SKUs whose weight has become small, and of each SKU all but its strongest. */
export async function prunePairs(tx: WriteHandle, skus: readonly string[], leastWeight: number): Promise<void> {
  await tx.sql`
    delete from pair_weights using (
      select sku, other_sku, weight, row_number() over (partition by sku order by weight desc, other_sku) as place
        from pair_weights where sku = any(${skus}::text[])) as ranked
     where pair_weights.sku = ranked.sku and pair_weights.other_sku = ranked.other_sku
       and (place > ${mostNeighbours} or ranked.weight < ${leastWeight})`
}
