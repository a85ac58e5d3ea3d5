import type { Handler, TaskHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { fingerprint } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { clearGuard, deleteOldAttempts, deleteOldSignIns } from '../store/sign-ins.ts'
import { deleteExpiredLinks, markExpiredUnlocked, markUnlocked, useLink } from '../store/links.ts'
import { deleteOldChallenges } from '../store/passkey-challenges.ts'
import { deleteOldPendingFactors } from '../store/second-factors.ts'
import { lockUser } from '../store/users.ts'
import { announceChange } from './announce-change.ts'
import { emailHashOf } from './check-password.ts'

export const unlockUser =
  ({ clock }: Deps): Handler<UserService, 'unlockUser'> =>
  async ({ body, commit, refuse }) =>
    commit(async (tx) => {
      const now = clock.now()
      const link = await useLink(tx, fingerprint(body.token), 'unlock', now)
      const user = link === undefined ? undefined : await lockUser(tx, link.userId, now)
      if (user === undefined) return refuse('user.token_invalid', 'The link is not valid, was used or has expired.')
      await clearGuard(tx, emailHashOf(user.email))
      await markUnlocked(tx, user.id, now)
      await announceChange(tx, user.id, now)
      return { status: 204 }
    })

/** Removes expired locks, and deletes wrong passwords that no longer count and attempts that are no longer kept. */
export const forgetOldSignIns =
  ({ clock, retention }: Deps): TaskHandler<UserService, 'forget-old-sign-ins'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      for (const userId of await markExpiredUnlocked(tx, now)) await announceChange(tx, userId, now)
      await deleteOldSignIns(tx, now)
      await deleteOldAttempts(tx, now, retention.signInDays)
      await deleteExpiredLinks(tx, now)
      await deleteOldPendingFactors(tx, now)
      await deleteOldChallenges(tx, now)
    })
