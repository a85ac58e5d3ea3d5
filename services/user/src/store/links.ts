import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { linkWindow, type RecentLinks } from '../domain/link-pause.ts'
import { lockOut } from '../domain/lock-out.ts'

type Instant = Temporal.Instant

/** Marks an account as locked. */
export async function markLocked(tx: WriteHandle, userId: string, until: Instant, at: Instant): Promise<void> {
  await tx.sql`
    update users set locked_until = ${until}, version = version + 1, updated_at = ${at} where id = ${userId}`
}

/** Takes the mark off an account. */
export async function markUnlocked(tx: WriteHandle, userId: string, at: Instant): Promise<void> {
  await tx.sql`update users set locked_until = null, version = version + 1, updated_at = ${at} where id = ${userId}`
}

/** Removes the mark of every account whose lock has expired, or ends later than a lock can; returns the accounts. */
export async function markExpiredUnlocked(tx: WriteHandle, now: Instant): Promise<readonly UserId[]> {
  const rows = await tx.sql<{ id: UserId }>`
    update users set locked_until = null, version = version + 1, updated_at = ${now}
     where locked_until < ${now} or locked_until > ${now.add({ minutes: lockOut.fromAnywhere.minutes + 1 })} returning id`
  return rows.map((row) => row.id)
}

/** What a link is for. */
export type LinkPurpose = 'unlock' | 'verify_email' | 'reset_password'

/** A link that is to be mailed; without a user it is for an address without an account, and leads nowhere. */
export interface Link {
  readonly id: string
  readonly purpose: LinkPurpose
  readonly userId: string | undefined
  readonly emailHash: string
  readonly expiresAt: Instant
}

/** Returns the links of the last day for this purpose and address. */
export async function readRecentLinks(
  tx: WriteHandle,
  { purpose, emailHash }: Pick<Link, 'purpose' | 'emailHash'>,
  now: Instant,
): Promise<RecentLinks> {
  const [row] = await tx.sql<{ count: number; last_at: Instant | null; is_one_valid: boolean | null }>`
    select count(*)::int as count, max(created_at) as last_at,
           bool_or(used_at is null and expires_at > ${now}) as is_one_valid
      from links
     where email_hash = ${emailHash} and purpose = ${purpose} and created_at > ${now.subtract(linkWindow)}
       -- one further ahead was made before the clock was set back
       and created_at < ${now.add({ minutes: 1 })}`
  return { count: row?.count ?? 0, lastAt: row?.last_at ?? undefined, isOneValid: row?.is_one_valid ?? false }
}

export async function insertLink(tx: WriteHandle, link: Link, at: Instant): Promise<void> {
  await tx.sql`
    insert into links (id, purpose, user_id, email_hash, created_at, expires_at)
    values (${link.id}, ${link.purpose}, ${link.userId ?? null}, ${link.emailHash}, ${at}, ${link.expiresAt})`
}

/** Returns the account and the purpose of a link, while it is valid. */
export async function findOpenLink(
  db: ReadHandle,
  id: string,
  now: Instant,
): Promise<{ readonly userId: UserId; readonly purpose: LinkPurpose } | undefined> {
  const [row] = await db.sql<{ userId: UserId; purpose: LinkPurpose }>`
    select user_id as "userId", purpose from links
     where id = ${id} and user_id is not null and used_at is null and expires_at > ${now}`
  return row
}

/** Keeps the hash of a token for a link; false when that has expired or was used. */
export async function insertLinkToken(
  tx: WriteHandle,
  linkId: string,
  tokenHash: string,
  now: Instant,
): Promise<boolean> {
  const [row] = await tx.sql`
    insert into link_tokens (token_hash, link_id)
    select ${tokenHash}, id from links
     where id = ${linkId} and user_id is not null and used_at is null and expires_at > ${now}
    returning link_id`
  return row !== undefined
}

/** A link as it is used. */
interface UsedLink {
  readonly userId: UserId
  readonly emailHash: string
}

/** Whether a token would open a link for this purpose now. */
export async function isOpenToken(
  db: ReadHandle,
  tokenHash: string,
  purpose: LinkPurpose,
  now: Instant,
): Promise<boolean> {
  const rows = await db.sql`
    select 1 from links join link_tokens on link_id = id
     where token_hash = ${tokenHash} and purpose = ${purpose} and used_at is null and expires_at > ${now}`
  return rows.length > 0
}

/** Uses the link a token is for, once; undefined when it was made for another purpose, has expired or was used. */
export async function useLink(
  tx: WriteHandle,
  tokenHash: string,
  purpose: LinkPurpose,
  now: Instant,
): Promise<UsedLink | undefined> {
  const [row] = await tx.sql<UsedLink>`
    update links set used_at = ${now}
     where id = (select link_id from link_tokens where token_hash = ${tokenHash})
       and purpose = ${purpose} and used_at is null and expires_at > ${now}
    returning user_id as "userId", email_hash as "emailHash"`
  return row
}

/** Voids every link of an account, or those for one purpose. */
export async function deleteLinks(tx: WriteHandle, userId: string, purpose?: LinkPurpose): Promise<void> {
  await tx.sql`delete from links where user_id = ${userId} and purpose = coalesce(${purpose ?? null}, purpose)`
}

/** Deletes expired links that no longer count against another one. */
export async function deleteExpiredLinks(tx: WriteHandle, now: Instant): Promise<void> {
  await tx.sql`delete from links where expires_at < ${now} and created_at < ${now.subtract(linkWindow)}`
}
