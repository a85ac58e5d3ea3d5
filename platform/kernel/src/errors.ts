/** The kind of an error; only the HTTP and RPC servers map it to a status. */
export type ErrorKind =
  | 'malformed'
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'stale'
  | 'precondition_required'
  | 'too_large'
  | 'unsupported'
  | 'rate_limited'
  | 'unavailable'
  | 'timeout'
  /** A bug; never used for an expected error. */
  | 'failed'

/** One invalid field of an input: its RFC 6901 pointer and the problem. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

/** What an error has beside its code and detail. */
export interface AppErrorOptions {
  readonly fields?: readonly FieldError[]
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * An expected error that the caller can act on: `code` is stable, `detail` is for people and safe to show. Any other
 * Error is a bug, and the client gets a fixed text. By default retryable only if `kind` is `unavailable` or `timeout`.
 */
export class AppError extends Error {
  readonly code: string
  readonly kind: ErrorKind
  readonly fields: readonly FieldError[]
  readonly retryable: boolean
  readonly retryAfterSeconds: number | undefined

  constructor(kind: ErrorKind, code: string, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.kind = kind
    this.fields = options.fields ?? []
    this.retryable = options.retryable ?? (kind === 'unavailable' || kind === 'timeout')
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** Whether a thrown value is a refusal, optionally one with this code. */
export function isAppError(error: unknown, code?: string): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code)
}
