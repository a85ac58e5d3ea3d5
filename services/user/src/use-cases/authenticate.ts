import type { Handler, RpcHandler } from '@stoa/contract'
import { spellEmail } from '@stoa/contracts/shared/email-address'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { findCredentials, findCredentialsById } from '../store/credentials.ts'
import { findFactor } from '../store/second-factors.ts'
import { checkCode, checkSignInCode, codeUsedRefusal, otpWrongRefusal } from './check-code.ts'
import {
  admit,
  checkPassword,
  guardOf,
  lockedRefusal,
  refusalFor,
  refusalOnAdmission,
  type Admission,
  type NotAdmitted,
} from './check-password.ts'
import { codeRefusal, codeRequired } from './code-refusal.ts'
import { openSession } from './open-session.ts'
import { recordRefusedSignIn, recordSignIn } from './record-sign-in.ts'

type Context = Parameters<Handler<UserService, 'authenticate'>>[0]

/** How an account was proven (RFC 8176). */
const passwordAlone = ['pwd']
const passwordAndCode = ['pwd', 'otp', 'mfa']

/**
 * A sign-in: the attempt is counted before it is answered, the session opened before it is told, so that auth being unavailable
 * is a 503 after which nothing has happened but a right password; a code is used up with the answer, and can be sent again.
 */
async function signIn(deps: Deps, { body, caller, calls, db, begin, commit, refuse }: Context) {
  const email = spellEmail(body.email)
  const found = await findCredentials(db, email)
  const shown = { email, account: found, password: body.password, address: caller.address }
  const refused = async (refusal: ReturnType<typeof refusalFor> | ReturnType<typeof codeRefusal>) => {
    await recordRefusedSignIn(deps, shown, refusal.code)
    return refuse(refusal)
  }
  const checked = await checkPassword(deps, { db, begin }, shown)
  if (checked.kind !== 'right') return refused(refusalFor(checked))
  const { account } = checked
  const second = await checkSignInCode(deps, { db, begin }, checked, body.otp)
  if (second.kind !== 'settled') return refused(codeRefusal(second))
  const methods = second.code === undefined ? passwordAlone : passwordAndCode
  const tokens = await openSession(deps, calls, { ...account, methods })
  if (tokens === undefined) return refuse(refusalFor({ kind: 'changed' }))
  const admission = { ...checked, code: second.code }
  return commit(async (tx) => {
    const turnedAway = await admit(deps, tx, admission)
    if (turnedAway === undefined) {
      recordSignIn(tx, checked, methods)
      return { status: 200, body: tokens }
    }
    return refuse(refusalOnSignIn(deps, turnedAway, admission))
  })
}

function refusalOnSignIn(deps: Deps, turnedAway: NotAdmitted, admission: Admission) {
  if (turnedAway.kind !== 'code used') return refusalOnAdmission(deps, turnedAway, admission)
  if (typeof admission.code !== 'object') throw new Error('a code was used that was not shown')
  return codeUsedRefusal(deps, admission, admission.code)
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

/** The same check for auth's sign-in page, which asks for a code next where one is required. */
export const verifyPassword =
  (deps: Deps): RpcHandler<UserService, 'verifyPassword'> =>
  async ({ input, db, begin, commit, refuse }) => {
    const email = spellEmail(input.email)
    const found = await findCredentials(db, email)
    const shown = { ...input, email, account: found }
    const checked = await checkPassword(deps, { db, begin }, shown)
    if (checked.kind !== 'right') {
      const refusal = refusalFor(checked)
      await recordRefusedSignIn(deps, shown, refusal.code)
      return refuse(refusal)
    }
    const proven = { userId: checked.account.id, accountVersion: checked.account.version }
    const second = await checkSignInCode(deps, { db, begin }, checked, undefined)
    if (second.kind === 'locked') return refuse(lockedRefusal(second))
    if (second.kind !== 'settled') {
      // a caller that does not ask for the code would take the password for the whole sign-in
      return input.asksForCode ? commit(async () => ({ ...proven, codeRequired: true })) : refuse(codeRequired)
    }
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, code: undefined })
      if (turnedAway === undefined) {
        recordSignIn(tx, checked, passwordAlone)
        return { ...proven, codeRequired: false }
      }
      if (turnedAway.kind === 'code used') throw new Error('a code was used that was not shown')
      return refuse(refusalOnAdmission(deps, turnedAway, checked))
    })
  }

/** The code of an account whose password auth has had checked; a change of the account in between ends the sign-in. */
export const verifyOneTimeCode =
  (deps: Deps): RpcHandler<UserService, 'verifyOneTimeCode'> =>
  async ({ input, db, begin, commit, refuse }) => {
    const { userId, accountVersion: version, otp, address } = input
    const found = await findCredentialsById(db, userId)
    const factor = await findFactor(db, userId, deps.clock.now())
    if (found === undefined || factor?.isConfirmed !== true) return refuse(refusalFor({ kind: 'changed' }))
    const account = { ...found, version }
    const proven = { account, address, guard: guardOf(found.email, address) }
    const checked = await checkCode(deps, { db, begin }, proven, factor, otp)
    if (checked.kind === 'locked') return refuse(lockedRefusal(checked))
    if (checked.kind === 'code wrong') {
      await recordRefusedSignIn(deps, proven, 'user.otp_wrong')
      return refuse(otpWrongRefusal())
    }
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...proven, code: checked.code })
      if (turnedAway === undefined) {
        recordSignIn(tx, proven, passwordAndCode)
        return {}
      }
      if (turnedAway.kind === 'code used') return refuse(codeUsedRefusal(deps, proven, checked.code))
      return refuse(refusalOnAdmission(deps, turnedAway, proven))
    })
  }
