import type { Handler } from '@stoa/contract'
import { passkeyRemoved } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { deletePasskey, listPasskeysOf, updateName } from '../store/passkeys.ts'
import { lockUser } from '../store/users.ts'
import { endSessionsNow, markOtherSessionsToEnd } from './end-sessions.ts'
import { missingAccount } from './own-password.ts'

const missing = (id: string) =>
  ({ code: 'user.passkey_not_found', detail: `The passkey ${id} does not exist.` }) as const

export const listPasskeys: Handler<UserService, 'listPasskeys'> = async ({ params, query, db }) => ({
  status: 200,
  body: await readPageById(query, (afterId, limit) => listPasskeysOf(db, params.id, { afterId, limit })),
})

export const renamePasskey: Handler<UserService, 'renamePasskey'> = async ({ params, body, commit, refuse }) =>
  commit(async (tx) => {
    const renamed = await updateName(tx, { userId: params.id, id: params.passkeyId, name: body.name })
    return renamed === undefined ? refuse(missing(params.passkeyId)) : { status: 200, body: renamed }
  })

/** Removes a passkey and ends the other sessions: one of them may have been opened with it. */
export const removePasskey =
  (deps: Deps): Handler<UserService, 'removePasskey'> =>
  async ({ params, caller, calls, begin, commit, refuse }) => {
    const removed = await begin(async (tx) => {
      const at = deps.clock.now()
      if ((await lockUser(tx, params.id, at)) === undefined) return refuse(missingAccount(params.id))
      if (!(await deletePasskey(tx, params.id, params.passkeyId))) return refuse(missing(params.passkeyId))
      await tx.publish(passkeyRemoved, params.id, { userId: params.id, passkeyId: params.passkeyId })
      // where staff remove the passkey of another account, all of its sessions end
      const exceptSessionId = params.id === caller.subject ? caller.sessionId : undefined
      return markOtherSessionsToEnd(tx, { userId: params.id, exceptSessionId }, at)
    })
    if (!('version' in removed)) return removed
    const noteEnded = await endSessionsNow(deps, calls, removed)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }
