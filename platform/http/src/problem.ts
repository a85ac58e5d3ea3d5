import { platformErrors, type ErrorCatalogue } from '@stoa/contract'
import type { AppError, ErrorKind, FieldError } from '@stoa/kernel'

/** The status number of each kind of refusal; the only place that knows. */
const statusByKind: { readonly [Kind in ErrorKind]: number } = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  precondition_required: 428,
  rate_limited: 429,
  unavailable: 503,
  timeout: 504,
  failed: 500,
}

const titleByStatus: { readonly [status: number]: string } = {
  400: 'The request could not be read',
  401: 'Authentication is required',
  403: 'Not allowed',
  404: 'Not found',
  409: 'The request conflicts with the present state',
  412: 'The resource has changed since it was read',
  413: 'The body is larger than allowed',
  415: 'Not supported',
  422: 'The request is well-formed but wrong',
  428: 'A condition is required',
  429: 'Too many requests',
  503: 'The service can not answer now',
  504: 'It took too long',
}

/** Problem details as they go over the wire (RFC 9457), with the platform's extensions. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: string
  readonly traceId: string
  readonly errors?: readonly FieldError[]
}

/** Where a problem arose. */
export interface ProblemPlace {
  /** The path asked for. */
  readonly instance: string
  readonly traceId: string
}

/** The media type of problem details (RFC 9457). */
export const problemMediaType = 'application/problem+json'

/** The code of an unexpected error: a bug, of which nothing is told. */
export const unexpectedCode = 'service.failed' satisfies keyof typeof platformErrors

/** The HTTP status of a refusal, by its kind (`request.method_not_allowed` is 405). */
export function statusOf(error: Pick<AppError, 'kind' | 'code'>): number {
  return error.code === 'request.method_not_allowed' ? 405 : statusByKind[error.kind]
}

/** The HTTP status of a declared code, by the kind its catalogue gives it. */
export function statusOfCode(catalogue: ErrorCatalogue, code: string): number | undefined {
  const kind = (catalogue[code] ?? (platformErrors as ErrorCatalogue)[code])?.kind
  return kind === undefined ? undefined : statusOf({ kind, code })
}

/** The problem details of a refusal; the title is the catalogue's. */
export function problemOf(error: AppError, place: ProblemPlace, catalogue: ErrorCatalogue = {}): Problem {
  const status = statusOf(error)
  const described = catalogue[error.code] ?? (platformErrors as ErrorCatalogue)[error.code]
  return {
    type: `/errors/${error.code}`,
    title: described?.title ?? titleByStatus[status] ?? 'Refused',
    status,
    detail: error.message,
    instance: place.instance,
    code: error.code,
    traceId: place.traceId,
    ...(error.fields.length === 0 ? {} : { errors: error.fields }),
  }
}

/** The problem details of a bug: a fixed text with the trace id as the only lead. */
export function unexpectedProblem(place: ProblemPlace): Problem {
  return {
    type: `/errors/${unexpectedCode}`,
    title: platformErrors[unexpectedCode].title,
    status: 500,
    detail: 'The request failed unexpectedly. It has been logged under the trace id.',
    instance: place.instance,
    code: unexpectedCode,
    traceId: place.traceId,
  }
}

/** The headers that a refusal brings besides its body: Retry-After, WWW-Authenticate (RFC 6750). */
export function problemHeaders(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds))
  if (error.kind === 'unauthenticated') {
    const isBadToken = error.code.startsWith('auth.token_') && error.code !== 'auth.token_missing'
    headers['www-authenticate'] = isBadToken ? 'Bearer realm="stoa", error="invalid_token"' : 'Bearer realm="stoa"'
  }
  return headers
}
