import { isAppError } from '@stoa/kernel'

/** How often a failing event is tried, and how long it rests in between. */
export interface RetryPolicy {
  readonly attempts: number
  /** Milliseconds before the attempt after this one (1 is the first). */
  readonly delayMs: (attempt: number) => number
}

/** 5 attempts, after 0.2, 0.8, 3.2 and 12.8 s. */
export const defaultRetryPolicy: RetryPolicy = { attempts: 5, delayMs: (attempt) => 200 * 4 ** (attempt - 1) }

/** The longest pause of a consumer while a dependency is unavailable. */
export const longestPauseMs = 5_000

/**
 * Returns whether a database or a callee is unavailable: the event is not at fault, so the attempt does not count. A statement that
 * ran into its timeout does count, or one slow event would block everything behind it forever.
 */
export function isAway(error: unknown): boolean {
  return isAppError(error) && error.retryable && error.code !== 'database.statement_timeout'
}

/** The part of an error that is stored with the event. */
export interface RecordedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
}

const maxStackLength = 4_000

export function recordError(error: unknown): RecordedError {
  if (!(error instanceof Error)) return { name: 'thrown', message: String(error) }
  const { name, message, stack } = error
  return {
    name,
    message,
    ...(isAppError(error) ? { code: error.code } : {}),
    ...(stack === undefined ? {} : { stack: stack.slice(0, maxStackLength) }),
  }
}
