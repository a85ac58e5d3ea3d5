import { platformErrors, type ErrorCatalogue } from '@stoa/contract'
import type { AppError, ErrorKind, FieldError } from '@stoa/kernel'
import { challengeOf } from './challenge.ts'
import { shortPointer } from './json-pointer.ts'

/** The HTTP status of each kind of error; this mapping exists only here. */
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

/** Codes with a specific HTTP status. */
const statusByCode: ReadonlyMap<string, number> = new Map<keyof typeof platformErrors, number>([
  ['request.method_not_allowed', 405],
  ['request.expectation_failed', 417],
  ['request.method_unknown', 501],
  ['request.length_required', 411],
  ['request.upgrade_required', 426],
  ['request.stalled', 408],
  ['request.range_unsatisfiable', 416],
])

const titleByStatus: { readonly [status: number]: string } = {
  400: 'The request cannot be parsed',
  401: 'Authentication is required',
  403: 'Not allowed',
  404: 'Not found',
  408: 'The body has stopped arriving',
  409: 'The request conflicts with the current state',
  411: 'Content-Length is required',
  412: 'The resource has changed since it was read',
  413: 'The body is larger than allowed',
  415: 'Not supported',
  416: 'The range lies outside the content',
  422: 'The request is well-formed but invalid',
  428: 'If-Match is required',
  429: 'Too many requests',
  503: 'The service is unavailable',
  504: 'The request timed out',
}

/** Problem details as they go over the wire (RFC 9457), with the platform's extensions. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The requested path; missing where the request could not be read as far as that. */
  readonly instance?: string
  readonly code: string
  readonly traceId: string
  readonly errors?: readonly FieldError[]
}

/** Where a problem arose. */
export interface ProblemPlace {
  /** The requested path. */
  readonly instance: string
  readonly traceId: string
}

const maxFields = 100
const maxTextLength = 1_000

/** The media type of problem details (RFC 9457). */
export const problemMediaType = 'application/problem+json'

/** The code of an unexpected error: a bug, whose details are not disclosed. */
export const unexpectedCode = 'service.failed' satisfies keyof typeof platformErrors

/** Returns the HTTP status of an error, by its kind or its code (`request.method_not_allowed`: 405). */
export function statusOf(error: Pick<AppError, 'kind' | 'code'>): number {
  return statusByCode.get(error.code) ?? statusByKind[error.kind]
}

/** Returns the HTTP status of a declared code, by the kind in its catalogue. */
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
    detail: shortText(error.message),
    instance: place.instance,
    code: error.code,
    traceId: place.traceId,
    ...(error.fields.length === 0 ? {} : { errors: error.fields.slice(0, maxFields).map(shortField) }),
  }
}

// What came in is repeated in part at most: an answer must not grow with the request.
function shortField({ pointer, detail }: FieldError): FieldError {
  return { pointer: shortPointer(pointer), detail: shortText(detail) }
}

function shortText(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength).toWellFormed()}…`
}

/** The problem details of a bug: a fixed text with the trace id as the only lead. */
export function unexpectedProblem(place: ProblemPlace): Problem {
  return {
    type: `/errors/${unexpectedCode}`,
    title: platformErrors[unexpectedCode].title,
    status: 500,
    detail: 'The request failed unexpectedly. The error was logged under the trace id.',
    instance: place.instance,
    code: unexpectedCode,
    traceId: place.traceId,
  }
}

/** The headers that a refusal brings besides its body: Retry-After, WWW-Authenticate. */
export function problemHeaders(error: AppError, issuer?: string): Record<string, string> {
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds))
  const challenge = challengeOf(error, issuer)
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  return headers
}
