import { catalogueError, platformErrors, type PlatformErrorCode } from '@stoa/contract'
import type { AppError, FieldError } from '@stoa/kernel'

interface RefusalOptions {
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** Creates an error of the HTTP server itself. */
export function refusalOf(code: PlatformErrorCode, detail: string, options: RefusalOptions = {}): AppError {
  return catalogueError(platformErrors, code, detail, options)
}

/** Creates the error of a repeated request whose first request is still in progress. */
export function inProgress(): AppError {
  const detail = 'The first request with this Idempotency-Key is still in progress.'
  return refusalOf('idempotency.in_progress', detail, { retryAfterSeconds: 1 })
}

/** Creates the error of a request that expects a version, to an operation that compares none. */
export function noVersion(): AppError {
  return refusalOf('request.invalid', 'This operation compares no version: send it without If-Match.')
}

/** Well-formed but wrong, with a pointer to each wrong field. */
export function invalidFields(fields: readonly FieldError[]): AppError {
  const [first] = fields
  const detail =
    fields.length === 1 && first !== undefined
      ? `${first.pointer || 'The body'} ${first.detail}.`
      : 'Some fields are invalid.'
  return refusalOf('request.invalid', detail, { fields })
}
