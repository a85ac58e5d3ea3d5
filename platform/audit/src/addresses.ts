import type { WriteHandle } from '@stoa/contract'

/**
 * Deletes the addresses from which a person has acted, also without being known, as with a wrong password; the chain keeps digests, which say nothing without
 * their salts.
 */
export async function forgetAddresses(tx: WriteHandle, subject: string): Promise<void> {
  await tx.sql`delete from audit_address where actor = ${subject}`
  await tx.sql`update audit_pending set address = null, salt = null where actor = ${subject} and address is not null`
  await tx.sql`update audit_tally set address = null where actor = ${subject} and address is not null`
  await tx.sql`
    delete from audit_address where actor = 'anonymous' and entry in (
      select (text::jsonb ->> 'id')::uuid from audit_chain where (text::jsonb -> 'persons') ? ${subject})`
  await tx.sql`
    update audit_pending set address = null, salt = null
     where actor = 'anonymous' and address is not null and (entry::jsonb -> 'persons') ? ${subject}`
  await tx.sql`update audit_tally set address = null where is_anonymous and address is not null and ${subject} = any(persons)`
}

const batch = 10_000

/** Deletes addresses that are older than so many days. */
export async function deleteOldAddresses(tx: WriteHandle, days: number): Promise<void> {
  await tx.sql`
    delete from audit_address where entry in (
      select entry from audit_address where noted_at < now() - make_interval(days => ${days}) limit ${batch})`
}
