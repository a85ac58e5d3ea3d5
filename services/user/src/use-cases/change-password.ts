import type { Calls, Handler, TaskHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { findCredentialsById, replacePassword } from '../store/credentials.ts'
import { findSessionsEnd, noteSessionsEnded } from '../store/users.ts'
import { admit, checkPassword, noteLocked, refusalFor } from './check-password.ts'

/** How long the request itself has to end the sessions before the task does. */
const taskDelayMs = 10_000

/**
 * Changes a password and ends the account's sessions before it answers, so that a session opened with the new password
 * lives; if auth can't be reached, or this process dies, the task ends them.
 */
export const changePassword =
  (deps: Deps): Handler<UserService, 'changePassword'> =>
  async ({ params, body, caller, calls, db, begin, commit, refuse }) => {
    const account = await findCredentialsById(db, params.id)
    if (account === undefined) return refuse('user.not_found', `There is no account ${params.id}.`)
    if (isWeakPassword(body.newPassword, account.email)) {
      const fields = [{ pointer: '/newPassword', detail: 'is among the first that would be guessed' }]
      return refuse('user.password_weak', 'The password would be among the first guesses.', { fields })
    }
    const shown = { email: account.email, account, password: body.currentPassword, address: caller.address }
    const checked = await checkPassword(deps, { db, begin }, shown)
    if (checked.kind !== 'right') return refuse(...refusalFor(checked))
    const newHash = await deps.passwords.hashPassword(body.newPassword)
    const changed = await begin(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, rehashed: undefined })
      if (turnedAway !== undefined) {
        const [code, detail, options] = refusalFor(turnedAway)
        return refuse(code, detail, { ...options, keep: (kept) => noteLocked(deps, kept, account.id, caller.address) })
      }
      const change = { checkedHash: checked.passwordHash, newHash, at: deps.clock.now() }
      const version = await replacePassword(tx, account.id, change)
      if (version === undefined) return refuse('request.stale', 'The password was changed by another request.')
      await tx.enqueue('end-sessions', { userId: account.id }, { delayMs: taskDelayMs })
      return { version }
    })
    if (!('version' in changed)) return changed
    const hasEnded = await endSessions(calls, account.id, deps.newId())
    return commit(async (tx) => {
      if (hasEnded) await noteSessionsEnded(tx, account.id, changed.version)
      return { status: 204 }
    })
  }

async function endSessions(
  calls: Calls<UserService['calls']>,
  userId: string,
  idempotencyKey: string,
): Promise<boolean> {
  try {
    await calls.auth.endSessions({ userId }, { idempotencyKey })
    return true
  } catch (error) {
    if (!isAppError(error)) throw error
    return false
  }
}

/** Ends the sessions of an account that has some to end, until auth says that it is done. */
export const endSessionsTask =
  (_deps: Deps): TaskHandler<UserService, 'end-sessions'> =>
  async ({ payload, calls, db, key, commit }) => {
    const version = await findSessionsEnd(db, payload.userId)
    if (version === undefined) return
    await calls.auth.endSessions({ userId: payload.userId }, { idempotencyKey: key })
    await commit((tx) => noteSessionsEnded(tx, payload.userId, version))
  }
