import { socketCloseCodes } from '@stoa/contract'
import type { AppError } from '@stoa/kernel'

/** The close code of the error with which a handler has ended; undefined is a bug. */
export function closeCodeOf(error: Pick<AppError, 'kind' | 'retryable'> | undefined): number {
  if (error === undefined) return socketCloseCodes.unexpected
  if (error.kind === 'unauthenticated') return socketCloseCodes.unauthenticated
  return error.retryable ? socketCloseCodes.tryAgainLater : socketCloseCodes.policyViolation
}
