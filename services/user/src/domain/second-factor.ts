import { randomBytes } from 'node:crypto'
import { equalsInConstantTime, fingerprint, toBase32, totpCode, totpStepAt } from '@stoa/security'

/** How far the clock of a telephone may be off, in steps of 30 seconds. */
const driftSteps = 1
const recoveryCodeCount = 10
const recoveryCodeBytes = 10

/** For how long a second factor waits for its first code. */
export const pendingFor = { hours: 24 } as const

/** Wrong codes since the last right one that lock the account (NIST SP 800-63B, 5.2.2: at most 100). */
export const maxWrongCodes = 100

/** What was typed where a code is asked for. */
export type TypedCode =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery'; readonly code: string }
  | { readonly kind: 'unreadable' }

/** Reads a code of an app or a recovery code, however it is spaced and whatever its case. */
export function readCode(text: string): TypedCode {
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase()
  if (/^\d{6}$/.test(code)) return { kind: 'totp', code }
  return /^[A-Z2-7]{16}$/.test(code) ? { kind: 'recovery', code } : { kind: 'unreadable' }
}

/** The last time step of which a code could be accepted now. */
export function latestStep(now: Temporal.Instant): number {
  return totpStepAt(now) + driftSteps
}

/**
 * The time step that a code is for, if it may be accepted now: each step once, and none before one that was. A step that
 * lies further ahead than any code can was noted before the clock was set back, and does not count.
 */
export function stepOf(
  code: string,
  secret: string,
  now: Temporal.Instant,
  lastStep: number | undefined,
): number | undefined {
  const latest = latestStep(now)
  const used = lastStep === undefined || lastStep > latest ? -Infinity : lastStep
  for (let step = latest - 2 * driftSteps; step <= latest; step += 1) {
    if (step > used && equalsInConstantTime(totpCode(secret, step), code)) return step
  }
  return undefined
}

/** New recovery codes, of 80 random bits each. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () =>
    (toBase32(randomBytes(recoveryCodeBytes)).match(/.{4}/g) ?? []).join('-'),
  )
}

/** What is kept of a recovery code; of the same code another for each factor. */
export function hashRecoveryCode(factorId: string, code: string): string {
  return fingerprint(`${factorId}:${code.replaceAll('-', '')}`)
}
