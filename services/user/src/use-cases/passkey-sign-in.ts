import type { RpcHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { fingerprint, randomSecret } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { findCredentialsById } from '../store/credentials.ts'
import { challengeMinutes, putChallenge, takeChallenge } from '../store/passkey-challenges.ts'
import { findPasskey, usePasskey } from '../store/passkeys.ts'
import { loadGuard } from '../store/sign-ins.ts'
import { tookOf, userHandleOf } from './add-passkey.ts'
import { admit, guardOf, lockedRefusal } from './check-password.ts'
import { checkShown, readShown } from './check-signature.ts'
import {
  countWrong,
  noteLocked,
  outcomeOf,
  turnAway,
  type CountedAttempt,
  type Locked,
  type UserTx,
} from './count-attempts.ts'
import { recordRefusedSignIn, recordSignIn } from './record-sign-in.ts'

/** How an account was proven (RFC 8176): it has the key, and the device has verified the person. */
const methods = ['pop', 'mfa']

const isWrong = { code: 'user.passkey_wrong', detail: 'The passkey is not accepted.' } as const

const bindingOf = (signInId: string) => fingerprint(`sign-in ${signInId}`)

/** Makes the challenge of a sign-in. It is the same for everybody: whose passkey it is, the browser says with the answer. */
export const beginPasskeySignIn =
  (deps: Deps): RpcHandler<UserService, 'beginPasskeySignIn'> =>
  async ({ input, commit }) => {
    const challenge = randomSecret()
    return commit(async (tx) => {
      await putChallenge(tx, { binding: bindingOf(input.signInId), challenge }, deps.clock.now())
      return { challenge, rpId: deps.relyingParty.id, timeoutMs: challengeMinutes * 60_000 }
    })
  }

/** Checks what a passkey has signed, behind the lock-out of its account; a wrong signature counts as a wrong password does. */
export const verifyPasskey =
  (deps: Deps): RpcHandler<UserService, 'verifyPasskey'> =>
  async ({ input, db, begin, commit, refuse }) => {
    const { address } = input
    const binding = bindingOf(input.signInId)
    const { taken } = tookOf(await begin(async (tx) => ({ taken: await takeChallenge(tx, binding, deps.clock.now()) })))
    const shown = readShown(input.credential)
    const passkey = shown && (await findPasskey(db, shown.id))
    const account = passkey && (await findCredentialsById(db, passkey.userId))
    const refused = async () => {
      await recordRefusedSignIn(deps, { account, address }, isWrong.code)
      return refuse(isWrong)
    }
    if (taken === undefined || shown === undefined || passkey === undefined || account === undefined) return refused()
    const attempt = { account, address, guard: guardOf(account.email, address) }
    const { lockedUntil } = await loadGuard(db, attempt.guard, deps.clock.now())
    if (lockedUntil !== undefined)
      return refuse(lockedRefusal(outcomeOf(await begin((tx) => turnAway(deps, tx, attempt, lockedUntil)))))
    const isOwners = shown.response.userHandle === userHandleOf(account.id)
    const use = isOwners ? await checkShown(deps.relyingParty, taken.challenge, shown, passkey) : undefined
    if (use === undefined) {
      const counted = outcomeOf(await begin((tx) => countWrongPasskey(deps, tx, attempt)))
      return counted.kind === 'locked' ? refuse(lockedRefusal(counted)) : refused()
    }
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...attempt, code: 'passkey' })
      if (turnedAway?.kind === 'locked') {
        const keep = (kept: UserTx) => noteLocked(deps, kept, account.id, address)
        return refuse({ ...lockedRefusal(turnedAway), keep })
      }
      if (turnedAway !== undefined) return refuse(isWrong)
      if (!(await usePasskey(tx, use, deps.clock.now()))) return refuse(isWrong)
      recordSignIn(tx, attempt, methods)
      return { userId: account.id, accountVersion: account.version }
    })
  }

async function countWrongPasskey(
  deps: Deps,
  tx: UserTx,
  attempt: CountedAttempt,
): Promise<{ readonly kind: 'wrong' } | Locked> {
  return (await countWrong(deps, tx, attempt, 'passkey_wrong')) ?? { kind: 'wrong' }
}
