import type { Refused, Tx } from '@stoa/contract'
import type { AttemptOutcome } from '@stoa/contracts/user/resources'
import { userLocked } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { advisoryXactLock } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { lockOut, locksAfter } from '../domain/lock-out.ts'
import type { Credentials } from '../store/credentials.ts'
import { insertLink, markLocked } from '../store/links.ts'
import { insertAttempt, insertFailure, loadGuard, lockSignIns, type SignInGuard } from '../store/sign-ins.ts'
import { announceChange } from './announce-change.ts'

export type UserTx = Tx<UserService>

/** Runs a transaction before the one of the response. */
export type Begin = <Begun>(start: (tx: UserTx) => Promise<Begun | Refused>) => Promise<Begun | Refused>

/** Sign-ins are locked. */
export interface Locked {
  readonly kind: 'locked'
  readonly retryAfterSeconds: number
}

/** An attempt to sign in. */
export interface CountedAttempt {
  readonly account: Credentials | undefined
  readonly address: string
  readonly guard: SignInGuard
}

/** Returns what a transaction decided that counted an attempt; it is never refused, so that the attempt stays counted. */
export function outcomeOf<Outcome extends { readonly kind: string }>(begun: Outcome | Refused): Outcome {
  if (!('kind' in begun)) throw new Error('an attempt was refused instead of counted')
  return begun
}

/** Logs an attempt that is turned away because sign-ins are locked. */
export async function turnAway(
  deps: Deps,
  tx: UserTx,
  { account, address }: CountedAttempt,
  until: Temporal.Instant,
): Promise<Locked> {
  await noteLocked(deps, tx, account?.id, address)
  return lockedFor(deps, until)
}

/** What is answered while sign-ins are locked. */
export function lockedFor({ clock }: Deps, until: Temporal.Instant): Locked {
  const seconds = Math.ceil(clock.now().until(until).total('seconds'))
  return { kind: 'locked', retryAfterSeconds: Math.max(1, seconds) }
}

/** Logs an attempt that came while sign-ins were locked. */
export async function noteLocked(deps: Deps, tx: UserTx, userId: string | undefined, address: string): Promise<void> {
  await insertAttempt(tx, { id: deps.newId(), userId, outcome: 'locked', address, at: deps.clock.now() })
}

/** Logs an attempt that is neither right nor wrong; returns undefined, or the lock that holds. */
export async function logAttempt(
  deps: Deps,
  tx: UserTx,
  attempt: CountedAttempt,
  outcome: AttemptOutcome,
): Promise<Locked | undefined> {
  await advisoryXactLock(tx, `sign-in/${attempt.guard.emailHash}`)
  const now = deps.clock.now()
  const { lockedUntil } = await loadGuard(tx, attempt.guard, now)
  if (lockedUntil !== undefined) return turnAway(deps, tx, attempt, lockedUntil)
  await insertAttempt(tx, { id: deps.newId(), userId: attempt.account?.id, outcome, address: attempt.address, at: now })
  return undefined
}

/**
 * Logs and counts a wrong password, code or signature, and locks what is due; returns undefined, or the lock that held before. It is
 * this transaction that decides what is answered: however many are tried at once, one beyond the limit is `locked`.
 * `countCode` counts a wrong code at its factor and returns whether the account is to be locked for it.
 */
export async function countWrong(
  deps: Deps,
  tx: UserTx,
  attempt: CountedAttempt,
  outcome: 'wrong_password' | 'otp_wrong' | 'passkey_wrong',
  countCode: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Locked | undefined> {
  const { account, address, guard } = attempt
  const { clock, newId } = deps
  await advisoryXactLock(tx, `sign-in/${guard.emailHash}`)
  const now = clock.now()
  const state = await loadGuard(tx, guard, now)
  if (state.lockedUntil !== undefined) return turnAway(deps, tx, attempt, state.lockedUntil)
  await insertAttempt(tx, { id: newId(), userId: account?.id, outcome, address, at: now })
  await insertFailure(tx, newId(), guard, now)
  const locks = locksAfter(state)
  const hasTooManyCodes = await countCode()
  if (locks.range) await lockSignIns(tx, guard, now.add({ minutes: lockOut.fromRange.minutes }))
  if (locks.account || hasTooManyCodes) await lockAccount(deps, tx, attempt)
  return undefined
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
