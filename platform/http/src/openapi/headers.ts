/** Response headers, each described once in a document, under `components`. */
export const answerHeaders = {
  'X-Request-Id': {
    description: 'Identifies this request in the logs: the value that the client sent, or a new one',
    schema: { type: 'string', maxLength: 128, pattern: '^[A-Za-z0-9_.:+/=@-]+$' },
  },
  'Cache-Control': {
    description: 'Whether and how long the response may be cached (RFC 9111)',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version of the resource (RFC 9110); a weak tag cannot be used with If-Match',
    schema: { type: 'string', pattern: '^(?:W/)?"[!#-~]*"$' },
  },
  Vary: { description: 'The request headers that the response depends on', schema: { type: 'string' } },
  Location: { description: 'URL of the resource', schema: { type: 'string', format: 'uri-reference' } },
  'Content-Disposition': { description: 'The name of the file (RFC 6266)', schema: { type: 'string' } },
  'Preference-Applied': {
    description: 'How long the request was allowed to wait for its outcome, or that it did not wait (RFC 7240)',
    schema: { type: 'string', pattern: '^(?:wait=[0-9]+|respond-async)$' },
  },
  'Retry-After': {
    description: 'Seconds after which to retry',
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647 },
  },
  'Accept-Post': {
    description: 'The media type that the operation takes (W3C Linked Data Platform)',
    schema: { type: 'string' },
  },
  'Accept-Patch': { description: 'The media type that the operation takes (RFC 5789)', schema: { type: 'string' } },
  'WWW-Authenticate': {
    description: 'The error of the token, or the scope that it lacks (RFC 6750, RFC 9728)',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'Remaining requests, and seconds until the limit resets (draft-ietf-httpapi-ratelimit-headers)',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description: 'The limits that the request counts against (draft-ietf-httpapi-ratelimit-headers)',
    schema: { type: 'string' },
  },
  'Cache-Status': {
    description: 'Whether the response came from the cache of the gateway (RFC 9211)',
    schema: { type: 'string' },
  },
  Deprecation: {
    description: 'The time from which the operation is deprecated (RFC 9745)',
    schema: { type: 'string', pattern: '^@[0-9]+$' },
  },
  Sunset: { description: 'The time from which the operation may be missing (RFC 8594)', schema: { type: 'string' } },
  Link: {
    description: 'The same resource in the operation that takes the place of this one (RFC 8288, RFC 5829)',
    schema: { type: 'string' },
  },
} as const

/** The names of all response headers that a document promises. */
export const answerHeaderNames: readonly string[] = Object.keys(answerHeaders)

/** The name of a response header. */
export type AnswerHeader = keyof typeof answerHeaders

/** References to headers of the document. */
export function referToHeaders(names: readonly AnswerHeader[]): { readonly [name: string]: object } {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
