import type { ReadHandle } from '@stoa/contract'

/** A SKU and warehouse with inconsistent stock records. */
export interface StockDifference {
  readonly sku: string
  readonly warehouseId: string
  readonly onHand: number
  /** The sum of the movements, which the database keeps as they are added. */
  readonly moved: number
  readonly reserved: number
  /** The quantity that active reservations hold and that has not been shipped. */
  readonly promised: number
}

interface ComparedPage {
  readonly differences: readonly StockDifference[]
  readonly places: number
  /** The start of the next page; undefined after the last. */
  readonly lastSku: string | undefined
}

/**
 * Compares the stock of the SKUs after this one with the sums of its movements and of what is promised, in one statement and
 * so as of one moment; at most a hundred differences of a page are answered.
 */
export async function compareStock(db: ReadHandle, afterSku: string, limit: number): Promise<ComparedPage> {
  const [page] = await db.sql<{
    differences: StockDifference[] | null
    places: number
    skus: number
    last: string | null
  }>`
    with page as materialized (
      select distinct sku from stock where sku > ${afterSku} order by sku limit ${limit}
    ), promised as (
      select line.sku, line."warehouseId" as warehouse_id, sum(line.quantity)::bigint as promised
        from reservations,
             jsonb_to_recordset(outstanding) as line (sku text, "warehouseId" uuid, quantity bigint)
       where status in ('held', 'confirmed') and line.sku collate "C" in (select sku from page)
       group by line.sku, line."warehouseId"
    ), compared as (
      select stock.sku, stock.warehouse_id as "warehouseId", on_hand as "onHand", coalesce(moved, 0) as moved, reserved,
             coalesce(promised, 0) as promised
        from page join stock on stock.sku = page.sku
        left join stock_totals as moved on moved.sku = stock.sku and moved.warehouse_id = stock.warehouse_id
        left join promised on promised.sku collate "C" = stock.sku and promised.warehouse_id = stock.warehouse_id
    )
    select (select json_agg(wrong) from (
             select * from compared where "onHand" <> moved or reserved <> promised limit 100
           ) as wrong) as differences,
           (select count(*)::int from compared) as places,
           (select count(*)::int from page) as skus,
           (select max(sku) from page) as last`
  const { differences, places, skus, last } = page ?? { differences: null, places: 0, skus: 0, last: null }
  return { differences: differences ?? [], places, lastSku: skus < limit || last === null ? undefined : last }
}
