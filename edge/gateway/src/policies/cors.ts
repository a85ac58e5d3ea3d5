import type { IncomingMessage } from 'node:http'
import { answerHeaderNames } from '@stoa/http'

/** The CORS headers for browsers (Fetch Standard). */
export interface Cors {
  /** Whether pages of an origin may call. */
  readonly isAllowed: (origin: string) => boolean
  /** Returns the CORS headers of the response; none without allowed origins, because no response then depends on the origin. */
  readonly headersFor: (request: IncomingMessage) => readonly string[]
  readonly isPreflight: (request: IncomingMessage) => boolean
  readonly preflightHeaders: (request: IncomingMessage) => readonly string[]
}

/** What a browser shows to a program in any case (Fetch Standard, CORS-safelisted response-header names). */
const shownAnyway = new Set(['Cache-Control'])

/** All response headers that the OpenAPI document promises, and the one of a 405, which belongs to no operation. */
const exposed = [...answerHeaderNames.filter((name) => !shownAnyway.has(name)), 'Allow'].join(', ')

/** How long a browser may keep the answer to a preflight: the longest that Chromium does. */
const maxAgeSeconds = 7_200

/** Makes the policy for these origins; other origins get no headers. */
export function makeCors(origins: readonly string[]): Cors {
  const allowed = new Set(origins.map((origin) => new URL(origin).origin))
  const originOf = ({ headers }: IncomingMessage) =>
    headers.origin !== undefined && allowed.has(headers.origin) ? headers.origin : undefined
  return {
    isAllowed: (origin) => allowed.has(origin),
    headersFor(request) {
      const origin = originOf(request)
      if (origin === undefined) return allowed.size === 0 ? [] : ['vary', 'Origin']
      return ['access-control-allow-origin', origin, 'access-control-expose-headers', exposed, 'vary', 'Origin']
    },
    isPreflight: ({ method, headers }) =>
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined,
    preflightHeaders(request) {
      const origin = originOf(request)
      if (origin === undefined) return allowed.size === 0 ? [] : ['vary', 'Origin']
      return [
        ['access-control-allow-origin', origin],
        ['access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE'],
        ['access-control-allow-headers', request.headers['access-control-request-headers'] ?? ''],
        ['access-control-max-age', String(maxAgeSeconds)],
        ['vary', 'Origin'],
      ].flat()
    },
  }
}
