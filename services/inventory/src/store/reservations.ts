import type { IdRange } from '@stoa/kernel'
import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, ReservationId, WarehouseId } from '@stoa/contracts/shared/ids'
import { fragment, json } from '@stoa/postgres'
import type { StockLine } from '../domain/allocation.ts'
import type { ReservationState, ReservationStatus } from '../domain/reservation.ts'

/** Lines as they go over the wire. */
export interface ReservedLine extends StockLine {
  readonly warehouseId: WarehouseId
}

/** A reservation as the service works with it. */
export interface StoredReservation extends ReservationState {
  readonly id: ReservationId
  readonly orderId: OrderId
  readonly lines: readonly ReservedLine[]
  readonly outstanding: readonly ReservedLine[]
  readonly expiresAt: Temporal.Instant | undefined
}

interface ReservationRow {
  readonly id: ReservationId
  readonly order_id: OrderId
  readonly status: ReservationStatus
  readonly lines: readonly ReservedLine[]
  readonly outstanding: readonly ReservedLine[]
  readonly returned: readonly ReservedLine[]
  readonly expires_at: Temporal.Instant | null
}

function fromRow(row: ReservationRow): StoredReservation {
  const { id, status, lines, outstanding, returned } = row
  return { id, status, lines, outstanding, returned, orderId: row.order_id, expiresAt: row.expires_at ?? undefined }
}

/** A new reservation. */
export interface NewReservation {
  readonly id: string
  readonly orderId: string
  /** The permanent key of the call that makes it. */
  readonly actionKey: string | undefined
  readonly lines: readonly StockLine[]
  readonly expiresAt: Temporal.Instant | undefined
}

/**
 * Inserts a reservation and deducts its lines from the stock, whose rows are locked. Does neither and returns false if its
 * key was used or its order already has a reservation.
 */
export async function insertReservation(
  tx: WriteHandle,
  wanted: NewReservation,
  at: Temporal.Instant,
): Promise<boolean> {
  const { id, orderId, actionKey, lines, expiresAt } = wanted
  const encoded = json(lines)
  const rows = await tx.sql`
    with made as (
      insert into reservations (id, order_id, action_key, status, lines, outstanding, expires_at, created_at, updated_at)
      values (${id}, ${orderId}, ${actionKey}, 'held', ${encoded}, ${encoded}, ${expiresAt}, ${at}, ${at})
      on conflict do nothing
      returning 1
    )
    update stock set reserved = reserved + line.quantity
      from unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ warehouseId }) => warehouseId)}::uuid[],
                  ${lines.map(({ quantity }) => quantity)}::bigint[]) as line (sku, warehouse_id, quantity)
     where stock.sku = line.sku and stock.warehouse_id = line.warehouse_id and exists (select from made)
    returning 1 as one`
  return rows.length > 0
}

/** Returns the reservation of a call, with its row locked. */
export async function lockByKey(tx: WriteHandle, actionKey: string): Promise<StoredReservation | undefined> {
  const [row] = await tx.sql<ReservationRow>`select * from reservations where action_key = ${actionKey} for update`
  return row && fromRow(row)
}

/** The reservation of an order, with its row locked: the live one, else the last that was released. */
export async function lockByOrder(tx: WriteHandle, orderId: string): Promise<StoredReservation | undefined> {
  const [row] = await tx.sql<ReservationRow>`
    select * from reservations where order_id = ${orderId}
     order by (status = 'released'), id desc limit 1 for update`
  return row && fromRow(row)
}

/** The reservation of an order: the live one, else the last that was released. */
export async function findByOrder(db: ReadHandle, orderId: string): Promise<StoredReservation | undefined> {
  const [row] = await db.sql<ReservationRow>`
    select * from reservations where order_id = ${orderId} order by (status = 'released'), id desc limit 1`
  return row && fromRow(row)
}

/** The reservations of these orders, or of a range of them: of each order the live one, else the last that was released. */
export async function listByOrders(db: ReadHandle, orders: readonly string[] | IdRange): Promise<StoredReservation[]> {
  const isRange = 'after' in orders
  const wanted = isRange
    ? fragment`order_id > ${orders.after} and order_id <= ${orders.upTo}`
    : fragment`order_id = any(${orders}::uuid[])`
  const limit = isRange ? fragment`limit ${orders.limit}` : fragment``
  const rows = await db.sql<ReservationRow>`
    select distinct on (order_id) * from reservations where ${wanted}
     order by order_id, (status = 'released'), id desc ${limit}`
  return rows.map(fromRow)
}

/** Lets reservations that were made before the clock was set back expire after the time they had, counted from now. */
export async function limitHolds(tx: WriteHandle, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update reservations set expires_at = ${at}::timestamptz + (expires_at - updated_at), updated_at = ${at}
     where status = 'held' and expires_at > ${at} and updated_at > ${at.add({ minutes: 1 })}`
}

/** Returns expired reservations, locked; rows locked by others are skipped until the next run. */
export async function lockExpired(tx: WriteHandle, at: Temporal.Instant, limit: number): Promise<StoredReservation[]> {
  const rows = await tx.sql<ReservationRow>`
    select * from reservations where status = 'held' and expires_at <= ${at}
     order by expires_at limit ${limit} for update skip locked`
  return rows.map(fromRow)
}

/** Confirms the held reservation of an order, if it has one. */
export async function confirmHeld(
  tx: WriteHandle,
  orderId: string,
  at: Temporal.Instant,
): Promise<StoredReservation | undefined> {
  const [row] = await tx.sql<ReservationRow>`
    update reservations set status = 'confirmed', expires_at = null, updated_at = ${at}
     where order_id = ${orderId} and status = 'held'
    returning *`
  return row && fromRow(row)
}

/** Marks reservations as released; their rows are locked. */
export async function markReleased(tx: WriteHandle, ids: readonly string[], at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update reservations set status = 'released', outstanding = '[]', updated_at = ${at} where id = any(${ids}::uuid[])`
}

interface Left {
  readonly status: ReservationStatus
  readonly outstanding: readonly StockLine[]
}

/** Stores the unshipped quantities of a reservation whose row is locked. */
export async function noteDispatched(
  tx: WriteHandle,
  id: string,
  { status, outstanding }: Left,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    update reservations set status = ${status}, outstanding = ${json(outstanding)}, expires_at = null, updated_at = ${at}
     where id = ${id}`
}

/** Stores the returned quantities of a reservation whose row is locked. */
export async function noteReturned(
  tx: WriteHandle,
  id: string,
  returned: readonly StockLine[],
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`update reservations set returned = ${json(returned)}, updated_at = ${at} where id = ${id}`
}
