import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** How often everything of an account was ended, and the version of the account from which on a sign-in counts. */
export interface AccountEnd {
  readonly ends: number
  readonly fromVersion: number
}

/** The version that no sign-in to an erased account has. */
export const ERASED_VERSION = 2_147_483_647

const NEVER: AccountEnd = { ends: 0, fromVersion: 0 }

/**
 * Waits until nothing else opens or ends anything of an account, and keeps it so until the transaction ends. What ends
 * everything of an account, and what opens something for it, takes this lock before its first statement on the account.
 */
export async function lockAccount(tx: WriteHandle, userId: string): Promise<void> {
  await advisoryXactLock(tx, `auth.account/${userId}`)
}

/** What was noted of an account's ends. */
export async function findAccountEnd(db: ReadHandle, userId: string): Promise<AccountEnd> {
  const [row] = await db.sql<AccountEnd>`
    select ends, from_version as "fromVersion" from account_end where user_id = ${userId}`
  return row ?? NEVER
}

/** Notes that everything of an account ends, for the version of a change at user if one is the reason. */
export async function noteAccountEnd(tx: WriteHandle, userId: string, fromVersion = 0): Promise<void> {
  await tx.sql`
    insert into account_end as e (user_id, ends, from_version, ended_at)
    values (${userId}, 1, ${fromVersion}, clock_timestamp())
    on conflict (user_id) do update set ends = e.ends + 1,
      from_version = greatest(e.from_version, excluded.from_version), ended_at = excluded.ended_at`
}

/** Deletes what was noted before a time. */
export async function purgeAccountEnds(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from account_end where ended_at < ${before}`
}
