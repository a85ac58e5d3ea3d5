import type { WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/ids'

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

/** Takes the mark off every account whose lock is over; answers which they were. */
export async function markExpiredUnlocked(tx: WriteHandle, now: Instant): Promise<readonly UserId[]> {
  const rows = await tx.sql<{ id: UserId }>`
    update users set locked_until = null, version = version + 1, updated_at = ${now} where locked_until < ${now} returning id`
  return rows.map((row) => row.id)
}

/** Writes that an account can be unlocked by a link. */
export async function insertUnlock(tx: WriteHandle, id: string, userId: string, expiresAt: Instant): Promise<void> {
  await tx.sql`insert into unlocks (id, user_id, expires_at) values (${id}, ${userId}, ${expiresAt})`
}

/** Keeps the hash of a token for an unlock; answers false when that is over or was used. */
export async function insertUnlockToken(
  tx: WriteHandle,
  unlockId: string,
  tokenHash: string,
  now: Instant,
): Promise<boolean> {
  const [row] = await tx.sql`
    insert into unlock_tokens (token_hash, unlock_id)
    select ${tokenHash}, id from unlocks where id = ${unlockId} and used_at is null and expires_at > ${now}
    returning unlock_id`
  return row !== undefined
}

/** Uses the unlock a token is for, once; answers whose account it is. */
export async function useUnlock(tx: WriteHandle, tokenHash: string, now: Instant): Promise<string | undefined> {
  const [row] = await tx.sql<{ user_id: string }>`
    update unlocks set used_at = ${now}
     where id = (select unlock_id from unlock_tokens where token_hash = ${tokenHash})
       and used_at is null and expires_at > ${now}
    returning user_id`
  return row?.user_id
}

/** Voids every unlock of an account. */
export async function deleteUnlocks(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`delete from unlocks where user_id = ${userId}`
}
