import { isAppError, type AppError } from '@stoa/kernel'
import type { FastifyError } from 'fastify'
import { mediaTypeFor } from './body.ts'
import type { Exchange } from './exchange.ts'
import { RangeUnsatisfiable } from './range.ts'
import { refusalOf } from './refusals.ts'
import type { Problems } from './respond.ts'

/** The refusal of a request whose time is over. */
export function tooLate(): AppError {
  return refusalOf('request.deadline_exceeded', 'The deadline of the request has passed.')
}

/** The largest declared body that is read to its end after it was rejected, so that the client sees the response. */
const maxDiscardedBytes = 16 * 1_048_576

/** Responds to an error; a connection on which much of a body is left unread is closed. */
export function answerError(
  exchange: Exchange,
  error: unknown,
  problems: Problems,
  uploaded?: readonly string[],
): void {
  const refusal = refusalOfFramework(error)
  const length = Number(exchange.request.headers['content-length'] ?? Infinity)
  const isLeftUnread =
    (refusal !== error || uploaded !== undefined) && !exchange.request.complete && length > maxDiscardedBytes
  const headers = headersFor(exchange, refusal, uploaded)
  problems.respond(exchange, refusal, isLeftUnread ? { ...headers, connection: 'close' } : headers)
}

function headersFor(
  exchange: Exchange,
  refusal: unknown,
  uploaded: readonly string[] | undefined,
): { readonly [name: string]: string } {
  if (refusal instanceof RangeUnsatisfiable) return { 'content-range': `bytes */${refusal.sizeBytes}` }
  if (!isAppError(refusal, 'request.media_type_unsupported')) return {}
  return uploaded === undefined ? acceptHeader(exchange.method) : { 'accept-post': uploaded.join(', ') }
}

function acceptHeader(method: string): { [name: string]: string } {
  return method === 'PATCH'
    ? { 'accept-patch': mediaTypeFor(method) }
    : method === 'POST'
      ? { 'accept-post': mediaTypeFor(method) }
      : {}
}

function refusalOfFramework(error: unknown): unknown {
  const { code, statusCode } = error as Partial<FastifyError>
  if (typeof code !== 'string' || !code.startsWith('FST_')) {
    // A body that broke off, on a socket that is still there.
    return statusCode === 400 && !isAppError(error)
      ? refusalOf('request.malformed', 'The body is incomplete.', { cause: error })
      : error
  }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refusalOf('request.too_large', 'The body is larger than allowed.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refusalOf('request.media_type_unsupported', 'The media type of the body is not supported.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refusalOf('request.path_unknown', 'There is no endpoint at this path.')
    default:
      return statusCode === undefined || statusCode >= 500
        ? error
        : refusalOf('request.malformed', 'The request cannot be parsed.')
  }
}
