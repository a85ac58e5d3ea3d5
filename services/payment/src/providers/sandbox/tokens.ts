import type { ChargeOutcome } from '../../domain/payment.ts'

/** The tokens of the sandbox, each with its deterministic outcome. */
export const sandboxTokens = [
  'tok_visa',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_timeout',
  'tok_flaky',
  'tok_fraud',
] as const

export type SandboxToken = (typeof sandboxTokens)[number]

/** Returns whether the sandbox recognizes a token. */
export function isSandboxToken(token: string): token is SandboxToken {
  return (sandboxTokens as readonly string[]).includes(token)
}

interface ChargeAttempt {
  /** 1 for the first under its key. */
  readonly attempt: number
  readonly isCaptured: boolean
  readonly isReviewed: boolean
}

/** The behaviour of the sandbox: an outcome, or `failing`, which returns an error and stores nothing. */
export type SandboxDecision = {
  readonly state: Exclude<ChargeOutcome['kind'], 'voided' | 'action'> | 'failing'
  readonly code?: string
}

const failuresOfFlaky = 2

/** Decides a charge by its token alone. */
export function decideCharge(token: SandboxToken, { attempt, isCaptured, isReviewed }: ChargeAttempt): SandboxDecision {
  const charged = { state: isCaptured ? ('captured' as const) : ('authorized' as const) }
  switch (token) {
    case 'tok_visa':
    case 'tok_timeout':
      return charged
    case 'tok_declined':
      return { state: 'declined', code: 'payment.declined' }
    case 'tok_insufficient_funds':
      return { state: 'declined', code: 'payment.insufficient_funds' }
    case 'tok_flaky':
      return attempt > failuresOfFlaky ? charged : { state: 'failing' }
    case 'tok_fraud':
      return isReviewed ? charged : { state: 'review' }
  }
}

/** Returns whether a charge with this token is executed without a response. */
export function isUnanswered(token: SandboxToken): boolean {
  return token === 'tok_timeout'
}
