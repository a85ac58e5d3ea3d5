import { contentErrors } from './content-errors.ts'
import { databaseErrors } from './database-errors.ts'
import { errors, type ErrorCatalogue } from './error-catalogue.ts'
import { AppError, type AppErrorOptions } from './errors.ts'
import { lakeErrors } from './lake-errors.ts'
import { sagaErrors } from './saga-errors.ts'

/** The errors that every service can return, over REST and RPC. */
export const platformErrors = errors({
  'request.malformed': {
    kind: 'malformed',
    title: 'The request cannot be parsed',
    why: 'The request line, the headers, the query or the body violates HTTP or JSON syntax, so the request was not processed.',
    fix: 'Correct the request; `detail` says where parsing stopped.',
  },
  'request.invalid': {
    kind: 'invalid',
    title: 'The request is well-formed but invalid',
    why: 'A field is missing, unknown, or does not have the type, format or size that the operation declares.',
    fix: 'Correct the fields that `errors` points to; the OpenAPI document describes each of them.',
  },
  'request.path_unknown': {
    kind: 'not_found',
    title: 'No such path',
    why: 'No operation has this path, or an id in the path is malformed.',
    fix: 'Check the path against the OpenAPI document.',
  },
  'operating.not_found': {
    kind: 'not_found',
    title: 'Nothing with this id can be operated',
    why: 'The service has no task, dead letter, event or instance with the id in the path; it may have been removed.',
    fix: 'List what exists; the operating API describes the lists.',
  },
  'request.method_not_allowed': {
    kind: 'unsupported',
    title: 'The path does not support this method',
    why: 'The path exists, but only for other methods.',
    fix: 'Use one of the methods in the `Allow` header.',
  },
  'request.method_unknown': {
    kind: 'unsupported',
    title: 'No path supports this method',
    why: 'The method is not one that this server implements for any path.',
    fix: 'Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.',
  },
  'request.expectation_failed': {
    kind: 'unsupported',
    title: 'The expectation cannot be met',
    why: 'The `Expect` header has a value other than `100-continue`.',
    fix: 'Omit the `Expect` header, or send `100-continue`.',
  },
  'request.upgrade_required': {
    kind: 'unsupported',
    title: 'The path serves WebSockets only',
    why: 'The request is not a handshake of a WebSocket of version 13 (RFC 6455).',
    fix: 'Open the path with a WebSocket client.',
  },
  'request.too_large': {
    kind: 'too_large',
    title: 'The body is larger than allowed',
    why: 'A body may be as large as the schema of its operation can need, and at most 1 MiB.',
    fix: 'Send less, or split it into several requests.',
  },
  'request.media_type_unsupported': {
    kind: 'unsupported',
    title: 'The media type is not supported',
    why: 'The operation does not accept this `Content-Type`.',
    fix: 'Send `application/json`, or `application/merge-patch+json` for PATCH; an upload lists its types in `Accept-Post`.',
  },
  'request.precondition_required': {
    kind: 'precondition_required',
    title: 'If-Match is required',
    why: 'A change without `If-Match` could overwrite a concurrent change.',
    fix: 'Read the resource, then send its `ETag` as `If-Match`.',
  },
  'request.stale': {
    kind: 'stale',
    title: 'The resource has changed since it was read',
    why: 'Someone else has changed the resource, so its `ETag` is different now.',
    fix: 'Read the resource again, reapply the change, and send the new `ETag`.',
  },
  'request.withdrawn': {
    kind: 'conflict',
    title: 'The request was withdrawn before it arrived',
    why: 'What the request asks for was undone before it arrived, for example by the saga that sent it; nothing was changed.',
    fix: 'Nothing: the caller that withdrew the request has continued without it.',
  },
  'request.cross_site': {
    kind: 'forbidden',
    title: 'The request was sent by another site',
    why: 'The request carries the session of a page of ours, but a page of another origin sent it, so it was not processed.',
    fix: 'Programs send `Authorization: Bearer <token>` and no cookie. Behind a proxy, AUTH_ISSUER must be the address that browsers use.',
  },
  'request.deadline_exceeded': {
    kind: 'timeout',
    title: 'The deadline of the request has passed',
    why: 'The work took longer than the operation or the caller allows. It may still take effect.',
    fix: 'Retry with the same Idempotency-Key: the effect happens once, whether or not the first request succeeded.',
  },
  'request.rate_limited': {
    kind: 'rate_limited',
    title: 'Too many requests',
    why: 'The account, the address or the operation has used up its quota for now.',
    fix: 'Wait for the time in `Retry-After`; `RateLimit` shows how many requests are left.',
  },
  'idempotency.key_required': {
    kind: 'malformed',
    title: 'Idempotency-Key is required',
    why: 'The operation creates or charges something, and repeating the request must not do so twice.',
    fix: 'Generate one key (a UUID) per intended change, and send it as `Idempotency-Key` with every attempt.',
  },
  'idempotency.key_malformed': {
    kind: 'malformed',
    title: 'Idempotency-Key is not a valid key',
    why: 'A key is 1 to 255 visible characters.',
    fix: 'Send a UUID.',
  },
  'idempotency.key_reused': {
    kind: 'invalid',
    title: 'The key was used for another request',
    why: 'The key was sent before with a different path or body. A key belongs to one change.',
    fix: 'Use a new key for a new change. To get the first response again, send the first request unchanged.',
  },
  'idempotency.in_progress': {
    kind: 'conflict',
    isRetryable: true,
    title: 'The request with this key is still in progress',
    why: 'The first request with this key has not finished.',
    fix: 'Wait for the time in `Retry-After`, then retry with the same key.',
  },
  'auth.token_missing': {
    kind: 'unauthenticated',
    title: 'A bearer token is required',
    why: 'The operation is not public, and the request has no `Authorization` header.',
    fix: 'Sign in, then send the access token as `Authorization: Bearer <token>`.',
  },
  'auth.token_invalid': {
    kind: 'unauthenticated',
    title: 'The bearer token is not valid',
    why: 'The token has expired, was revoked, was issued for another audience, or is not a token.',
    fix: 'Get a new token with the refresh token, or sign in again.',
  },
  'auth.proof_invalid': {
    kind: 'unauthenticated',
    title: 'The proof of possession is not valid',
    why: 'The access token is bound to a key, and the `DPoP` header has no proof of it, or one for another request.',
    fix: 'Send `Authorization: DPoP <token>` and in `DPoP` a new proof for each request: its method, its URL, the hash of the token (RFC 9449).',
  },
  'auth.permission_missing': {
    kind: 'forbidden',
    title: 'The caller lacks the required permission',
    why: 'No role of the account includes the permission that this operation requires.',
    fix: 'Use an account that has the permission, or ask an administrator for a role that includes it.',
  },
  'auth.scope_missing': {
    kind: 'forbidden',
    title: 'The token lacks the required scope',
    why: 'A role of the account includes the permission that this operation requires, but the token was issued for narrower scopes.',
    fix: 'Request a token with the scope that `WWW-Authenticate` names, or with `stoa`.',
  },
  'auth.call_undeclared': {
    kind: 'forbidden',
    title: 'The calling service has not declared this call',
    why: 'A service called a method that is not among the calls of its contract.',
    fix: 'Add the method to `calls` in the contract of the calling service.',
  },
  'auth.certificate_required': {
    kind: 'unauthenticated',
    title: 'The call requires a certificate',
    why: 'The called service has `MESH_MTLS=strict`, and the call came without TLS, or its certificate has expired since the connection was opened.',
    fix: 'Set `MESH_MTLS` of the caller to `strict` or `permissive`, and `MESH_FOLDER` to the folder of its certificate.',
  },
  'auth.certificate_mismatch': {
    kind: 'forbidden',
    title: 'The token belongs to another service than the certificate',
    why: 'A service presented its certificate with a token that was issued to another service.',
    fix: 'Let each service use only its own client secret, and find out how it got the token of the other.',
  },
  'service.failed': {
    kind: 'failed',
    title: 'Something went wrong on our side',
    why: 'This is a bug. It was logged under the trace id; details are not disclosed.',
    fix: 'Retry with the same Idempotency-Key. If the error persists, give the trace id to the operators.',
  },
  'service.unavailable': {
    kind: 'unavailable',
    title: 'The service is unavailable',
    why: 'The instances of the service could not be reached, or did not respond.',
    fix: 'Wait a moment, then retry with the same Idempotency-Key.',
  },
  'service.no_instance': {
    kind: 'unavailable',
    title: 'No instance of the service is known',
    why: 'No instance has registered yet, or all have left.',
    fix: 'Wait a moment, then retry. Operators see with `stoa ps` whether the service runs.',
  },
  'service.overloaded': {
    kind: 'unavailable',
    title: 'The service is overloaded',
    why: 'The instance has as many requests in progress as it can serve in time, or this caller has its share of them; it refused this one without processing it.',
    fix: 'Wait for the time in `Retry-After`, then retry; send fewer requests at once.',
  },
  'service.draining': {
    kind: 'unavailable',
    title: 'The instance is shutting down',
    why: 'The instance is being stopped or replaced.',
    fix: 'Retry: another instance handles the request.',
  },
  'service.circuit_open': {
    kind: 'unavailable',
    title: 'The circuit breaker of the service is open',
    why: 'Most recent calls to the service failed, so it is not called for a few seconds. Nothing was sent.',
    fix: 'Retry after the time in `Retry-After`, with the same Idempotency-Key.',
  },
  'service.saturated': {
    kind: 'unavailable',
    title: 'The service has the maximum number of concurrent requests',
    why: 'More requests arrive than the service completes. Nothing was sent.',
    fix: 'Retry with an increasing delay and the same Idempotency-Key.',
  },
  'service.port_taken': {
    kind: 'unavailable',
    title: 'The port is in use',
    why: 'Another program listens on the port that the service is configured to use.',
    fix: 'Stop that program, or configure another port.',
    isRetryable: false,
  },
  ...databaseErrors,
  'money.currency_mismatch': {
    kind: 'invalid',
    title: 'The amounts are in different currencies',
    why: 'Amounts can be added and compared only within one currency.',
    fix: 'Use one currency throughout the request.',
  },
  'events.unknown_group': {
    kind: 'not_found',
    title: 'No such consumer group',
    why: 'No consumer group of this name has ever read the event log.',
    fix: 'Check the name; the consumer group of a service has the name of the service.',
  },
  'events.beyond_inbox': {
    kind: 'conflict',
    title: 'The replay begins before what the inbox remembers',
    why: 'Events older than the inbox would be handled again, although they were handled before.',
    fix: 'Replay from a later position, or with `--anew` if handling them twice is right.',
  },
  ...contentErrors,
  ...lakeErrors,
  ...sagaErrors,
})

/** Every code of the platform's catalogue. */
export type PlatformCode = keyof typeof platformErrors

/** Every code of the platform's catalogue that a request can fail with, except the code of a bug. */
export type PlatformErrorCode = Exclude<PlatformCode, 'service.failed'>

/** Creates the error of a code of the platform, with the kind in the catalogue. */
export function platformError(code: PlatformCode, detail: string, options: AppErrorOptions = {}): AppError {
  return new AppError(platformErrors[code].kind, code, detail, options)
}

/** An error of the platform's catalogue that has properties of its own: its class extends this one. */
export class PlatformError extends AppError {
  constructor(code: PlatformCode, detail: string, options: AppErrorOptions = {}) {
    super(platformErrors[code].kind, code, detail, options)
  }
}

/**
 * Creates the error of a code of this catalogue or of the platform, with the kind that it declares. Throws if neither has the
 * code, which is a bug.
 */
export function catalogueError<Catalogue extends ErrorCatalogue>(
  catalogue: Catalogue,
  code: (keyof Catalogue & string) | PlatformErrorCode,
  detail: string,
  options: AppErrorOptions = {},
): AppError {
  const described = catalogue[code] ?? (platformErrors as ErrorCatalogue)[code]
  if (described === undefined) throw new Error(`refused with the undeclared code ${code}`)
  return new AppError(described.kind, code, detail, options)
}
