import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Order, OrderStatus, ShippingAddress } from '@stoa/contracts/order/resources'
import type { OrderId, PaymentMethodId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { orderErrors } from '@stoa/contracts/order/errors'
import { catalogueError, money } from '@stoa/kernel'
import { fragment, json } from '@stoa/postgres'
import type { OrderItem, OrderState, PlacedOrder } from '../domain/order.ts'
import { erasedCountry } from '../domain/order-fact.ts'

interface OrderRow {
  readonly id: OrderId
  readonly number: string
  readonly customer_id: UserId
  readonly channel: SalesChannel
  readonly status: OrderStatus
  readonly reason: string | null
  readonly cancel_reason: string | null
  readonly cancellations: number
  readonly quote_id: QuoteId
  readonly payment_method_id: PaymentMethodId | null
  readonly payment_id: string | null
  readonly items: readonly OrderItem[]
  readonly shipping_address: ShippingAddress
  readonly shipping_method: string
  readonly currency: string
  readonly subtotal: number
  readonly discount: number
  readonly tax: number
  readonly shipping: number
  readonly total: number
  readonly is_picked: boolean
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

/** An order as the service works with it. */
export interface StoredOrder extends OrderState {
  readonly resource: Order
  readonly quoteId: QuoteId
  readonly paymentMethodId: PaymentMethodId | undefined
  readonly shippingMethod: string
  readonly cancelReason: string | undefined
  /** How many times the order was cancelled. */
  readonly cancellations: number
  readonly version: number
}

function fromRow(row: OrderRow): StoredOrder {
  const sum = (amount: number) => money(amount, row.currency)
  return {
    status: row.status,
    isCancelling: row.cancel_reason !== null,
    isPicked: row.is_picked,
    quoteId: row.quote_id,
    paymentMethodId: row.payment_method_id ?? undefined,
    shippingMethod: row.shipping_method,
    cancelReason: row.cancel_reason ?? undefined,
    cancellations: row.cancellations,
    version: row.version,
    resource: {
      id: row.id,
      number: row.number,
      status: row.status,
      ...(row.reason === null ? {} : { reason: row.reason }),
      customerId: row.customer_id,
      channel: row.channel,
      items: [...row.items],
      shippingAddress: row.shipping_address,
      subtotal: sum(row.subtotal),
      discount: sum(row.discount),
      tax: sum(row.tax),
      shipping: sum(row.shipping),
      total: sum(row.total),
      createdAt: row.created_at.toString(),
      updatedAt: row.updated_at.toString(),
    },
  }
}

/** Inserts a new order and the first entry of its history. */
export async function insertOrder(tx: WriteHandle, order: PlacedOrder, at: Temporal.Instant): Promise<StoredOrder> {
  const { sums } = order
  const [row] = await tx.sql<OrderRow>`
    with placed as (
      insert into orders (id, customer_id, channel, status, quote_id, payment_method_id, items, shipping_address, shipping_method,
                          currency, subtotal, discount, tax, shipping, total, created_at, updated_at)
      values (${order.id}, ${order.customerId}, ${order.channel}, 'pending', ${order.quoteId}, ${order.paymentMethodId}, ${json(order.items)},
              ${json(order.shippingAddress)}, ${order.shippingMethod}, ${sums.total.currency}, ${sums.subtotal.amount},
              ${sums.discount.amount}, ${sums.tax.amount}, ${sums.shipping.amount}, ${sums.total.amount}, ${at}, ${at})
      returning *
    ), noted as (
      insert into order_status_history (order_id, status, actor, at)
      select id, 'pending', ${order.customerId}, ${at} from placed
    )
    select * from placed`
  if (row === undefined) throw new Error('an insert returned no row')
  return fromRow(row)
}

/** The order of this id, when there is one. */
export async function findOrder(db: ReadHandle, id: string): Promise<StoredOrder | undefined> {
  const [row] = await db.sql<OrderRow>`select * from orders where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The order of this id; an AppError `order.not_found` otherwise. */
export async function getOrder(db: ReadHandle, id: string): Promise<StoredOrder> {
  return found(await findOrder(db, id), id)
}

/** Where the goods of an order go, and how. */
export async function getDelivery(
  db: ReadHandle,
  id: string,
): Promise<{ readonly shippingAddress: ShippingAddress; readonly shippingMethod: string }> {
  const [row] = await db.sql<Pick<OrderRow, 'shipping_address' | 'shipping_method'>>`
    select shipping_address, shipping_method from orders where id = ${id}`
  const { shipping_address: shippingAddress, shipping_method: shippingMethod } = found(row, id)
  return { shippingAddress, shippingMethod }
}

/** Locks the row of an order, and returns whether the order is being cancelled. */
export async function lockIsCancelling(tx: WriteHandle, id: string): Promise<boolean> {
  const [row] = await tx.sql<{ is: boolean }>`
    select cancel_reason is not null as is from orders where id = ${id} for update`
  return found(row, id).is
}

/** The order of this id with its row locked, so that two decisions on it come one after the other. */
export async function lockOrder(tx: WriteHandle, id: string): Promise<StoredOrder> {
  const [row] = await tx.sql<OrderRow>`select * from orders where id = ${id} for update`
  return found(row === undefined ? undefined : fromRow(row), id)
}

function found<Found>(order: Found | undefined, id: string): Found {
  if (order === undefined) throw catalogueError(orderErrors, 'order.not_found', `there is no order ${id}`)
  return order
}

/** A status change of an order, with its actor and reason. */
export interface OrderMove {
  readonly to: OrderStatus
  readonly actor: string
  readonly reason?: string | undefined
  /** The payment that it is paid with, from here on. */
  readonly paymentId?: string | undefined
  readonly at: Temporal.Instant
}

/** Changes the status of an order and adds it to the history; lock its row before if that depends on where it is. Returns the order after it. */
export async function moveOrder(tx: WriteHandle, id: string, move: OrderMove): Promise<StoredOrder> {
  const { to, actor, reason, paymentId, at } = move
  const [row] = await tx.sql<OrderRow>`
    with moved as (
      update orders set status = ${to}, reason = ${reason}, payment_id = coalesce(${paymentId}, payment_id),
        updated_at = ${at}, version = version + 1
      where id = ${id} returning *
    ), noted as (
      insert into order_status_history (order_id, status, actor, reason, at)
      select id, status, ${actor}, ${reason}, ${at} from moved
    )
    select * from moved`
  return fromRow(found(row, id))
}

/** Notes something in an order's history without moving it. */
export async function noteInHistory(tx: WriteHandle, id: string, { to, actor, reason, at }: OrderMove): Promise<void> {
  await tx.sql`
    insert into order_status_history (order_id, status, actor, reason, at) values (${id}, ${to}, ${actor}, ${reason}, ${at})`
}

/** Marks the order as being cancelled, unless it already is. Returns the number of this cancellation, from 1. */
export async function markCancelling(tx: WriteHandle, id: string, reason: string): Promise<number> {
  const [row] = await tx.sql<{ cancellations: number }>`
    update orders set cancel_reason = coalesce(cancel_reason, ${reason}),
      cancellations = cancellations + (cancel_reason is null)::int
    where id = ${id} returning cancellations`
  return row?.cancellations ?? 1
}

/** Removes the cancellation mark, because the goods left before the cancellation. */
export async function clearCancelling(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`update orders set cancel_reason = null where id = ${id}`
}

/** Notes that the goods are picked. */
export async function notePicked(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`update orders set is_picked = true, version = version + 1 where id = ${id}`
}

interface OrderFilter {
  readonly customerId?: string | undefined
  readonly channel?: string | undefined
  readonly status?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Orders that fit, newest first. */
export async function listOrders(
  db: ReadHandle,
  { customerId, channel, status, beforeId, limit }: OrderFilter,
): Promise<Order[]> {
  const ofCustomer = customerId === undefined ? fragment`` : fragment`and customer_id = ${customerId}`
  const ofChannel = channel === undefined ? fragment`` : fragment`and channel = ${channel}`
  const inStatus = status === undefined ? fragment`` : fragment`and status = ${status}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<OrderRow>`
    select * from orders where true ${ofCustomer} ${ofChannel} ${inStatus} ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

interface HistoryRow {
  readonly position: number
  readonly status: OrderStatus
  readonly actor: string
  readonly reason: string | null
  readonly at: Temporal.Instant
}

/** Every move of an order after this position, oldest first. */
export async function listHistory(db: ReadHandle, id: string, after = 0): Promise<HistoryRow[]> {
  return db.sql<HistoryRow>`
    select position, status, actor, reason, at from order_status_history
     where order_id = ${id} and position > ${after} order by position`
}

/** Those of these customers who have an order that is open or was once paid. */
export async function findCustomersWithOrders(db: ReadHandle, customerIds: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`
    select distinct customer_id as id from orders
     where customer_id = any (${customerIds}::uuid[])
       and not (status = 'rejected' or (status = 'cancelled' and payment_id is null))`
  return rows.map(({ id }) => id)
}

/** When the goods of an order arrived, when they have. */
export async function findDelivery(db: ReadHandle, id: string): Promise<Temporal.Instant | undefined> {
  const [row] = await db.sql<{ at: Temporal.Instant }>`
    select at from order_status_history where order_id = ${id} and status = 'delivered' order by position limit 1`
  return row?.at
}

const erased: ShippingAddress = {
  name: 'erased',
  line1: 'erased',
  city: 'erased',
  postalCode: 'erased',
  country: erasedCountry,
}

/** Remembers that an account is erased, and forgets where its ended orders went. */
export async function eraseCustomer(tx: WriteHandle, customerId: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`insert into erased_customers (customer_id, at) values (${customerId}, ${at}) on conflict do nothing`
  await tx.sql`
    update orders set shipping_address = ${json(erased)}
     where customer_id = ${customerId} and status not in ('pending', 'on_hold', 'confirmed', 'picking', 'shipped')`
}

/** Forgets where an order went that has ended after its customer's account was erased. */
export async function eraseWhenCustomerIsErased(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`
    update orders set shipping_address = ${json(erased)}
     where id = ${id} and customer_id in (select customer_id from erased_customers)`
}
