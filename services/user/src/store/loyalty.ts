import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { json } from '@stoa/postgres'
import type { PurchasedLine, ReturnedGoods } from '../domain/loyalty.ts'

/** Locks an account's row, so that its points change one entry at a time; answers whether it is there. */
export async function lockPoints(tx: WriteHandle, userId: string): Promise<boolean> {
  const [row] = await tx.sql`select 1 from users where id = ${userId} and deleted_at is null for update`
  return row !== undefined
}

/** A completed order, as far as its points depend on it. */
export interface Purchase {
  readonly orderId: string
  readonly userId: string
  readonly points: number
  readonly lines: readonly PurchasedLine[]
}

export async function insertPurchase(tx: WriteHandle, { orderId, userId, points, lines }: Purchase): Promise<void> {
  await tx.sql`
    insert into loyalty_purchases (order_id, user_id, points, lines) values (${orderId}, ${userId}, ${points}, ${json(lines)})
    on conflict (order_id) do nothing`
}

export async function insertReturn(
  tx: WriteHandle,
  eventId: string,
  orderId: string,
  goods: ReturnedGoods,
): Promise<void> {
  await tx.sql`
    insert into loyalty_returns (event_id, order_id, is_all, lines)
    values (${eventId}, ${orderId}, ${goods.isAll}, ${json(goods.lines)})
    on conflict (event_id) do nothing`
}

/** A purchase with what came back of it and the points it has given so far. */
export interface PurchaseState extends Purchase {
  readonly returns: readonly ReturnedGoods[]
  readonly given: number
}

export async function findPurchase(db: ReadHandle, orderId: string): Promise<PurchaseState | undefined> {
  const [row] = await db.sql<{
    user_id: string
    points: number
    lines: PurchasedLine[]
    returns: ReturnedGoods[]
    given: number
  }>`
    select user_id, points, lines,
           (select coalesce(jsonb_agg(jsonb_build_object('isAll', is_all, 'lines', lines)), '[]')
              from loyalty_returns where order_id = ${orderId}) as returns,
           (select coalesce(sum(points), 0)::bigint from loyalty_entries where order_id = ${orderId}) as given
      from loyalty_purchases where order_id = ${orderId}`
  if (row === undefined) return undefined
  const { user_id: userId, ...rest } = row
  return { orderId, userId, ...rest }
}

/** One entry of the ledger. */
export interface LoyaltyEntry {
  readonly userId: string
  readonly orderId: string
  readonly kind: 'earned' | 'returned'
  readonly points: number
  readonly eventId: string
  readonly at: Temporal.Instant
}

/** Adds an entry, and its points to the account's. */
export async function addEntry(tx: WriteHandle, entry: LoyaltyEntry): Promise<void> {
  await tx.sql`
    with added as (
      insert into loyalty_entries (user_id, order_id, kind, points, event_id, at)
      values (${entry.userId}, ${entry.orderId}, ${entry.kind}, ${entry.points}, ${entry.eventId}, ${entry.at})
      returning user_id, points
    )
    update users set loyalty_points = loyalty_points + added.points, version = version + 1, updated_at = ${entry.at}
      from added where users.id = added.user_id`
}

/** An account's entries, oldest first. */
export async function listEntries(db: ReadHandle, userId: string) {
  return db.sql<{ order_id: string; kind: string; points: number; at: Temporal.Instant }>`
    select order_id, kind, points, at from loyalty_entries where user_id = ${userId} order by position`
}
