import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, ReturnId, UserId } from '@stoa/contracts/shared/ids'
import type { Return, ReturnStatus } from '@stoa/contracts/order/resources'
import { orderErrors } from '@stoa/contracts/order/errors'
import { catalogueError, money, type Money } from '@stoa/kernel'
import { fragment, json } from '@stoa/postgres'
import type { ReceivedLine, ReturnLine, ReturnState } from '../domain/returns.ts'

interface ReturnRow {
  readonly id: ReturnId
  readonly order_id: OrderId
  readonly customer_id: UserId
  readonly status: ReturnStatus
  readonly reason: string
  readonly note: string | null
  readonly items: readonly ReturnLine[]
  readonly received: readonly ReceivedLine[] | null
  readonly receipts: number
  readonly refund_due: number | null
  readonly refunded: number | null
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
  readonly currency: string
}

/** A return as the service works with it. */
export interface StoredReturn extends ReturnState {
  readonly resource: Return
  readonly orderId: OrderId
  /** How often it was received. */
  readonly receipts: number
  /** The refund of its receipt. */
  readonly refundDue: Money | undefined
  readonly version: number
}

function fromRow(row: ReturnRow): StoredReturn {
  const refund = row.refunded ?? row.refund_due
  return {
    status: row.status,
    items: row.items,
    received: row.received ?? [],
    orderId: row.order_id,
    receipts: row.receipts,
    refundDue: row.refund_due === null ? undefined : money(row.refund_due, row.currency),
    version: row.version,
    resource: {
      id: row.id,
      orderId: row.order_id,
      customerId: row.customer_id,
      status: row.status,
      reason: row.reason,
      ...(row.note === null ? {} : { note: row.note }),
      items: [...row.items],
      ...(row.received === null ? {} : { received: [...row.received] }),
      ...(refund === null ? {} : { refund: money(refund, row.currency) }),
      createdAt: row.created_at.toString(),
      updatedAt: row.updated_at.toString(),
    },
  }
}

/** A requested return. */
export interface NewReturn {
  readonly id: ReturnId
  readonly orderId: OrderId
  readonly customerId: UserId
  readonly reason: string
  readonly items: readonly ReturnLine[]
}

/** Inserts a return of an order whose row is locked. */
export async function insertReturn(tx: WriteHandle, made: NewReturn, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    insert into returns (id, order_id, customer_id, status, reason, items, created_at, updated_at)
    values (${made.id}, ${made.orderId}, ${made.customerId}, 'requested', ${made.reason}, ${json(made.items)}, ${at}, ${at})`
}

const select = fragment`select returns.*, orders.currency from returns join orders on orders.id = returns.order_id`

/** The return of this id, when there is one. */
export async function findReturn(db: ReadHandle, id: string): Promise<StoredReturn | undefined> {
  const [row] = await db.sql<ReturnRow>`${select} where returns.id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The return of this id; an AppError `order.return_not_found` otherwise. */
export async function getReturn(db: ReadHandle, id: string): Promise<StoredReturn> {
  const found = await findReturn(db, id)
  if (found === undefined) throw catalogueError(orderErrors, 'order.return_not_found', `there is no return ${id}`)
  return found
}

/** List the returns of an order, oldest first; decided on only behind the lock of the order's row. */
export async function returnsOf(db: ReadHandle, orderId: string): Promise<StoredReturn[]> {
  const rows = await db.sql<ReturnRow>`${select} where returns.order_id = ${orderId} order by returns.id`
  return rows.map(fromRow)
}

interface ReturnFilter {
  readonly customerId?: string | undefined
  readonly status?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Returns that fit, newest first. */
export async function listReturns(
  db: ReadHandle,
  { customerId, status, beforeId, limit }: ReturnFilter,
): Promise<Return[]> {
  const ofCustomer = customerId === undefined ? fragment`` : fragment`and returns.customer_id = ${customerId}`
  const inStatus = status === undefined ? fragment`` : fragment`and returns.status = ${status}`
  const before = beforeId === undefined ? fragment`` : fragment`and returns.id < ${beforeId}`
  const rows = await db.sql<ReturnRow>`
    ${select} where true ${ofCustomer} ${inStatus} ${before} order by returns.id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

/** The decision of staff on a return. */
export interface Answer {
  readonly to: 'approved' | 'refused'
  readonly note: string | undefined
  readonly at: Temporal.Instant
}

/** Approves or refuses a return of an order whose row is locked. */
export async function answerReturn(tx: WriteHandle, id: string, { to, note, at }: Answer): Promise<void> {
  await tx.sql`
    update returns set status = ${to}, note = coalesce(${note}, note), updated_at = ${at}, version = version + 1
     where id = ${id}`
}

/** The received goods and their refund. */
export interface Receipt {
  readonly received: readonly ReceivedLine[]
  readonly refundDue: Money
  readonly at: Temporal.Instant
}

/** Stores the receipt of a return of an order whose row is locked. */
export async function noteReceipt(tx: WriteHandle, id: string, { received, refundDue, at }: Receipt): Promise<void> {
  await tx.sql`
    update returns set status = 'received', received = ${json(received)}, refund_due = ${refundDue.amount},
           receipts = receipts + 1, updated_at = ${at}, version = version + 1
     where id = ${id}`
}

/** Deletes a receipt whose saga did not start in time. */
export async function withdrawReceipt(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update returns set status = 'approved', received = null, refund_due = null, updated_at = ${at}, version = version + 1
     where id = ${id} and status = 'received'`
}

/** Notes what was given back. */
export async function noteRefund(tx: WriteHandle, id: string, refunded: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update returns set status = 'refunded', refunded = ${refunded}, updated_at = ${at}, version = version + 1
     where id = ${id} and status = 'received'`
}

/** Deletes the return reasons of a customer. */
export async function eraseReturnReasons(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`update returns set reason = 'erased' where customer_id = ${customerId}`
}
