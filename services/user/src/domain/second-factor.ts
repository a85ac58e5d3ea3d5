/** How far the clock of a telephone may be off, in time steps of an authenticator app. */
const driftSteps = 1

/** For how long a second factor waits for its first code. */
export const pendingFor = { hours: 24 } as const

/** Wrong codes since the last right one that lock the account (NIST SP 800-63B, 5.2.2: at most 100). */
export const maxWrongCodes = 100

/** For how long codes of the app are refused after each wrong one from then on. */
export const codesLockedFor = { hours: 24 } as const

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
export function latestStep(currentStep: number): number {
  return currentStep + driftSteps
}

/**
 * The time step that a code is for, if it may be accepted now: each step once, and none before one that was. A step that
 * lies further ahead than any code can was noted before the clock was set back, and does not count.
 */
export function acceptedStep(
  isCodeOf: (step: number) => boolean,
  currentStep: number,
  lastStep: number | undefined,
): number | undefined {
  const latest = latestStep(currentStep)
  const used = lastStep === undefined || lastStep > latest ? -Infinity : lastStep
  for (let step = currentStep - driftSteps; step <= latest; step += 1) {
    if (step > used && isCodeOf(step)) return step
  }
  return undefined
}
