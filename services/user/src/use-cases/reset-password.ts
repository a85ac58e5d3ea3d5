import type { Handler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { fingerprint } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { setPassword } from '../store/credentials.ts'
import { deleteLinks, isOpenToken, markUnlocked, useLink } from '../store/links.ts'
import { clearGuard } from '../store/sign-ins.ts'
import { lockUser, markEmailVerified } from '../store/users.ts'
import { announceChange } from './announce-change.ts'
import { emailHashOf } from './check-password.ts'
import { endSessionsNow, enqueueSessionsEnd } from './end-sessions.ts'

const invalid = { code: 'user.token_invalid', detail: 'The link is not valid, was used or has expired.' } as const

/**
 * Sets a new password by a link from an e-mail, which also proves the address and lifts the lock. Sessions end, and the API
 * keys unless they are to be kept, as when the password is changed.
 */
export const resetPassword =
  (deps: Deps): Handler<UserService, 'resetPassword'> =>
  async ({ body, calls, db, begin, commit, refuse }) => {
    const tokenHash = fingerprint(body.token)
    // looked at before: hashing a password costs more than all the rest
    if (!(await isOpenToken(db, tokenHash, 'reset_password', deps.clock.now()))) return refuse(invalid)
    const newHash = await deps.passwords.hashPassword(body.newPassword)
    const deletesApiKeys = body.keepApiKeys !== true
    const changed = await begin(async (tx) => {
      const at = deps.clock.now()
      const link = await useLink(tx, tokenHash, 'reset_password', at)
      const user = link === undefined ? undefined : await lockUser(tx, link.userId, at)
      if (user === undefined || link?.emailHash !== emailHashOf(user.email)) return refuse(invalid)
      if (isWeakPassword(body.newPassword, user.email)) {
        const fields = [{ pointer: '/newPassword', detail: 'is easy to guess' }]
        return refuse('user.password_weak', 'The password is easy to guess.', { fields })
      }
      await deleteLinks(tx, user.id, 'reset_password')
      await clearGuard(tx, link.emailHash)
      await markUnlocked(tx, user.id, at)
      await markEmailVerified(tx, user.id, at)
      const end = await setPassword(tx, user.id, { newHash, deletesApiKeys, at })
      await announceChange(tx, user.id, at)
      await enqueueSessionsEnd(tx, user.id)
      return { ...end, userId: user.id }
    })
    if (!('version' in changed)) return changed
    const noteEnded = await endSessionsNow(deps, calls, changed)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }
