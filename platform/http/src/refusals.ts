import { catalogueError, platformErrors, type PlatformErrorCode } from '@stoa/contract'
import type { AppError, FieldError } from '@stoa/kernel'

interface RefusalOptions {
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** A refusal that the door itself gives. */
export function refusalOf(code: PlatformErrorCode, detail: string, options: RefusalOptions = {}): AppError {
  return catalogueError(platformErrors, code, detail, options)
}

/** Well-formed but wrong, with a pointer to each wrong field. */
export function invalidFields(fields: readonly FieldError[]): AppError {
  const [first] = fields
  const detail =
    fields.length === 1 && first !== undefined
      ? `${first.pointer || 'The body'} ${first.detail}.`
      : 'Some fields are wrong.'
  return refusalOf('request.invalid', detail, { fields })
}
