import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { CartStatus } from '@stoa/contracts/order/carts'
import type { CartId, OrderId, UserId } from '@stoa/contracts/shared/ids'
import type { SalesChannel } from '@stoa/contracts/shared/sales-channel'
import { json } from '@stoa/postgres'
import type { CartItem, CartPrices, CartState } from '../domain/cart.ts'

interface CartRow {
  readonly id: CartId
  readonly customer_id: UserId
  readonly is_guest: boolean
  readonly status: CartStatus
  readonly region: string
  readonly currency: string
  readonly channel: SalesChannel
  readonly items: readonly CartItem[]
  readonly prices: CartPrices | null
  readonly priced_at: Temporal.Instant | null
  readonly order_id: OrderId | null
  readonly merged_into: CartId | null
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
  readonly expires_at: Temporal.Instant
}

/** Prices, and when they were asked for. */
export interface PricesOfTime {
  readonly prices: CartPrices
  readonly at: Temporal.Instant
}

/** A cart as it is stored. */
export interface StoredCart extends CartState {
  readonly priced: PricesOfTime | undefined
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

function fromRow(row: CartRow): StoredCart {
  return {
    id: row.id,
    customerId: row.customer_id,
    isGuest: row.is_guest,
    status: row.status,
    region: row.region,
    currency: row.currency,
    channel: row.channel,
    items: row.items,
    priced: row.prices === null || row.priced_at === null ? undefined : { prices: row.prices, at: row.priced_at },
    orderId: row.order_id ?? undefined,
    mergedInto: row.merged_into ?? undefined,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  }
}

function first(rows: readonly CartRow[]): StoredCart | undefined {
  return rows[0] && fromRow(rows[0])
}

/** The cart of this id, when there is one. */
export async function findCart(db: ReadHandle, id: string): Promise<StoredCart | undefined> {
  return first(await db.sql<CartRow>`select * from carts where id = ${id}`)
}

/** The cart of this id, when there is one, with its row locked. */
export async function lockCart(tx: WriteHandle, id: string): Promise<StoredCart | undefined> {
  return first(await tx.sql<CartRow>`select * from carts where id = ${id} for update`)
}

/** The cart of a customer that is not closed, also when its time is over. */
export async function findOpenCart(db: ReadHandle, customerId: string): Promise<StoredCart | undefined> {
  return first(await db.sql<CartRow>`select * from carts where customer_id = ${customerId} and status = 'open'`)
}

/** The same with its row locked. */
export async function lockOpenCart(tx: WriteHandle, customerId: string): Promise<StoredCart | undefined> {
  return first(
    await tx.sql<CartRow>`select * from carts where customer_id = ${customerId} and status = 'open' for update`,
  )
}

/** The carts of a customer that are still stored, newest first. */
export async function listCarts(db: ReadHandle, customerId: string) {
  const rows = await db.sql<CartRow>`
    select * from carts where customer_id = ${customerId} order by id desc limit 10_000`
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    region: row.region,
    currency: row.currency,
    channel: row.channel,
    items: row.items.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
    createdAt: row.created_at.toString(),
    updatedAt: row.updated_at.toString(),
  }))
}

interface NewCart {
  readonly id: string
  readonly customerId: string
  readonly isGuest: boolean
  readonly region: string
  readonly currency: string
  readonly channel: SalesChannel
  readonly at: Temporal.Instant
  readonly expiresAt: Temporal.Instant
}

/** Inserts an empty cart; returns undefined if the customer has an open one. */
export async function insertCart(tx: WriteHandle, cart: NewCart): Promise<StoredCart | undefined> {
  const { id, customerId, isGuest, region, currency, channel, at, expiresAt } = cart
  return first(
    await tx.sql<CartRow>`
      insert into carts (id, customer_id, is_guest, region, currency, channel, created_at, updated_at, expires_at)
      values (${id}, ${customerId}, ${isGuest}, ${region}, ${currency}, ${channel}, ${at}, ${at}, ${expiresAt})
      on conflict (customer_id) where status = 'open' do nothing
      returning *`,
  )
}

interface CartContents {
  readonly region: string
  readonly currency: string
  readonly channel: SalesChannel
  readonly items: readonly CartItem[]
  /** Undefined when the contents have not been priced. */
  readonly priced: PricesOfTime | undefined
  readonly at: Temporal.Instant
  readonly expiresAt: Temporal.Instant
}

/** Replaces the contents of a cart whose row is locked, and its end. */
export async function saveContents(tx: WriteHandle, id: string, cart: CartContents): Promise<StoredCart> {
  const { region, currency, channel, items, priced, at, expiresAt } = cart
  const [row] = await tx.sql<CartRow>`
    update carts set region = ${region}, currency = ${currency}, channel = ${channel}, items = ${json(items)},
      prices = ${priced && json(priced.prices)}, priced_at = ${priced?.at},
      updated_at = ${at}, expires_at = ${expiresAt}, version = version + 1
    where id = ${id} returning *`
  if (row === undefined) throw new Error(`the cart ${id} vanished behind its lock`)
  return fromRow(row)
}

/** Closes a cart whose row is locked, because it has become an order. */
export async function closeAsOrdered(
  tx: WriteHandle,
  id: string,
  orderId: string,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    update carts set status = 'ordered', order_id = ${orderId}, updated_at = ${at}, version = version + 1
     where id = ${id}`
}

/** Stores the hash of a token that hands a cart over; one that was issued before is void. */
export async function saveHandover(
  tx: WriteHandle,
  id: string,
  { hash, expiresAt }: { readonly hash: Uint8Array; readonly expiresAt: Temporal.Instant },
): Promise<void> {
  await tx.sql`update carts set handover_hash = ${hash}, handover_expires_at = ${expiresAt} where id = ${id}`
}

/** A cart that a token hands over. */
export interface HandedOver {
  readonly cart: StoredCart
  readonly handoverExpiresAt: Temporal.Instant
}

interface HandoverRow extends CartRow {
  readonly handover_expires_at: Temporal.Instant
}

/** The cart that a token hands over, by its hash, also when it is closed. */
export async function findHandedOver(db: ReadHandle, hash: Uint8Array): Promise<HandedOver | undefined> {
  const [row] = await db.sql<HandoverRow>`select * from carts where handover_hash = ${hash}`
  return row && { cart: fromRow(row), handoverExpiresAt: row.handover_expires_at }
}

/** Locks two carts in the order of their ids, so that two merges in opposite directions wait for each other and never deadlock. */
export async function lockCarts(tx: WriteHandle, ids: readonly [string, string]): Promise<void> {
  await tx.sql`select 1 from carts where id = any (${ids}::uuid[]) order by id for update`
}

/** Closes a cart whose row is locked, because its lines are in another. */
export async function closeAsMerged(tx: WriteHandle, id: string, into: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update carts set status = 'merged', merged_into = ${into}, updated_at = ${at}, version = version + 1 where id = ${id}`
}

/** Open carts whose time is over, with their rows locked; leaves out those that another transaction works on. */
export async function lockExpiredCarts(tx: WriteHandle, at: Temporal.Instant, limit: number): Promise<StoredCart[]> {
  const rows = await tx.sql<CartRow>`
    select * from carts where status = 'open' and expires_at <= ${at}
     order by expires_at limit ${limit} for update skip locked`
  return rows.map(fromRow)
}

/** Deletes some carts that were closed before a time; returns how many. */
export async function deleteClosedCarts(tx: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await tx.sql`
    delete from carts where id = any(array(
      select id from carts where status <> 'open' and updated_at < ${before} limit ${limit} for update skip locked))
    returning 1 as one`
  return rows.length
}

/** Closes a cart whose row is locked, because its time is over. */
export async function closeAsExpired(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`update carts set status = 'expired', updated_at = ${at}, version = version + 1 where id = ${id}`
}

/** Deletes a cart. */
export async function deleteCart(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from carts where id = ${id}`
}

/** Deletes the carts of a customer. */
export async function deleteCartsOf(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`delete from carts where customer_id = ${customerId}`
}
