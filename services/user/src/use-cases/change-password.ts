import type { Calls, Handler, TaskHandler, WriteHandle } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { findCredentialsById, replacePassword } from '../store/credentials.ts'
import { findSessionsEnd, listSessionsToEnd, noteSessionsEnded } from '../store/users.ts'
import { admit, checkPassword, refusalFor, refusalOnAdmission } from './check-password.ts'

/** How long the request itself has to end the sessions before the task does. */
export const sessionsTaskDelayMs = 10_000

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
      const version = await replacePassword(tx, account.id, change)
      if (version === undefined) return refuse('request.stale', 'The password was changed by another request.')
      await tx.enqueue('end-sessions', { userId: account.id }, { key: account.id, delayMs: sessionsTaskDelayMs })
      return { version }
    })
    if (!('version' in changed)) return changed
    const noteEnded = await endSessionsNow(deps, calls, { userId: account.id, deletesApiKeys }, changed.version)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }

/** Ends sessions within the request; returns what notes it, which does nothing where auth could not be reached. */
export async function endSessionsNow(
  { newId }: Deps,
  calls: Calls<UserService['calls']>,
  ending: { readonly userId: string; readonly deletesApiKeys: boolean },
  version: number,
): Promise<(tx: WriteHandle) => Promise<void>> {
  try {
    await calls.auth.endSessions({ ...ending, accountVersion: version }, { idempotencyKey: newId() })
    return (tx) => noteSessionsEnded(tx, ending.userId, version)
  } catch (error) {
    if (!isAppError(error)) throw error
    return () => Promise.resolve()
  }
}

/** Ends the sessions of an account that has some to end, until auth says that it is done. */
export const endSessionsTask: TaskHandler<UserService, 'end-sessions'> = async ({
  payload,
  calls,
  db,
  key,
  commit,
}) => {
  const ending = await findSessionsEnd(db, payload.userId)
  if (ending === undefined) return
  const { version, deletesApiKeys } = ending
  const ended = { userId: payload.userId, deletesApiKeys, accountVersion: version }
  await calls.auth.endSessions(ended, { idempotencyKey: key })
  await commit((tx) => noteSessionsEnded(tx, payload.userId, version))
}

const foundAtOnce = 1_000

/** Enqueues what was put aside, or lost, of ending sessions: the mark on the account stays until auth has ended them. */
export const findSessionsToEnd =
  ({ clock }: Deps): TaskHandler<UserService, 'find-sessions-to-end'> =>
  async ({ db, commit }) => {
    const userIds = await listSessionsToEnd(db, clock.now(), foundAtOnce)
    await commit(async (tx) => {
      for (const userId of userIds) await tx.enqueue('end-sessions', { userId }, { key: userId })
    })
  }
