import { isAppError } from '@stoa/kernel'

/**
 * What the outcome of a call shows about the callee: it responded, it was unreachable, it was too slow, or nothing because the call
 * was not sent.
 */
export type Evidence = 'answer' | 'failure' | 'timeout' | 'none'

/**
 * Classifies an error: an AppError is a response of the callee, regardless of its kind; a system error (refused, reset, no route) is
 * a failure; any other error is a bug of the caller and shows nothing.
 */
export function evidenceOf(error: unknown): Evidence {
  if (isAppError(error)) return error.kind === 'timeout' ? 'timeout' : 'answer'
  return isSystemError(error) ? 'failure' : 'none'
}

/** `fetch` stores the system error in the cause of its own error. */
function isSystemError(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if ('syscall' in each) return true
  return false
}
