import type { Handler, RpcHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { findCredentials } from '../store/credentials.ts'
import { admit, checkPassword, noteLocked, refusalFor } from './check-password.ts'
import { openSession } from './open-session.ts'

type Context = Parameters<Handler<UserService, 'authenticate'>>[0]

/**
 * A sign-in: the attempt is counted before it is answered, the session opened before it is told, so that auth being away
 * is a 503 after which nothing has happened but a right password.
 */
async function signIn(deps: Deps, { body, caller, calls, db, begin, commit, refuse }: Context) {
  const account = await findCredentials(db, body.email)
  const shown = { email: body.email, account, password: body.password, address: caller.address }
  const checked = await checkPassword(deps, { db, begin }, shown)
  if (checked.kind !== 'right') return refuse(...refusalFor(checked))
  const tokens = await openSession(deps, calls, { ...checked.account, methods: ['password'] })
  return commit(async (tx) => {
    const turnedAway = await admit(deps, tx, checked)
    if (turnedAway === undefined) return { status: 200, body: tokens }
    const [code, detail, options] = refusalFor(turnedAway)
    return refuse(code, detail, {
      ...options,
      keep: (kept) => noteLocked(deps, kept, checked.account.id, caller.address),
    })
  })
}

export const authenticate =
  (deps: Deps): Handler<UserService, 'authenticate'> =>
  async (context) =>
    signIn(deps, context)

export const login =
  (deps: Deps): Handler<UserService, 'login'> =>
  async (context) =>
    signIn(deps, context)

/** The same check for auth's sign-in page. */
export const verifyPassword =
  (deps: Deps): RpcHandler<UserService, 'verifyPassword'> =>
  async ({ input, db, begin, commit, refuse }) => {
    const account = await findCredentials(db, input.email)
    const checked = await checkPassword(deps, { db, begin }, { ...input, account })
    if (checked.kind !== 'right') return refuse(...refusalFor(checked))
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, checked)
      if (turnedAway === undefined) return { userId: checked.account.id }
      const [code, detail, options] = refusalFor(turnedAway)
      return refuse(code, detail, {
        ...options,
        keep: (kept) => noteLocked(deps, kept, checked.account.id, input.address),
      })
    })
  }
