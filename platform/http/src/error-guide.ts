import type { ErrorDescription } from '@stoa/contract'
import type { ErrorKind } from '@stoa/kernel'
import { statusOf } from './problem.ts'

/** What people are told of a code, each in a sentence or two; the page that a problem's `type` leads to is made of it. */
export interface ErrorGuide {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly why: string
  readonly mend: string
  /** Whether to send the same request again, and when. */
  readonly retry: string
  readonly isRetryable: boolean
}

const retryable = new Set<ErrorKind>(['unavailable', 'timeout', 'rate_limited', 'failed'])

/** The guide to a code of a catalogue. */
export function errorGuide(code: string, { kind, title, why = '', mend = '', ...said }: ErrorDescription): ErrorGuide {
  const isRetryable = said.isRetryable ?? retryable.has(kind)
  return {
    code,
    status: statusOf({ code, kind }),
    title,
    why,
    mend,
    isRetryable,
    retry: retryAdvice(kind, isRetryable),
  }
}

function retryAdvice(kind: ErrorKind, isRetryable: boolean): string {
  if (!isRetryable) return 'No: the same request is refused again until something else has changed.'
  if (kind === 'rate_limited' || kind === 'conflict') return 'Yes, once the time in Retry-After is over.'
  return 'Yes, after a pause that grows with every attempt, and with the same Idempotency-Key.'
}
