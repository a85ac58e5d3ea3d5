import type { Handler } from '@stoa/contract'
import { passkeyAdded } from '@stoa/contracts/user/events'
import { MAX_PASSKEYS, type CreationOptions } from '@stoa/contracts/user/passkeys'
import type { UserService } from '@stoa/contracts/user/service'
import { fingerprint, randomSecret } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { lockIfCurrent, type Credentials } from '../store/credentials.ts'
import { challengeMinutes, putChallenge, takeChallenge, type TakenChallenge } from '../store/passkey-challenges.ts'
import { insertPasskey, listCredentials } from '../store/passkeys.ts'
import { lockUser } from '../store/users.ts'
import { checkSignInCode, codeUsedRefusal } from './check-code.ts'
import { admit, refusalOnAdmission } from './check-password.ts'
import { algorithms, checkCreated } from './check-signature.ts'
import { codeRefusal } from './code-refusal.ts'
import { checkOwnPassword, missingAccount } from './own-password.ts'

const isChanged = { code: 'request.stale', detail: 'The account was changed by another request.' } as const
const isFull = {
  code: 'user.passkey_limit',
  detail: `An account may have at most ${MAX_PASSKEYS} passkeys.`,
} as const
const isRefused = (detail: string) => ({ code: 'user.passkey_refused', detail }) as const

/** What the challenge of a new passkey is bound to: the account and the session that asked for it. */
function bindingOf(userId: string, sessionId: string | undefined): string {
  return fingerprint(`passkey of ${userId} in ${sessionId ?? ''}`)
}

/** Makes the options of a new passkey. A stolen session is not enough: a passkey signs in without the password and its second factor. */
export const beginPasskey =
  (deps: Deps): Handler<UserService, 'beginPasskey'> =>
  async ({ params, body, caller, db, begin, commit, refuse }) => {
    const checked = await checkOwnPassword(deps, { params, caller, db, begin }, body.password)
    if (checked.kind === 'refused') return refuse(checked.refusal)
    const second = await checkSignInCode(deps, { db, begin }, checked, body.otp)
    if (second.kind !== 'settled') return refuse(codeRefusal(second))
    const { account } = checked
    const challenge = randomSecret()
    return commit(async (tx) => {
      const turnedAway = await admit(deps, tx, { ...checked, code: second.code })
      if (turnedAway?.kind === 'locked') return refuse(refusalOnAdmission(deps, turnedAway, checked))
      if (turnedAway?.kind === 'code used' && second.code !== undefined)
        return refuse(codeUsedRefusal(deps, checked, second.code))
      if (turnedAway !== undefined) return refuse(isChanged)
      const known = await listCredentials(tx, account.id)
      if (known.length >= MAX_PASSKEYS) return refuse(isFull)
      const owner = { userId: account.id, accountVersion: account.version }
      await putChallenge(tx, { binding: bindingOf(account.id, caller.sessionId), challenge, owner }, deps.clock.now())
      return { status: 200, body: optionsOf(deps, account, challenge, known) }
    })
  }

function optionsOf(
  { relyingParty: { id, name } }: Deps,
  account: Credentials,
  challenge: string,
  known: readonly { readonly id: string; readonly transports: string[] }[],
): CreationOptions {
  return {
    challenge,
    rp: { id, name },
    user: { id: userHandleOf(account.id), name: account.email, displayName: account.email },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeMinutes * 60_000,
    attestation: 'none',
    // a sign-in names no account, so the authenticator has to know its passkeys by itself
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    excludeCredentials: known.map(({ id: credentialId, transports }) => ({
      type: 'public-key',
      id: credentialId,
      transports,
    })),
  }
}

/** How an authenticator names the account: by its id, which says nothing of the person. */
export function userHandleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url')
}

export const addPasskey =
  (deps: Deps): Handler<UserService, 'addPasskey'> =>
  async ({ params, body, caller, begin, commit, refuse }) => {
    const binding = bindingOf(params.id, caller.sessionId)
    // in a transaction of its own: it is used up, whatever becomes of the passkey
    const { taken } = tookOf(await begin(async (tx) => ({ taken: await takeChallenge(tx, binding, deps.clock.now()) })))
    const owner = taken?.owner
    if (taken === undefined || owner === undefined)
      return refuse(isRefused('The options have expired, were used, or belong to another session.'))
    const made = await checkCreated(deps.relyingParty, taken.challenge, body.credential)
    if (made === undefined) return refuse(isRefused('The passkey does not match its options.'))
    return commit(async (tx) => {
      const at = deps.clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse(missingAccount(params.id))
      // what ended the sessions of the account also ended what the password was shown for
      if (!(await lockIfCurrent(tx, { id: owner.userId, version: owner.accountVersion })))
        return refuse(isRefused('The account was changed since the options were made.'))
      if ((await listCredentials(tx, user.id)).length >= MAX_PASSKEYS) return refuse(isFull)
      const id = deps.newId()
      const passkey = await insertPasskey(tx, { ...made, id, userId: user.id, name: body.name }, at)
      if (passkey === undefined) return refuse('user.passkey_taken', 'The passkey was added before.')
      await tx.publish(passkeyAdded, user.id, { userId: user.id, passkeyId: id })
      return { status: 201, body: passkey }
    })
  }

/** What a transaction took, which is never refused. */
export function tookOf<Took extends { readonly taken: TakenChallenge | undefined }>(begun: Took | object): Took {
  if (!('taken' in begun)) throw new Error('a challenge was refused instead of taken')
  return begun
}
