import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Availability, ProductStatus } from '@stoa/contracts/inventory/resources'
import type { StockLine } from '../domain/allocation.ts'
import type { StockLevel } from '../domain/stock.ts'

interface StockRow {
  readonly sku: string
  readonly warehouse_id: string
  readonly on_hand: number
  readonly reserved: number
  readonly reorder_point: number
  readonly is_backorder_allowed: boolean
}

/** The stock of a SKU in a warehouse. */
export interface StoredStock extends StockLevel {
  readonly sku: string
  readonly warehouseId: string
}

/** Stock that could be reserved: with where it lies and whether its product is sold. */
export interface ReservableStock extends StoredStock {
  readonly country: string
  readonly productStatus: ProductStatus
}

function fromRow(row: StockRow): StoredStock {
  return {
    sku: row.sku,
    warehouseId: row.warehouse_id,
    onHand: row.on_hand,
    reserved: row.reserved,
    reorderPoint: row.reorder_point,
    isBackorderAllowed: row.is_backorder_allowed,
  }
}

/**
 * Locks all stock of these SKUs, in the order of its key, and reads it as it stands once it is locked. The SKUs themselves
 * are kept from being deleted meanwhile; what was deleted while this waited is left out.
 */
export async function lockReservable(tx: WriteHandle, skus: readonly string[]): Promise<ReservableStock[]> {
  const rows = await tx.sql<StockRow & { country: string; status: ProductStatus }>`
    select stock.*, warehouses.country, variants.status
      from stock
      join warehouses on warehouses.id = stock.warehouse_id
      join variants on variants.sku = stock.sku
     where stock.sku = any(${skus}::text[])
     order by stock.sku, stock.warehouse_id
       for update of stock for key share of variants`
  return rows.map((row) => ({ ...fromRow(row), country: row.country, productStatus: row.status }))
}

/** Locks the stock of a SKU in these warehouses, in the order of its key, and creates missing rows. */
export async function lockOrMakeStock(
  tx: WriteHandle,
  sku: string,
  warehouseIds: readonly string[],
): Promise<StoredStock[]> {
  const rows = await tx.sql<StockRow>`
    insert into stock (sku, warehouse_id)
    select ${sku}, warehouse_id from unnest(${warehouseIds.toSorted()}::uuid[]) as wanted (warehouse_id)
    on conflict (sku, warehouse_id) do update set sku = excluded.sku
    returning *`
  return rows.map(fromRow)
}

/** Locks all stock of these SKUs, and returns the SKUs with reserved stock. */
export async function lockReservedSkus(tx: WriteHandle, skus: readonly string[]): Promise<string[]> {
  const rows = await tx.sql<StockRow>`
    select * from stock where sku = any(${skus}::text[]) order by sku, warehouse_id for update`
  return [...new Set(rows.filter(({ reserved }) => reserved > 0).map(({ sku }) => sku))]
}

/** Releases reserved stock. Throws if a line has no stock row, which means that the records are inconsistent. */
export async function unreserve(tx: WriteHandle, lines: readonly StockLine[]): Promise<void> {
  const rows = await tx.sql`
    with given as (
      select sku, warehouse_id, sum(quantity) as quantity
        from unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ warehouseId }) => warehouseId)}::uuid[],
                    ${lines.map(({ quantity }) => quantity)}::bigint[]) as line (sku, warehouse_id, quantity)
       group by sku, warehouse_id
    ), locked as materialized (
      select stock.sku, stock.warehouse_id, given.quantity
        from stock join given on given.sku = stock.sku and given.warehouse_id = stock.warehouse_id
       order by stock.sku, stock.warehouse_id
         for update of stock
    )
    update stock set reserved = stock.reserved - locked.quantity
      from locked
     where stock.sku = locked.sku and stock.warehouse_id = locked.warehouse_id
    returning 1 as one`
  const places = new Set(lines.map(({ sku, warehouseId }) => `${sku} ${warehouseId}`))
  if (rows.length !== places.size) throw new Error('reserved stock is not in the books')
}

/** Sets the reorder point and backorder rule of a stock whose row is locked. */
export async function saveRules(tx: WriteHandle, stock: StoredStock): Promise<void> {
  await tx.sql`
    update stock set reorder_point = ${stock.reorderPoint}, is_backorder_allowed = ${stock.isBackorderAllowed}
     where sku = ${stock.sku} and warehouse_id = ${stock.warehouseId}`
}

interface AvailabilityQuery {
  readonly skus: readonly string[]
  readonly withDrafts: boolean
}

/** Returns the sellable quantity of these SKUs over all warehouses; omits unknown SKUs and, if requested, those of drafts. */
export async function findAvailability(
  db: ReadHandle,
  { skus, withDrafts }: AvailabilityQuery,
): Promise<Availability[]> {
  return db.sql<Availability>`
    select variants.sku,
           coalesce(sum(on_hand - reserved), 0)::bigint as available,
           coalesce(sum(on_hand), 0)::bigint as "onHand",
           coalesce(sum(reserved), 0)::bigint as reserved
      from variants left join stock on stock.sku = variants.sku
     where variants.sku = any(${skus}::text[])
       and (${withDrafts} or variants.status <> 'draft')
     group by variants.sku`
}
