import type { WriteHandle } from '@stoa/contract'
import { mailboxOf } from '@stoa/contracts/shared/mailbox'
import { advisoryXactLock } from '@stoa/postgres'
import { mailLimit } from '../domain/mail-limit.ts'

type Instant = Temporal.Instant

/**
 * Counts a mail to an address that is not verified, and returns whether its mailbox may get it. The mailbox counts,
 * however its address is spelled and however many accounts have it.
 */
export async function countMail(tx: WriteHandle, id: string, email: string, now: Instant): Promise<boolean> {
  const [hashed] = await tx.sql<{ mailbox: Buffer }>`
    select sha256(key || convert_to(${mailboxOf(email)}, 'UTF8')) as mailbox from mailbox_key`
  if (hashed === undefined) throw new Error('the key of the mailboxes is missing')
  const { mailbox } = hashed
  await advisoryXactLock(tx, `mailbox/${mailbox.toString('hex')}`)
  const [sent] = await tx.sql<{ hour: number; day: number }>`
    select count(*) filter (where at > ${now.subtract({ hours: 1 })})::int as hour, count(*)::int as day
      from unverified_mails where mailbox = ${mailbox} and at > ${now.subtract({ hours: 24 })}`
  if (sent === undefined) throw new Error('an aggregate returned no row')
  if (sent.hour >= mailLimit.perHour || sent.day >= mailLimit.perDay) return false
  await tx.sql`insert into unverified_mails (id, mailbox, at) values (${id}, ${mailbox}, ${now})`
  return true
}

/** Deletes the mails that no longer count. */
export async function deleteOldMails(tx: WriteHandle, now: Instant): Promise<void> {
  await tx.sql`delete from unverified_mails where at < ${now.subtract({ hours: 24 })}`
}
