import type { Handler, RpcHandler, TaskHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { fingerprint, randomSecret } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { clearGuard, deleteOldSignIns } from '../store/sign-ins.ts'
import { insertUnlockToken, markExpiredUnlocked, markUnlocked, useUnlock } from '../store/unlocks.ts'
import { lockUser } from '../store/users.ts'
import { announceChange } from './announce-change.ts'
import { emailHashOf } from './check-password.ts'

/** The token of the link that unlocks an account; only its hash is kept, so a repeat gets another one for the same unlock. */
export const issueUnlockToken =
  ({ clock }: Deps): RpcHandler<UserService, 'issueUnlockToken'> =>
  async ({ input, commit, refuse }) => {
    const token = randomSecret()
    return commit(async (tx) => {
      const isOpen = await insertUnlockToken(tx, input.unlockId, fingerprint(token), clock.now())
      return isOpen ? { token } : refuse('user.token_invalid', 'the unlock is over or was used')
    })
  }

export const unlockUser =
  ({ clock }: Deps): Handler<UserService, 'unlockUser'> =>
  async ({ body, commit, refuse }) =>
    commit(async (tx) => {
      const now = clock.now()
      const userId = await useUnlock(tx, fingerprint(body.token), now)
      const user = userId === undefined ? undefined : await lockUser(tx, userId, now)
      if (user === undefined) return refuse('user.token_invalid', 'The link is not valid, was used or has expired.')
      await clearGuard(tx, emailHashOf(user.email))
      await markUnlocked(tx, user.id, now)
      await announceChange(tx, user.id, now)
      return { status: 204 }
    })

/** Ends the locks that are over, and forgets the wrong passwords that no longer count. */
export const forgetOldSignIns =
  ({ clock }: Deps): TaskHandler<UserService, 'forget-old-sign-ins'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      for (const userId of await markExpiredUnlocked(tx, now)) await announceChange(tx, userId, now)
      await deleteOldSignIns(tx, now)
    })
