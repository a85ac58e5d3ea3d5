import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Quote } from '@stoa/contracts/pricing/resources'
import { zero, type Money } from '@stoa/kernel'
import { json } from '@stoa/postgres'
import type { CouponUser } from './mailboxes.ts'

/** A stored quote. */
export interface StoredQuote {
  readonly quote: Quote
  readonly customerId: string | undefined
  readonly countedPromotions: readonly string[]
  readonly expiresAt: Temporal.Instant
}

/** Stores a quote until it expires, and returns its customer: one for an erased account names none. */
export async function insertQuote(
  tx: WriteHandle,
  { quote, customerId, countedPromotions, expiresAt }: StoredQuote,
): Promise<string | undefined> {
  const [row] = await tx.sql<{ customer: string | null }>`
    insert into quotes (id, customer_id, body, counted_promotions, expires_at)
    select ${quote.quoteId}, case when not is_erased(given.customer) then given.customer end, ${json(quote)},
      ${countedPromotions}::uuid[], ${expiresAt}
    from (values (${customerId}::uuid)) as given (customer)
    returning customer_id as customer`
  return row?.customer ?? undefined
}

/** The quote of this id, expired or not. */
export async function findQuote(db: ReadHandle, id: string): Promise<StoredQuote | undefined> {
  const [row] = await db.sql<{
    body: Quote
    customer_id: string | null
    counted_promotions: string[]
    expires_at: Temporal.Instant
  }>`
    select body, customer_id, counted_promotions, expires_at from quotes where id = ${id}`
  if (row === undefined) return undefined
  const { body, customer_id: customer, counted_promotions: countedPromotions, expires_at: expiresAt } = row
  // a quote of an older version has neither
  const quote: Quote = {
    ...body,
    shippingTax: body.shippingTax ?? zero(body.total.currency),
    appliedCouponCodes: body.appliedCouponCodes ?? [],
  }
  return { quote, customerId: customer ?? undefined, countedPromotions, expiresAt }
}

/** Forgets quotes that expired before this time. */
export async function purgeQuotes(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from quotes where expires_at < ${before}`
}

/** Deletes the quotes of a customer. */
export async function deleteQuotesOf(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`delete from quotes where customer_id = ${customerId}`
}

/** The quotes of a customer that are still stored. */
export async function listQuotes(db: ReadHandle, customerId: string): Promise<Quote[]> {
  const rows = await db.sql<{ body: Quote }>`select body from quotes where customer_id = ${customerId} order by id`
  return rows.map(({ body }) => body)
}

/** Returns the total that was accepted with this key before, if any. */
export async function findAccepted(tx: ReadHandle, actionKey: string): Promise<Money | undefined> {
  const [row] = await tx.sql<{ total: Money }>`select total from acceptances where action_key = ${actionKey}`
  return row?.total
}

/** What an order accepts. */
interface NewAcceptance {
  readonly actionKey: string
  readonly orderId: string
  readonly quoteId: string
  readonly total: Money
  readonly customerId: string
}

/** Writes an acceptance; false when the order has one already, and for an erased account. */
export async function insertAcceptance(
  tx: WriteHandle,
  { actionKey, orderId, quoteId, total, customerId }: NewAcceptance,
): Promise<boolean> {
  const rows = await tx.sql`
    insert into acceptances (action_key, order_id, quote_id, total)
    select ${actionKey}, ${orderId}, ${quoteId}, ${json(total)} where not is_erased(${customerId})
    on conflict do nothing returning 1`
  return rows.length > 0
}

/** A promotion whose use was taken. */
export interface TakenUse {
  readonly id: string
  readonly name: string
  readonly isExhausted: boolean
}

/**
 * Takes one use of each promotion for an order, in the order of their ids, so that two orders wait and never deadlock;
 * answers those that had one left. The lock is a statement of its own: what a customer has used is counted by the one
 * after it, which sees the uses that the previous holder of the lock has written.
 */
export async function takeUses(
  tx: WriteHandle,
  promotionIds: readonly string[],
  { orderId, customerId, mailbox }: Omit<CouponUser, 'isVerified'> & { readonly orderId: string },
): Promise<TakenUse[]> {
  await tx.sql`select 1 from promotions where id = any (${promotionIds}::uuid[]) order by id for update`
  return tx.sql<TakenUse>`
    with taken as (
      update promotions p set uses = uses + 1
       where p.id = any (${promotionIds}::uuid[]) and (p.max_uses is null or p.uses < p.max_uses)
         and (p.max_uses_per_customer is null or p.max_uses_per_customer > (
           select count(*) from coupon_uses u where u.promotion_id = p.id and (u.customer_id = ${customerId} or u.mailbox = ${mailbox}::bytea)))
      returning p.id, p.name, coalesce(p.uses = p.max_uses, false) as "isExhausted"
    ), noted as (
      insert into coupon_uses (promotion_id, order_id, customer_id, mailbox)
      select id, ${orderId}, ${customerId}, ${mailbox}::bytea from taken
    )
    select * from taken`
}

/** Gives the uses an order has taken back, once. */
export async function giveBack(tx: WriteHandle, orderId: string, at: Temporal.Instant): Promise<void> {
  const [accepted] = await tx.sql<{ isOpen: boolean }>`
    select released_at is null as "isOpen" from acceptances where order_id = ${orderId} for update`
  if (accepted?.isOpen !== true) return
  await tx.sql`
    with freed as (delete from coupon_uses where order_id = ${orderId} returning promotion_id),
    locked as (
      select id from promotions where id in (select promotion_id from freed) order by id for update
    ), ended as (
      update acceptances set released_at = ${at} where order_id = ${orderId}
    )
    update promotions set uses = uses - 1 where id in (select id from locked)`
}

/** The uses of coupons by a customer, and their erasure. */
export function listUses(db: ReadHandle, customerId: string) {
  return db.sql<{ promotionId: string; orderId: string }>`
    select promotion_id as "promotionId", order_id as "orderId" from coupon_uses where customer_id = ${customerId}`
}

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Forgets who used a coupon. The use stays, and with it the keyed hash of the mailbox: otherwise erasing an account and
 * registering it again would renew the limit per customer each time.
 */
export async function eraseUses(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`update coupon_uses set customer_id = ${nobody} where customer_id = ${customerId}`
}

/** Deletes the mailbox hashes of erased accounts for promotions that ended before this time, which limit nothing any more. */
export async function purgeMailboxes(tx: WriteHandle, endedBefore: Temporal.Instant): Promise<void> {
  await tx.sql`
    update coupon_uses u set mailbox = null from promotions p
     where p.id = u.promotion_id and u.customer_id = ${nobody} and u.mailbox is not null and p.valid_until < ${endedBefore}`
}
