import type { Handler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { findCredentialsById, replacePassword } from '../store/credentials.ts'
import { admit, checkPassword, refusalFor, refusalOnAdmission } from './check-password.ts'
import { endSessionsNow, enqueueSessionsEnd } from './end-sessions.ts'

/**
 * Changes a password and ends the account's sessions, and its API keys unless they are to be kept, before it returns, so that a session opened with the new password
 * lives; if auth cannot be reached, or this process dies, the task ends them.
 */
export const changePassword =
  (deps: Deps): Handler<UserService, 'changePassword'> =>
  async ({ params, body, caller, calls, db, begin, commit, refuse }) => {
    const account = await findCredentialsById(db, params.id)
    if (account === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
    if (isWeakPassword(body.newPassword, account.email)) {
      const fields = [{ pointer: '/newPassword', detail: 'is easy to guess' }]
      return refuse('user.password_weak', 'The password is easy to guess.', { fields })
    }
    const shown = { email: account.email, account, password: body.currentPassword, address: caller.address }
    const checked = await checkPassword(deps, { db, begin }, shown)
    if (checked.kind !== 'right') return refuse(refusalFor(checked))
    const deletesApiKeys = body.keepApiKeys !== true
    const newHash = await deps.passwords.hashPassword(body.newPassword)
    const changed = await begin(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, rehashed: undefined, code: 'not asked' })
      if (turnedAway?.kind === 'locked') return refuse(refusalOnAdmission(deps, turnedAway, checked))
      if (turnedAway !== undefined) return refuse('request.stale', 'The account was changed by another request.')
      const change = { checkedHash: checked.passwordHash, newHash, deletesApiKeys, at: deps.clock.now() }
      const end = await replacePassword(tx, account.id, change)
      if (end === undefined) return refuse('request.stale', 'The password was changed by another request.')
      await enqueueSessionsEnd(tx, account.id)
      return { ...end, userId: account.id }
    })
    if (!('version' in changed)) return changed
    const noteEnded = await endSessionsNow(deps, calls, changed)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }
