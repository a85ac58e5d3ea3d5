import type { Handler } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { mfaDisabled, mfaEnabled } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { encryptWithFirst, makeTotpSecret, totpUri } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { findCredentialsById } from '../store/credentials.ts'
import {
  confirmFactor,
  deleteFactor,
  describeFactor,
  findConfirmedFactorId,
  findFactor,
  insertFactor,
} from '../store/second-factors.ts'
import { findUser, lockUser } from '../store/users.ts'
import { checkCode, codeUsedRefusal, otpWrongRefusal } from './check-code.ts'
import { admit, guardOf, lockedRefusal, refusalOnAdmission } from './check-password.ts'
import { endSessionsNow, markOtherSessionsToEnd } from './end-sessions.ts'
import { checkOwnPassword, missingAccount } from './own-password.ts'
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts'

/** The name that authenticator apps show beside the e-mail address. */
const issuer = 'Stoa'

const isEnabled = { code: 'user.mfa_enabled', detail: 'The account already has a second factor.' } as const
const isNotEnabled = { code: 'user.mfa_not_enabled', detail: 'The account has no second factor.' } as const
const isOwn = {
  code: 'user.mfa_own',
  detail: 'Your own second factor is disabled with its password and a code.',
} as const
const isChanged = { code: 'request.stale', detail: 'The account was changed by another request.' } as const

export const getSecondFactor =
  ({ clock }: Deps): Handler<UserService, 'getSecondFactor'> =>
  async ({ params, db, refuse }) => {
    const now = clock.now()
    if ((await findUser(db, params.id, now)) === undefined) return refuse(missingAccount(params.id))
    return { status: 200, body: await describeFactor(db, params.id, now) }
  }

/** Makes a pending factor, in the place of one that is pending; only its first code makes sign-ins ask for codes. */
export const enableSecondFactor =
  (deps: Deps): Handler<UserService, 'enableSecondFactor'> =>
  async ({ params, body, caller, db, begin, commit, refuse }) => {
    const checked = await checkOwnPassword(deps, { params, caller, db, begin }, body.password)
    if (checked.kind === 'refused') return refuse(checked.refusal)
    const { account } = checked
    const id = deps.newId()
    const secret = makeTotpSecret()
    const recoveryCodes = makeRecoveryCodes()
    const recoveryHashes = recoveryCodes.map((code) => hashRecoveryCode(id, code))
    const encryptedSecret = encryptWithFirst(deps.secretKeys, id, secret)
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, code: 'not asked' })
      if (turnedAway?.kind === 'locked') return refuse(refusalOnAdmission(deps, turnedAway, checked))
      if (turnedAway !== undefined) return refuse(isChanged)
      const now = deps.clock.now()
      await lockUser(tx, account.id, now)
      const isNew = await insertFactor(tx, { id, userId: account.id, encryptedSecret, recoveryHashes }, now)
      if (!isNew) return refuse(isEnabled)
      return { status: 200, body: { otpauthUri: totpUri(secret, { issuer, account: account.email }), recoveryCodes } }
    })
  }

export const verifySecondFactor =
  (deps: Deps): Handler<UserService, 'verifySecondFactor'> =>
  async ({ params, body, caller, calls, db, begin, commit, refuse }) => {
    const account = await findCredentialsById(db, params.id)
    if (account === undefined) return refuse(missingAccount(params.id))
    const factor = await findFactor(db, params.id, deps.clock.now())
    if (factor === undefined) return refuse(isNotEnabled)
    if (factor.isConfirmed) return refuse(isEnabled)
    const attempt = { account, address: caller.address, guard: guardOf(account.email, caller.address) }
    const checked = await checkCode(deps, { db, begin }, attempt, factor, body.otp)
    if (checked.kind === 'locked') return refuse(lockedRefusal(checked))
    if (checked.kind === 'code wrong') return refuse(otpWrongRefusal())
    const { by } = checked.code
    if (!('step' in by)) throw new Error('a pending factor was proven by a recovery code')
    const enabled = await begin(async (tx) => {
      const now = deps.clock.now()
      if ((await lockUser(tx, account.id, now)) === undefined) return refuse(missingAccount(params.id))
      if (!(await confirmFactor(tx, factor.id, by.step, now))) {
        return refuse((await findConfirmedFactorId(tx, account.id)) === undefined ? isNotEnabled : isEnabled)
      }
      await tx.publish(mfaEnabled, account.id, { userId: account.id })
      return markOtherSessionsToEnd(tx, { userId: account.id, exceptSessionId: caller.sessionId }, now)
    })
    if (!('version' in enabled)) return enabled
    const noteEnded = await endSessionsNow(deps, calls, enabled)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }

export const disableSecondFactor =
  (deps: Deps): Handler<UserService, 'disableSecondFactor'> =>
  async ({ params, body, caller, calls, db, begin, commit, refuse }) => {
    const checked = await checkOwnPassword(deps, { params, caller, db, begin }, body.password)
    if (checked.kind === 'refused') return refuse(checked.refusal)
    const { account } = checked
    const factor = await findFactor(db, params.id, deps.clock.now())
    if (factor?.isConfirmed !== true) return refuse(isNotEnabled)
    const second = await checkCode(deps, { db, begin }, checked, factor, body.otp)
    if (second.kind === 'locked') return refuse(lockedRefusal(second))
    if (second.kind === 'code wrong') return refuse(otpWrongRefusal())
    const disabled = await begin(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, code: second.code })
      if (turnedAway?.kind === 'locked') return refuse(refusalOnAdmission(deps, turnedAway, checked))
      if (turnedAway?.kind === 'code used') return refuse(codeUsedRefusal(deps, checked, second.code))
      if (turnedAway !== undefined) return refuse(isChanged)
      if (!(await deleteFactor(tx, factor.id))) return refuse(isNotEnabled)
      await tx.publish(mfaDisabled, account.id, { userId: account.id })
      const others = { userId: account.id, exceptSessionId: caller.sessionId }
      return markOtherSessionsToEnd(tx, others, deps.clock.now())
    })
    if (!('version' in disabled)) return disabled
    const noteEnded = await endSessionsNow(deps, calls, disabled)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }

/** Removes the second factor of another person, who has lost what it asks for; every session ends, as the lost device may have one. */
export const resetSecondFactor =
  (deps: Deps): Handler<UserService, 'resetSecondFactor'> =>
  async ({ params, caller, calls, begin, commit, refuse }) => {
    if (params.id === caller.subject) return refuse(isOwn)
    const reset = await begin(async (tx) => {
      const now = deps.clock.now()
      if ((await lockUser(tx, params.id, now)) === undefined) return refuse(missingAccount(params.id))
      const factorId = await findConfirmedFactorId(tx, params.id)
      if (factorId === undefined || !(await deleteFactor(tx, factorId))) return refuse(isNotEnabled)
      await tx.publish(mfaDisabled, params.id, { userId: params.id, resetBy: caller.subject as UserId })
      return markOtherSessionsToEnd(tx, { userId: params.id, exceptSessionId: undefined }, now)
    })
    if (!('version' in reset)) return reset
    const noteEnded = await endSessionsNow(deps, calls, reset)
    return commit(async (tx) => {
      await noteEnded(tx)
      return { status: 204 }
    })
  }
