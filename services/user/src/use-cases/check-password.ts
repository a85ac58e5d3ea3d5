import type { ReadHandle } from '@stoa/contract'
import { userAuthenticated } from '@stoa/contracts/user/events'
import { advisoryXactLock } from '@stoa/postgres'
import { fingerprint } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { addressRange } from './address-range.ts'
import { useCode, type ProvenCode } from './check-code.ts'
import { lockIfCurrent, rehashPassword, type Credentials } from '../store/credentials.ts'
import { findConfirmedFactorId } from '../store/second-factors.ts'
import { forgiveRange, insertAttempt, loadGuard, type SignInGuard } from '../store/sign-ins.ts'
import {
  countWrong,
  lockedFor,
  noteLocked,
  outcomeOf,
  turnAway,
  type Begin,
  type Locked,
  type UserTx,
} from './count-attempts.ts'

/** A password and an e-mail address, which may have an account. */
export interface ShownPassword {
  readonly email: string
  readonly account: Credentials | undefined
  readonly password: string
  /** Where from. */
  readonly address: string
}

/** An account that has proven itself, but is not yet let in: that is for `admit`, in the transaction of what it is wanted for. */
export interface ProvenAccount {
  readonly account: Credentials
  readonly guard: SignInGuard
  readonly address: string
}

/** Shown and found right. */
export interface ProvenPassword extends ProvenAccount {
  readonly kind: 'right'
  readonly passwordHash: string
  /** The same password hashed at today's cost, when it was hashed at another. */
  readonly rehashed: string | undefined
}

/** What `admit` lets in. */
export interface Admission extends ProvenAccount {
  readonly passwordHash?: string
  readonly rehashed?: string | undefined
  /**
   * The code of the account's second factor; undefined if it has none; 'not asked' where the password alone is enough; 'passkey' where one
   * has signed, which is both factors.
   */
  readonly code: ProvenCode | undefined | 'not asked' | 'passkey'
}

/** Why a password is refused. */
export type TurnedAway =
  | { readonly kind: 'wrong' }
  /** The account was changed after the password was checked. */
  | { readonly kind: 'changed' }
  | Locked

/** Why a person whose password was right is not let in. */
export type NotAdmitted =
  | Exclude<TurnedAway, { readonly kind: 'wrong' }>
  /** The code was used by another request meanwhile. */
  | { readonly kind: 'code used' }

interface PasswordCheckContext {
  readonly db: ReadHandle
  readonly begin: Begin
}

/** The wrong passwords for an e-mail address are counted under its hash, in one case. */
export function emailHashOf(email: string): string {
  return fingerprint(email.toLowerCase())
}

/** What attempts to sign in to an account are counted against. */
export function guardOf(email: string, address: string): SignInGuard {
  return { emailHash: emailHashOf(email), range: addressRange(address) }
}

/**
 * Checks a password behind the lock-out and logs the attempt. An e-mail address without an account is treated alike in
 * time, answer and locks. However many passwords are tried at once, an answer beyond the limit is `locked`: it is the
 * transaction that counts a wrong one which decides what is answered.
 */
export async function checkPassword(
  deps: Deps,
  { db, begin }: PasswordCheckContext,
  shown: ShownPassword,
): Promise<ProvenPassword | TurnedAway> {
  const { account, address, password } = shown
  const guard = guardOf(account?.email ?? shown.email, address)
  const attempt = { account, address, guard }
  const { lockedUntil } = await loadGuard(db, guard, deps.clock.now())
  if (lockedUntil !== undefined) return outcomeOf(await begin((tx) => turnAway(deps, tx, attempt, lockedUntil)))
  const stored = account?.passwordHash
  const isRight = await deps.passwords.verifyPassword(password, stored)
  if (!isRight || account === undefined || stored === undefined) {
    const count = async (tx: UserTx): Promise<TurnedAway> =>
      (await countWrong(deps, tx, attempt, 'wrong_password')) ?? { kind: 'wrong' }
    return outcomeOf(await begin(count))
  }
  const rehashed = deps.passwords.needsRehash(stored) ? await deps.passwords.hashPassword(password) : undefined
  return { kind: 'right', account, passwordHash: stored, guard, address, rehashed }
}

/**
 * Admits a person who has proven to own the account, unless sign-ins were locked, the account's sessions were ended or its
 * second factor was changed meanwhile: the check of a password takes long, and its other half at auth is a call. Uses up
 * the code; logs and publishes the sign-in.
 */
export async function admit(deps: Deps, tx: UserTx, proven: Admission): Promise<NotAdmitted | undefined> {
  const { account, guard, address, code } = proven
  await advisoryXactLock(tx, `sign-in/${guard.emailHash}`)
  const at = deps.clock.now()
  if (!(await lockIfCurrent(tx, account))) return { kind: 'changed' }
  const state = await loadGuard(tx, guard, at)
  if (state.lockedUntil !== undefined) return lockedFor(deps, state.lockedUntil)
  const shown = typeof code === 'object' ? code : undefined
  const isWhole = code === 'passkey' || shown?.factorId === (await findConfirmedFactorId(tx, account.id))
  if (code !== 'not asked' && !isWhole) return { kind: 'changed' }
  if (shown !== undefined && !(await useCode(tx, shown, at))) return { kind: 'code used' }
  // a right password alone forgives no wrong code
  if (isWhole && state.fromRange > 0) await forgiveRange(tx, guard)
  if (proven.rehashed !== undefined && proven.passwordHash !== undefined)
    await rehashPassword(tx, account.id, proven.passwordHash, proven.rehashed)
  await insertAttempt(tx, { id: deps.newId(), userId: account.id, outcome: 'succeeded', address, at })
  const methods = code === 'passkey' ? ['passkey'] : shown === undefined ? ['password'] : ['password', 'otp']
  await tx.publish(userAuthenticated, account.id, { userId: account.id, methods, at: at.toString() })
  return undefined
}

const changed = {
  code: 'user.credentials_wrong',
  detail: 'The account changed during the sign-in. Sign in again.',
} as const

/** The refusal of a lock, the same with and without an account. */
export function lockedRefusal({ retryAfterSeconds }: Locked) {
  const detail = 'Too many wrong passwords or codes: sign-in is temporarily locked.'
  return { code: 'user.locked', detail, retryAfterSeconds } as const
}

/** The refusal of a password, the same with and without an account. */
export function refusalFor(turnedAway: TurnedAway) {
  switch (turnedAway.kind) {
    case 'changed':
      return changed
    case 'locked':
      return lockedRefusal(turnedAway)
    case 'wrong':
      return { code: 'user.credentials_wrong', detail: 'The e-mail address or the password is wrong.' } as const
  }
}

/** The refusal of a person whose password was right; that sign-ins are locked is logged with it. */
export function refusalOnAdmission(
  deps: Deps,
  turnedAway: Locked | { kind: 'changed' },
  { account, address }: ProvenAccount,
) {
  if (turnedAway.kind === 'changed') return changed
  const keep = (kept: UserTx) => noteLocked(deps, kept, account.id, address)
  return { ...lockedRefusal(turnedAway), keep }
}
