import type { ErrorKind } from '@stoa/kernel'

/** What one stable code means: its kind, a short title for people, and how to mend it (the page under `/errors/{code}`). */
export interface ErrorDescription {
  readonly kind: ErrorKind
  readonly title: string
  readonly mend?: string
}

/** The refusals a service can give, by code. */
export type ErrorCatalogue<Code extends string = string> = { readonly [C in Code]: ErrorDescription }

/** Declares the refusals of one service; every code starts with the service's or a resource's name. */
export function errors<const Catalogue extends ErrorCatalogue<`${string}.${string}`>>(catalogue: Catalogue): Catalogue {
  return catalogue
}

/** The refusals that the platform itself gives, at every door. */
export const platformErrors = errors({
  'request.malformed': { kind: 'malformed', title: 'The request could not be read' },
  'request.invalid': { kind: 'invalid', title: 'The request is well-formed but wrong' },
  'request.path_unknown': { kind: 'not_found', title: 'No such path' },
  'request.method_not_allowed': { kind: 'unsupported', title: 'The path does not know this method' },
  'request.too_large': { kind: 'too_large', title: 'The body is larger than allowed' },
  'request.media_type_unsupported': { kind: 'unsupported', title: 'The media type is not understood' },
  'request.precondition_required': { kind: 'precondition_required', title: 'If-Match is required' },
  'request.stale': { kind: 'stale', title: 'The resource has changed since it was read' },
  'request.deadline_exceeded': { kind: 'timeout', title: 'The deadline of the request has passed' },
  'request.rate_limited': { kind: 'rate_limited', title: 'Too many requests' },
  'idempotency.key_required': { kind: 'malformed', title: 'Idempotency-Key is required' },
  'idempotency.key_malformed': { kind: 'malformed', title: 'Idempotency-Key is not a valid key' },
  'idempotency.key_reused': { kind: 'invalid', title: 'The key was used for another request' },
  'idempotency.in_progress': { kind: 'conflict', title: 'The request with this key is still under way' },
  'auth.token_missing': { kind: 'unauthenticated', title: 'A bearer token is required' },
  'auth.token_invalid': { kind: 'unauthenticated', title: 'The bearer token is not valid' },
  'auth.permission_missing': { kind: 'forbidden', title: 'The caller lacks the permission' },
  'auth.call_undeclared': { kind: 'forbidden', title: 'The calling service has not declared this call' },
  'service.failed': {
    kind: 'failed',
    title: 'Something went wrong on our side',
    mend: 'Ask again with the same Idempotency-Key. If it stays so, give the trace id to those who run the system.',
  },
  'service.unavailable': { kind: 'unavailable', title: 'The service can not answer now' },
  'service.no_instance': { kind: 'unavailable', title: 'No instance of the service is known' },
  'service.draining': { kind: 'unavailable', title: 'The instance is shutting down' },
  'database.unavailable': { kind: 'unavailable', title: 'The database can not be reached' },
  'database.disk_full': { kind: 'unavailable', title: 'The database has no space left' },
  'database.outcome_unknown': { kind: 'unavailable', title: 'Whether the change was made is not known; ask again' },
  'database.saturated': { kind: 'unavailable', title: 'All connections to the database are in use' },
  'database.statement_timeout': { kind: 'timeout', title: 'The database took too long' },
  'database.unsupported_text': { kind: 'invalid', title: 'A text holds a character that can not be kept' },
  'saga.not_found': { kind: 'not_found', title: 'No such process' },
  'saga.not_stuck': { kind: 'conflict', title: 'The process is not stuck' },
  'saga.past_pivot': { kind: 'conflict', title: 'The process is past the point of return' },
  'saga.ended': { kind: 'conflict', title: 'The process has ended' },
  'saga.timed_out': { kind: 'timeout', title: 'The process did not come to its pivot in time' },
})

/** A code of the platform's own catalogue that a request can be refused with: all but that of a bug. */
export type PlatformErrorCode = Exclude<keyof typeof platformErrors, 'service.failed'>
