import type { Handler, RpcHandler } from '@stoa/contract'
import { spellEmail } from '@stoa/contracts/shared/email-address'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { findCredentials } from '../store/credentials.ts'
import { admit, checkPassword, refusalFor, refusalOnAdmission } from './check-password.ts'
import { openSession } from './open-session.ts'

type Context = Parameters<Handler<UserService, 'authenticate'>>[0]

/**
 * A sign-in: the attempt is counted before it is answered, the session opened before it is told, so that auth being unavailable
 * is a 503 after which nothing has happened but a right password.
 */
async function signIn(deps: Deps, { body, caller, calls, db, begin, commit, refuse }: Context) {
  if (body.otp !== undefined) {
    const fields = [{ pointer: '/otp', detail: 'cannot be checked: accounts have no second factor' }]
    return refuse('user.otp_unexpected', 'The account has no second factor, so a one-time code is not accepted.', {
      fields,
    })
  }
  const email = spellEmail(body.email)
  const account = await findCredentials(db, email)
  const shown = { email, account, password: body.password, address: caller.address }
  const checked = await checkPassword(deps, { db, begin }, shown)
  if (checked.kind !== 'right') return refuse(refusalFor(checked))
  const tokens = await openSession(deps, calls, { ...checked.account, methods: ['password'] })
  if (tokens === undefined) return refuse(refusalFor({ kind: 'changed' }))
  return commit(async (tx) => {
    const turnedAway = await admit(deps, tx, checked)
    if (turnedAway === undefined) return { status: 200, body: tokens }
    return refuse(refusalOnAdmission(deps, turnedAway, checked))
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

export const authenticateAtAuth =
  (deps: Deps): Handler<UserService, 'authenticateAtAuth'> =>
  async (context) =>
    signIn(deps, context)

/** The same check for auth's sign-in page. */
export const verifyPassword =
  (deps: Deps): RpcHandler<UserService, 'verifyPassword'> =>
  async ({ input, db, begin, commit, refuse }) => {
    const email = spellEmail(input.email)
    const account = await findCredentials(db, email)
    const checked = await checkPassword(deps, { db, begin }, { ...input, email, account })
    if (checked.kind !== 'right') return refuse(refusalFor(checked))
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, checked)
      if (turnedAway === undefined) return { userId: checked.account.id, accountVersion: checked.account.version }
      return refuse(refusalOnAdmission(deps, turnedAway, checked))
    })
  }
