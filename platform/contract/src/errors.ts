import type { ErrorKind } from '@stoa/kernel'

/** What one stable code means, for its page under `/errors/{code}`. */
export interface ErrorDescription {
  readonly kind: ErrorKind
  /** What it means, in a few words. */
  readonly title: string
  /** How it comes about. */
  readonly why?: string
  /** What whoever got it should do. */
  readonly mend?: string
  /** Whether the same request may succeed when it is sent again; by its kind unless said. */
  readonly isRetryable?: boolean
}

/** The refusals a service can give, by code. */
export type ErrorCatalogue<Code extends string = string> = { readonly [C in Code]: ErrorDescription }

/** Declares the refusals of one service; every code starts with the service's or a resource's name. */
export function errors<const Catalogue extends ErrorCatalogue<`${string}.${string}`>>(catalogue: Catalogue): Catalogue {
  return catalogue
}

/** The refusals that the platform itself gives, at every door. */
export const platformErrors = errors({
  'request.malformed': {
    kind: 'malformed',
    title: 'The request could not be read',
    why: 'The head, the query or the body breaks the rules of HTTP or JSON, so nothing of it was looked at.',
    mend: 'Mend the request; `detail` says where reading it ended.',
  },
  'request.invalid': {
    kind: 'invalid',
    title: 'The request is well-formed but wrong',
    why: 'A field is missing, unknown, or not of the form or size that the operation declares.',
    mend: 'Mend the fields that `errors` points to; the OpenAPI document says what each must be.',
  },
  'request.path_unknown': {
    kind: 'not_found',
    title: 'No such path',
    why: 'No operation has this path, or an id in it is not of the form that ids have.',
    mend: 'Check the path against the OpenAPI document.',
  },
  'request.method_not_allowed': {
    kind: 'unsupported',
    title: 'The path does not know this method',
    why: 'The path is known, and serves other methods only.',
    mend: 'Use one of the methods in the `Allow` header.',
  },
  'request.too_large': {
    kind: 'too_large',
    title: 'The body is larger than allowed',
    why: 'A body may have 1 MiB at most, unless the operation says otherwise.',
    mend: 'Send less, or in several requests.',
  },
  'request.media_type_unsupported': {
    kind: 'unsupported',
    title: 'The media type is not understood',
    why: 'The `Content-Type` is another than the operation takes.',
    mend: 'Send `application/json`, for PATCH `application/merge-patch+json`.',
  },
  'request.precondition_required': {
    kind: 'precondition_required',
    title: 'If-Match is required',
    why: 'A change without `If-Match` could overwrite what somebody else has just changed.',
    mend: 'Read the resource, and send its `ETag` as `If-Match`.',
  },
  'request.stale': {
    kind: 'stale',
    title: 'The resource has changed since it was read',
    why: 'Somebody else has changed the resource since; its `ETag` is another now.',
    mend: 'Read it again, apply the change to what it is now, and send the new `ETag`.',
  },
  'request.deadline_exceeded': {
    kind: 'timeout',
    title: 'The deadline of the request has passed',
    why: 'The work took longer than the operation, or the caller, gives it. What was begun may still take effect.',
    mend: 'Ask again with the same Idempotency-Key: there is one effect, whether or not the first came through.',
  },
  'request.rate_limited': {
    kind: 'rate_limited',
    title: 'Too many requests',
    why: 'The account, the address or the operation has used up its requests for now.',
    mend: 'Wait as long as `Retry-After` says; `RateLimit` says how many are left.',
  },
  'idempotency.key_required': {
    kind: 'malformed',
    title: 'Idempotency-Key is required',
    why: 'The operation creates or charges something, and must not do so twice when a request is repeated.',
    mend: 'Make a key for the intention (a UUID), and send it as `Idempotency-Key` with every attempt.',
  },
  'idempotency.key_malformed': {
    kind: 'malformed',
    title: 'Idempotency-Key is not a valid key',
    why: 'A key is 1 to 255 visible characters.',
    mend: 'Send a UUID.',
  },
  'idempotency.key_reused': {
    kind: 'invalid',
    title: 'The key was used for another request',
    why: 'The key was sent before with another path or body. A key belongs to one intention.',
    mend: 'Make a new key for a new intention; send the first request unchanged to get its answer again.',
  },
  'idempotency.in_progress': {
    kind: 'conflict',
    isRetryable: true,
    title: 'The request with this key is still under way',
    why: 'The first request with this key has not ended yet.',
    mend: 'Wait as long as `Retry-After` says, then ask again with the same key.',
  },
  'auth.token_missing': {
    kind: 'unauthenticated',
    title: 'A bearer token is required',
    why: 'The operation is not public, and the request has no `Authorization` header.',
    mend: 'Sign in, and send `Authorization: Bearer` with the access token.',
  },
  'auth.token_invalid': {
    kind: 'unauthenticated',
    title: 'The bearer token is not valid',
    why: 'The token has expired, was revoked, is for another audience, or is none.',
    mend: 'Get a new one with the refresh token, or sign in again.',
  },
  'auth.permission_missing': {
    kind: 'forbidden',
    title: 'The caller lacks the permission',
    why: 'The roles and the scope of the token do not reach this operation.',
    mend: 'Ask somebody who may, or ask for a token with the scope.',
  },
  'auth.call_undeclared': {
    kind: 'forbidden',
    title: 'The calling service has not declared this call',
    why: 'A service called a method that its contract does not name among its calls.',
    mend: 'Add the method to `calls` in the contract of the caller.',
  },
  'service.failed': {
    kind: 'failed',
    title: 'Something went wrong on our side',
    why: 'A bug. It was logged under the trace id, and nothing of it is told here.',
    mend: 'Ask again with the same Idempotency-Key. If it stays so, give the trace id to those who run the system.',
  },
  'service.unavailable': {
    kind: 'unavailable',
    title: 'The service can not answer now',
    why: 'The instances of the service could not be reached, or did not answer.',
    mend: 'Wait a moment, and ask again with the same Idempotency-Key.',
  },
  'service.no_instance': {
    kind: 'unavailable',
    title: 'No instance of the service is known',
    why: 'None has registered yet, or all have left.',
    mend: 'Wait a moment, and ask again; those who run the system see with `stoa ps` whether it runs.',
  },
  'service.draining': {
    kind: 'unavailable',
    title: 'The instance is shutting down',
    why: 'The instance is being stopped or replaced.',
    mend: 'Ask again: another instance answers.',
  },
  'database.unavailable': {
    kind: 'unavailable',
    title: 'The database can not be reached',
    why: 'The database is restarting or unreachable.',
    mend: 'Wait a moment, and ask again with the same Idempotency-Key.',
  },
  'database.disk_full': {
    kind: 'unavailable',
    title: 'The database has no space left',
    why: 'The database’s disk is full; reads still work.',
    mend: 'Ask again later. Those who run the system have to make room.',
  },
  'database.outcome_unknown': {
    kind: 'unavailable',
    title: 'Whether the change was made is not known; ask again',
    why: 'The connection was lost while the change was being committed.',
    mend: 'Ask again with the same Idempotency-Key: what was done is found, what was not is done.',
  },
  'database.saturated': {
    kind: 'unavailable',
    title: 'All connections to the database are in use',
    why: 'More work came in than the service has connections for.',
    mend: 'Wait a moment, and ask again; fewer requests at once help.',
  },
  'database.statement_timeout': {
    kind: 'timeout',
    title: 'The database took too long',
    why: 'A statement was ended by its time limit, and its change was undone.',
    mend: 'Ask again, for less at once where that can be done.',
  },
  'database.unsupported_text': {
    kind: 'invalid',
    title: 'A text holds a character that can not be kept',
    why: 'PostgreSQL keeps no NUL character in a text.',
    mend: 'Leave the character U+0000 out.',
  },
  'saga.not_found': {
    kind: 'not_found',
    title: 'No such process',
    why: 'No saga has this id.',
    mend: 'Look at those there are with `stoa saga ls`.',
  },
  'saga.not_stuck': {
    kind: 'conflict',
    title: 'The process is not stuck',
    why: 'Only a saga that has given up can be tried again or have a step left out.',
    mend: 'Look at it with `stoa saga show`; one that runs goes on by itself.',
  },
  'saga.past_pivot': {
    kind: 'conflict',
    title: 'The process is past the point of return',
    why: 'What lies behind the pivot can not be undone, only completed.',
    mend: 'Let it go on, or try the step again.',
  },
  'saga.ended': {
    kind: 'conflict',
    title: 'The process has ended',
    why: 'The saga is completed or compensated.',
    mend: 'Nothing is left to do.',
  },
  'saga.compensated_by_operator': {
    kind: 'conflict',
    title: 'The process was undone by those who run the system',
    why: 'Somebody had a process undone that had not come to its pivot.',
    mend: 'Ask those who run the system; begin anew once they say so.',
  },
  'saga.definition_changed': {
    kind: 'conflict',
    title: 'The process has a step that is no longer known',
    why: 'A step was renamed or taken out while processes were under way.',
    mend: 'Put the step back, then try the process again with `stoa saga retry`.',
  },
  'saga.timed_out': {
    kind: 'timeout',
    title: 'The process did not come to its pivot in time',
    why: 'The steps before the pivot took longer than the saga may; what was done is undone.',
    mend: 'Start it anew, once what held it up is well.',
  },
})

/** A code of the platform's own catalogue that a request can be refused with: all but that of a bug. */
export type PlatformErrorCode = Exclude<keyof typeof platformErrors, 'service.failed'>
