import type { WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'

type Instant = Temporal.Instant

/** How long a challenge may take to be answered: as long as people need to find a key, and no longer. */
export const challengeMinutes = 5

/** For which account a challenge was made; undefined for a sign-in, which does not know its account. */
export interface ChallengeOwner {
  readonly userId: UserId
  /** The version of the account whose password was checked. */
  readonly accountVersion: number
}

/** Keeps a challenge in the place of the one that was made for the same. */
export async function putChallenge(
  tx: WriteHandle,
  made: { readonly binding: string; readonly challenge: string; readonly owner?: ChallengeOwner },
  at: Instant,
): Promise<void> {
  const { binding, challenge, owner } = made
  await tx.sql`
    insert into passkey_challenges (binding, user_id, account_version, challenge, expires_at)
    values (${binding}, ${owner?.userId ?? null}, ${owner?.accountVersion ?? null}, ${challenge},
            ${at.add({ minutes: challengeMinutes })})
    on conflict (binding) do update
       set user_id = excluded.user_id, account_version = excluded.account_version, challenge = excluded.challenge,
           expires_at = excluded.expires_at`
}

/** A challenge that was taken. */
export interface TakenChallenge {
  readonly challenge: string
  readonly owner: ChallengeOwner | undefined
}

/** Takes a challenge, whatever becomes of it: of two at once one gets it. Undefined if there is none, or it has expired. */
export async function takeChallenge(
  tx: WriteHandle,
  binding: string,
  now: Instant,
): Promise<TakenChallenge | undefined> {
  const [row] = await tx.sql<{
    challenge: string
    user_id: UserId | null
    account_version: number | null
    is_open: boolean
  }>`
    delete from passkey_challenges where binding = ${binding}
    returning challenge, user_id, account_version,
              -- one that ends later than any can was made before the clock was set back
              expires_at > ${now} and expires_at <= ${now.add({ minutes: challengeMinutes + 1 })} as is_open`
  if (row?.is_open !== true) return undefined
  const { challenge, user_id: userId, account_version: accountVersion } = row
  const isOwned = userId !== null && accountVersion !== null
  return { challenge, owner: isOwned ? { userId, accountVersion } : undefined }
}

/** Deletes challenges that nobody answered in time. */
export async function deleteOldChallenges(tx: WriteHandle, now: Instant): Promise<void> {
  await tx.sql`
    delete from passkey_challenges where expires_at < ${now} or expires_at > ${now.add({ minutes: challengeMinutes + 1 })}`
}
