import type { ReadHandle, Refused, RpcRefusal, Tx } from '@stoa/contract'
import { userAuthenticated, userLocked } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { advisoryXactLock } from '@stoa/postgres'
import { fingerprint } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { addressRange } from './address-range.ts'
import { lockOut, locksAfter } from '../domain/lock-out.ts'
import { lockIfCurrent, rehashPassword, type Credentials } from '../store/credentials.ts'
import {
  forgiveRange,
  insertAttempt,
  insertFailure,
  loadGuard,
  lockSignIns,
  type SignInGuard,
} from '../store/sign-ins.ts'
import { insertLink, markLocked } from '../store/links.ts'
import { announceChange } from './announce-change.ts'

type UserTx = Tx<UserService>
type Begin = <Begun>(start: (tx: UserTx) => Promise<Begun | Refused>) => Promise<Begun | Refused>

/** A password and an e-mail address, which may have an account. */
export interface ShownPassword {
  readonly email: string
  readonly account: Credentials | undefined
  readonly password: string
  /** Where from. */
  readonly address: string
}

/** Shown and found right, but not yet let in: that is for `admit`, in the transaction of what it is wanted for. */
export interface ProvenPassword {
  readonly kind: 'right'
  readonly account: Credentials
  readonly passwordHash: string
  readonly guard: SignInGuard
  readonly address: string
  /** The same password hashed at today's cost, when it was hashed at another. */
  readonly rehashed: string | undefined
}

/** Why a sign-in is refused. */
export type TurnedAway =
  | { readonly kind: 'wrong' }
  /** The account was changed after the password was checked. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number }

interface PasswordCheckContext {
  readonly db: ReadHandle
  readonly begin: Begin
}

/** The wrong passwords for an e-mail address are counted under its hash, in one case. */
export function emailHashOf(email: string): string {
  return fingerprint(email.toLowerCase())
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
  const guard = { emailHash: emailHashOf(account?.email ?? shown.email), range: addressRange(address) }
  const attempt = { account, address, guard }
  const { lockedUntil } = await loadGuard(db, guard, deps.clock.now())
  if (lockedUntil !== undefined) return outcomeOf(await begin((tx) => turnAway(deps, tx, attempt, lockedUntil)))
  const stored = account?.passwordHash
  const isRight = await deps.passwords.verifyPassword(password, stored)
  if (!isRight || account === undefined || stored === undefined) {
    return outcomeOf(await begin((tx) => countWrong(deps, tx, attempt)))
  }
  const rehashed = deps.passwords.needsRehash(stored) ? await deps.passwords.hashPassword(password) : undefined
  return { kind: 'right', account, passwordHash: stored, guard, address, rehashed }
}

// what is begun here is never refused: the attempt stays counted
function outcomeOf(begun: TurnedAway | Refused): TurnedAway {
  if (!('kind' in begun)) throw new Error('an attempt was refused instead of counted')
  return begun
}

interface CountedAttempt {
  readonly account: Credentials | undefined
  readonly address: string
  readonly guard: SignInGuard
}

async function turnAway(
  deps: Deps,
  tx: UserTx,
  { account, address }: CountedAttempt,
  until: Temporal.Instant,
): Promise<TurnedAway> {
  await noteLocked(deps, tx, account?.id, address)
  return lockedFor(deps, until)
}

function lockedFor({ clock }: Deps, until: Temporal.Instant): Extract<TurnedAway, { kind: 'locked' }> {
  const seconds = Math.ceil(clock.now().until(until).total('seconds'))
  return { kind: 'locked', retryAfterSeconds: Math.max(1, seconds) }
}

/** Logs an attempt that came while sign-ins were locked. */
export async function noteLocked(deps: Deps, tx: UserTx, userId: string | undefined, address: string): Promise<void> {
  await insertAttempt(tx, { id: deps.newId(), userId, outcome: 'locked', address, at: deps.clock.now() })
}

async function countWrong(deps: Deps, tx: UserTx, attempt: CountedAttempt): Promise<TurnedAway> {
  const { account, address, guard } = attempt
  const { clock, newId } = deps
  await advisoryXactLock(tx, `sign-in/${guard.emailHash}`)
  const now = clock.now()
  const state = await loadGuard(tx, guard, now)
  if (state.lockedUntil !== undefined) return turnAway(deps, tx, attempt, state.lockedUntil)
  await insertAttempt(tx, { id: newId(), userId: account?.id, outcome: 'wrong_password', address, at: now })
  await insertFailure(tx, newId(), guard, now)
  const locks = locksAfter(state)
  if (locks.range) await lockSignIns(tx, guard, now.add({ minutes: lockOut.fromRange.minutes }))
  if (locks.account) await lockAccount(deps, tx, attempt)
  return { kind: 'wrong' }
}

async function lockAccount({ clock, newId }: Deps, tx: UserTx, { account, guard }: CountedAttempt): Promise<void> {
  const now = clock.now()
  const until = now.add({ minutes: lockOut.fromAnywhere.minutes })
  await lockSignIns(tx, { ...guard, range: '*' }, until)
  if (account === undefined) return
  const unlockId = newId()
  await markLocked(tx, account.id, until, now)
  const link = {
    id: unlockId,
    purpose: 'unlock',
    userId: account.id,
    emailHash: guard.emailHash,
    expiresAt: until,
  } as const
  await insertLink(tx, link, now)
  await tx.publish(userLocked, account.id, { userId: account.id, unlockId })
  await announceChange(tx, account.id, now)
}

/**
 * Admits a person whose password was found right, unless sign-ins were locked or the account's sessions were ended meanwhile:
 * the check of a password takes long, and its other half at auth is a call. Logs and publishes the sign-in.
 */
export async function admit(deps: Deps, tx: UserTx, proven: ProvenPassword): Promise<TurnedAway | undefined> {
  const { account, guard, address } = proven
  await advisoryXactLock(tx, `sign-in/${guard.emailHash}`)
  const at = deps.clock.now()
  if (!(await lockIfCurrent(tx, account))) return { kind: 'changed' }
  const state = await loadGuard(tx, guard, at)
  if (state.lockedUntil !== undefined) return lockedFor(deps, state.lockedUntil)
  if (state.fromRange > 0) await forgiveRange(tx, guard)
  if (proven.rehashed !== undefined) await rehashPassword(tx, account.id, proven.passwordHash, proven.rehashed)
  await insertAttempt(tx, { id: deps.newId(), userId: account.id, outcome: 'succeeded', address, at })
  await tx.publish(userAuthenticated, account.id, { userId: account.id, methods: ['password'], at: at.toString() })
  return undefined
}

/** The refusal of a sign-in, the same with and without an account. */
export function refusalFor(turnedAway: TurnedAway): RpcRefusal<UserService, 'verifyPassword'> {
  switch (turnedAway.kind) {
    case 'changed':
      return { code: 'user.credentials_wrong', detail: 'The account changed during the sign-in. Sign in again.' }
    case 'locked': {
      const { retryAfterSeconds } = turnedAway
      return {
        code: 'user.locked',
        detail: 'Too many wrong passwords: sign-in is temporarily locked.',
        retryAfterSeconds,
      }
    }
    case 'wrong':
      return { code: 'user.credentials_wrong', detail: 'The e-mail address or the password is wrong.' }
  }
}

/** The refusal of a person whose password was right; that sign-ins are locked is logged with it. */
export function refusalOnAdmission(deps: Deps, turnedAway: TurnedAway, { account, address }: ProvenPassword) {
  const refusal = refusalFor(turnedAway)
  if (turnedAway.kind !== 'locked') return refusal
  return { ...refusal, keep: (kept: UserTx) => noteLocked(deps, kept, account.id, address) }
}
