import type { ErrorDescription } from '@stoa/contract'
import type { ErrorKind } from '@stoa/kernel'
import { statusOf } from './problem.ts'

/** The explanation of an error code, for the page that the `type` of a problem links to. */
export interface ErrorGuide {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly why: string
  readonly fix: string
  /** Whether to send the same request again, and when. */
  readonly retry: string
  readonly isRetryable: boolean
}

const retryable = new Set<ErrorKind>(['unavailable', 'timeout', 'rate_limited', 'failed'])

/** Returns the explanation of an error code from its description in a catalogue. */
export function errorGuide(
  code: string,
  { kind, title, why = '', fix = '', ...declared }: ErrorDescription,
): ErrorGuide {
  const isRetryable = declared.isRetryable ?? retryable.has(kind)
  return {
    code,
    status: statusOf({ code, kind }),
    title,
    why,
    fix,
    isRetryable,
    retry: retryAdvice(kind, isRetryable),
  }
}

function retryAdvice(kind: ErrorKind, isRetryable: boolean): string {
  if (!isRetryable) return 'No: the same request fails again until something else has changed.'
  if (kind === 'rate_limited' || kind === 'conflict') return 'Yes, after the time in Retry-After.'
  return 'Yes, with a delay that grows with every attempt, and with the same Idempotency-Key.'
}
