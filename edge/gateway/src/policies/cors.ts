import type { IncomingMessage } from 'node:http'

/** What a browser is told about calls from other origins (Fetch Standard). */
export interface Cors {
  /** Headers of an answer to this request; empty when it comes from no allowed origin. */
  readonly headersFor: (request: IncomingMessage) => readonly string[]
  readonly isPreflight: (request: IncomingMessage) => boolean
  readonly preflightHeaders: (request: IncomingMessage) => Record<string, string>
}

const exposed = 'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Preference-Applied'

/** Makes the policy for these origins; everybody else's browser is told nothing. */
export function makeCors(origins: readonly string[]): Cors {
  const allowed = new Set(origins.map((origin) => new URL(origin).origin))
  const originOf = ({ headers }: IncomingMessage) =>
    headers.origin !== undefined && allowed.has(headers.origin) ? headers.origin : undefined
  return {
    headersFor(request) {
      const origin = originOf(request)
      if (origin === undefined) return []
      return ['access-control-allow-origin', origin, 'access-control-expose-headers', exposed, 'vary', 'Origin']
    },
    isPreflight: ({ method, headers }) =>
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined,
    preflightHeaders(request) {
      const origin = originOf(request)
      if (origin === undefined) return {}
      return {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
        'access-control-max-age': '600',
        vary: 'Origin',
      }
    },
  }
}
