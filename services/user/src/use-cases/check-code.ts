import type { ReadHandle } from '@stoa/contract'
import { equalsInConstantTime, totpCode, totpStepAt } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { acceptedStep, latestStep, readCode } from '../domain/second-factor.ts'
import {
  countWrongCode,
  findFactor,
  isRecoveryCodeOpen,
  useRecoveryCode,
  useStep,
  type StoredFactor,
} from '../store/second-factors.ts'
import { loadGuard } from '../store/sign-ins.ts'
import {
  countWrong,
  logAttempt,
  outcomeOf,
  turnAway,
  type Begin,
  type CountedAttempt,
  type Locked,
  type UserTx,
} from './count-attempts.ts'
import { openSecret } from './factor-secret.ts'
import { hashRecoveryCode } from './recovery-codes.ts'

/** A code that was found right, but is not yet used up: that is for `useCode`, in the transaction of what it is wanted for. */
export interface ProvenCode {
  readonly factorId: string
  readonly by: { readonly step: number; readonly sealedAnew: Buffer | undefined } | { readonly recoveryHash: string }
}

/** What the second factor of an account says to a sign-in; without one, `code` is undefined. */
export type CodeCheck =
  | { readonly kind: 'settled'; readonly code: ProvenCode | undefined }
  | { readonly kind: 'code required' | 'code wrong' | 'code unexpected' }
  | Locked

interface Context {
  readonly db: ReadHandle
  readonly begin: Begin
}

/** Settles the second factor of an account whose password was right. */
export async function checkSignInCode(
  deps: Deps,
  { db, begin }: Context,
  attempt: CountedAttempt & { readonly account: { readonly id: string } },
  otp: string | undefined,
): Promise<CodeCheck> {
  const log = async (outcome: 'otp_required' | 'otp_unexpected', kind: 'code required' | 'code unexpected') =>
    outcomeOf(await begin(async (tx) => (await logAttempt(deps, tx, attempt, outcome)) ?? { kind }))
  const factor = await findFactor(db, attempt.account.id, deps.clock.now())
  if (factor?.isConfirmed !== true) {
    return otp === undefined ? { kind: 'settled', code: undefined } : log('otp_unexpected', 'code unexpected')
  }
  return otp === undefined ? log('otp_required', 'code required') : checkCode(deps, { db, begin }, attempt, factor, otp)
}

/**
 * Checks the code of a factor behind the lock-out, and counts a wrong one like a wrong password, in the transaction that
 * decides the answer.
 */
export async function checkCode(
  deps: Deps,
  { db, begin }: Context,
  attempt: CountedAttempt,
  factor: StoredFactor,
  otp: string,
): Promise<{ readonly kind: 'settled'; readonly code: ProvenCode } | { readonly kind: 'code wrong' } | Locked> {
  const guard = await loadGuard(db, attempt.guard, deps.clock.now())
  // a recovery code cannot be guessed
  const codesLockedUntil = readCode(otp).kind === 'recovery' ? undefined : factor.codesLockedUntil
  const lockedUntil = guard.lockedUntil ?? codesLockedUntil
  if (lockedUntil !== undefined) return outcomeOf(await begin((tx) => turnAway(deps, tx, attempt, lockedUntil)))
  const code = await proveCode(deps, db, factor, otp)
  if (code !== undefined) return { kind: 'settled', code }
  const count = async (tx: UserTx): Promise<{ readonly kind: 'code wrong' } | Locked> =>
    (await countOtpWrong(deps, tx, attempt, factor.id)) ?? { kind: 'code wrong' }
  return outcomeOf(await begin(count))
}

/** Counts a wrong code; returns the lock that held before. */
export function countOtpWrong(
  deps: Deps,
  tx: UserTx,
  attempt: CountedAttempt,
  factorId: string,
): Promise<Locked | undefined> {
  // those that come too slowly for the lock-out add up here
  return countWrong(deps, tx, attempt, 'otp_wrong', () => countWrongCode(tx, factorId, deps.clock.now()))
}

async function proveCode(
  { clock, secretKeys }: Deps,
  db: ReadHandle,
  { id: factorId, encryptedSecret, isConfirmed, lastStep }: StoredFactor,
  otp: string,
): Promise<ProvenCode | undefined> {
  const typed = readCode(otp)
  if (typed.kind === 'totp') {
    const { secret, sealedAnew } = openSecret(secretKeys, factorId, encryptedSecret)
    const isCodeOf = (step: number) => equalsInConstantTime(totpCode(secret, step), typed.code)
    const step = acceptedStep(isCodeOf, totpStepAt(clock.now()), lastStep)
    return step === undefined ? undefined : { factorId, by: { step, sealedAnew } }
  }
  // a recovery code does not show that the app has the secret
  if (typed.kind === 'unreadable' || !isConfirmed) return undefined
  const recoveryHash = hashRecoveryCode(factorId, typed.code)
  return (await isRecoveryCodeOpen(db, factorId, recoveryHash)) ? { factorId, by: { recoveryHash } } : undefined
}

/** Uses up a code; false if another request was first. */
export function useCode(tx: UserTx, { factorId, by }: ProvenCode, at: Temporal.Instant): Promise<boolean> {
  if ('step' in by) return useStep(tx, factorId, { ...by, latestStep: latestStep(totpStepAt(at)), at })
  return useRecoveryCode(tx, factorId, { codeHash: by.recoveryHash, at })
}

const otpWrong = { code: 'user.otp_wrong', detail: 'The one-time code is wrong or was used.' } as const

/** The refusal of a code that is wrong. */
export function otpWrongRefusal() {
  return otpWrong
}

/** The refusal of a code that another request used first, which counts as a wrong one. */
export function codeUsedRefusal(deps: Deps, attempt: CountedAttempt, { factorId }: ProvenCode) {
  const keep = async (tx: UserTx): Promise<void> => void (await countOtpWrong(deps, tx, attempt, factorId))
  return { ...otpWrong, keep }
}
