import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { WarehouseId } from '@stoa/contracts/shared/ids'
import type { Movement } from '@stoa/contracts/inventory/resources'
import { inventoryErrors } from '@stoa/contracts/inventory/errors'
import { catalogueError } from '@stoa/kernel'
import { fragment, sqlState } from '@stoa/postgres'
import type { StockLevel } from '../domain/stock.ts'

/** One change of the stock on hand, as an entry of the ledger. */
export interface NewMovement {
  readonly id: string
  readonly sku: string
  readonly warehouseId: string
  readonly delta: number
  /** How much of what leaves was reserved. */
  readonly unreserved?: number
}

const checkViolation = '23514'

interface Reason {
  readonly reason: string
  readonly reference?: string | undefined
  readonly at: Temporal.Instant
}

/** How a stock stood before and after its movement. */
export interface Moved {
  readonly sku: string
  readonly warehouseId: string
  readonly before: StockLevel
  readonly after: StockLevel
}

interface MovedRow {
  readonly sku: string
  readonly warehouse_id: string
  readonly on_hand: number
  readonly reserved: number
  readonly reorder_point: number
  readonly is_backorder_allowed: boolean
  readonly delta: number
  readonly unreserved: number
}

/**
 * Changes the stock on hand together with the ledger; no other code does, so they always agree. Locks the rows in the
 * order of their key; each SKU and warehouse may occur once. Throws if a SKU has never had stock in a warehouse, and AppError `inventory.insufficient_stock` if the stock would be less than the reserved quantity.
 */
export async function moveStock(
  tx: WriteHandle,
  movements: readonly NewMovement[],
  { reason, reference, at }: Reason,
): Promise<Moved[]> {
  const rows = await refusingOversale(tx.sql<MovedRow>`
    with wanted as (
      select * from unnest(${movements.map(({ id }) => id)}::uuid[], ${movements.map(({ sku }) => sku)}::text[],
                           ${movements.map(({ warehouseId }) => warehouseId)}::uuid[],
                           ${movements.map(({ delta }) => delta)}::bigint[],
                           ${movements.map(({ unreserved }) => unreserved ?? 0)}::bigint[])
               as wanted (id, sku, warehouse_id, delta, unreserved)
    ), locked as materialized (
      select wanted.*
        from wanted join stock on stock.sku = wanted.sku and stock.warehouse_id = wanted.warehouse_id
       order by stock.sku, stock.warehouse_id
         for update of stock
    ), noted as (
      insert into stock_movements (id, sku, warehouse_id, delta, reason, reference, at)
      select id, sku, warehouse_id, delta, ${reason}, ${reference}, ${at} from locked
    )
    update stock set on_hand = stock.on_hand + locked.delta, reserved = stock.reserved - locked.unreserved
      from locked
     where stock.sku = locked.sku and stock.warehouse_id = locked.warehouse_id
    returning stock.*, locked.delta, locked.unreserved`)
  if (rows.length !== movements.length) throw new Error('stock was to move that is not in the books')
  return rows.map(movedOf)
}

/** @throws AppError when the database has found that more would be promised than there is */
async function refusingOversale<Rows>(change: Promise<Rows>): Promise<Rows> {
  try {
    return await change
  } catch (error) {
    if (sqlState(error) !== checkViolation) throw error
    const detail = 'what is left there is promised to others'
    throw catalogueError(inventoryErrors, 'inventory.insufficient_stock', detail, { cause: error })
  }
}

function movedOf(row: MovedRow): Moved {
  const after = {
    onHand: row.on_hand,
    reserved: row.reserved,
    reorderPoint: row.reorder_point,
    isBackorderAllowed: row.is_backorder_allowed,
  }
  const before = { ...after, onHand: row.on_hand - row.delta, reserved: row.reserved + row.unreserved }
  return { sku: row.sku, warehouseId: row.warehouse_id, before, after }
}

/** Opens the books of stock that there are none of, with what lies there at first; the others are left as they are. */
export async function openStock(
  tx: WriteHandle,
  opened: readonly (NewMovement & { readonly reorderPoint: number })[],
  { reason, at }: Reason,
): Promise<void> {
  await tx.sql`
    with wanted as (
      select * from unnest(${opened.map(({ id }) => id)}::uuid[], ${opened.map(({ sku }) => sku)}::text[],
                           ${opened.map(({ warehouseId }) => warehouseId)}::uuid[],
                           ${opened.map(({ delta }) => delta)}::bigint[],
                           ${opened.map(({ reorderPoint }) => reorderPoint)}::bigint[])
               as wanted (id, sku, warehouse_id, delta, reorder_point)
    ), made as (
      insert into stock (sku, warehouse_id, on_hand, reorder_point)
      select sku, warehouse_id, delta, reorder_point from wanted order by sku, warehouse_id
      on conflict do nothing
      returning sku, warehouse_id
    )
    insert into stock_movements (id, sku, warehouse_id, delta, reason, at)
    select id, sku, warehouse_id, delta, ${reason}, ${at} from wanted join made using (sku, warehouse_id)`
}

interface MovementFilter {
  readonly sku?: string | undefined
  readonly warehouseId?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** The ledger, newest first. */
export async function listMovements(
  db: ReadHandle,
  { sku, warehouseId, beforeId, limit }: MovementFilter,
): Promise<Movement[]> {
  const ofSku = sku === undefined ? fragment`` : fragment`and sku = ${sku}`
  const ofWarehouse = warehouseId === undefined ? fragment`` : fragment`and warehouse_id = ${warehouseId}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<{
    id: string
    sku: string
    warehouse_id: WarehouseId
    delta: number
    reason: string
    reference: string | null
    at: Temporal.Instant
  }>`select * from stock_movements where true ${ofSku} ${ofWarehouse} ${before} order by id desc limit ${limit}`
  return rows.map(({ warehouse_id, reference, at, ...row }) => ({
    ...row,
    warehouseId: warehouse_id,
    ...(reference === null ? {} : { reference }),
    at: at.toString(),
  }))
}
