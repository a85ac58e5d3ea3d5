import type { ReadHandle } from '@stoa/contract'
import { mailboxOf } from '@stoa/contracts/shared/mailbox'

/** The customer whose coupon uses are counted: an account, and the keyed hash of its e-mail address if it is known. */
export interface CouponUser {
  readonly customerId: string
  readonly mailbox: Buffer | undefined
  /** Whether the person has proven that the mailbox is theirs. */
  readonly isVerified: boolean
}

/** The keyed hash of the mailbox that an e-mail address reaches, however the address is spelled. */
export async function hashMailbox(db: ReadHandle, email: string): Promise<Buffer | undefined> {
  const [row] = await db.sql<{ mailbox: Buffer }>`
    select sha256(key || convert_to(${mailboxOf(email)}, 'UTF8')) as mailbox from mailbox_key`
  return row?.mailbox
}

/** Whether one of these promotions has a cap for each customer. */
export async function isCappedByCustomer(db: ReadHandle, promotionIds: readonly string[]): Promise<boolean> {
  const rows = await db.sql`
    select 1 from promotions where id = any (${promotionIds}::uuid[]) and max_uses_per_customer is not null limit 1`
  return rows.length > 0
}

/** Those of these promotions that a customer has no uses of left. */
export async function findUsedUp(
  db: ReadHandle,
  promotionIds: readonly string[],
  { customerId, mailbox }: Omit<CouponUser, 'isVerified'>,
): Promise<ReadonlySet<string>> {
  const rows = await db.sql<{ id: string }>`
    select id from promotions p where id = any (${promotionIds}::uuid[]) and max_uses_per_customer <= (
      select count(*) from coupon_uses u
       where u.promotion_id = p.id and (u.customer_id = ${customerId} or u.mailbox = ${mailbox}))`
  return new Set(rows.map(({ id }) => id))
}
