/** What sort of refusal this is; only the doors (HTTP, RPC) know which number that is there. */
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
  /** A bug of ours; nobody refuses with it. */
  | 'failed'

/** One wrong place in an input: an RFC 6901 pointer and what is wrong there. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

interface AppErrorOptions {
  readonly fields?: readonly FieldError[]
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * A refusal: an outcome the caller can read and act on (`code` is stable, `detail` is for people and safe to show).
 * Any other Error is a bug and is answered with a fixed text. Retryable unless said otherwise only when `unavailable`
 * or `timeout`.
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
