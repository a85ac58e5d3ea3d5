import type { Deprecation, Service } from '@stoa/contract'
import type { Counter, Telemetry } from '@stoa/telemetry'
import type { Principal } from '@stoa/security'
import type { Route } from '../routes/route.ts'

/** What the responses of a deprecated route have. */
export interface DeprecatedRoute {
  /** `Deprecation` and `Sunset`, names and values in turn. */
  readonly fields: readonly string[]
  /** The path of the operation that takes its place. */
  readonly successor: string | undefined
}

/** Prepares the header fields of a deprecated operation. */
export function deprecatedRoute({ since, sunset, successor }: Deprecation, { operations }: Service): DeprecatedRoute {
  return {
    // a date of structured fields (RFC 9651), and one of HTTP (RFC 9110)
    fields: [
      'deprecation',
      `@${Date.parse(since) / 1_000}`,
      ...(sunset === undefined ? [] : ['sunset', new Date(sunset).toUTCString()]),
    ],
    successor: successor === undefined ? undefined : operations[successor]?.path,
  }
}

/** The header fields of a response of a route: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link` (RFC 5829); none for most routes. */
export function deprecationFields({ deprecated, path: pattern }: Route, path: string): readonly string[] {
  if (deprecated === undefined) return []
  const { fields, successor } = deprecated
  if (successor === undefined) return fields
  const given = path.split('/')
  const values = pattern.split('/').flatMap((segment, at) => (segment.includes('{') ? [given[at] ?? ''] : []))
  const target = successor.replaceAll(/\{[^}]+\}/g, () => encoded(values.shift() ?? ''))
  return [...fields, 'link', `<${target}>; rel="successor-version"`]
}

/** What could end the target of a link early is encoded; the path is in its normal form. */
function encoded(segment: string): string {
  return segment.replaceAll(/[^\w.~%!$&'()*+,;=:@-]/g, encodeURIComponent)
}

/** Counts the use of deprecated routes by client: the OAuth client of the token, otherwise the kind of caller. */
export function countDeprecated({ metrics }: Pick<Telemetry, 'metrics'>): (route: Route, principal: Principal) => void {
  const uses: Counter<'http_request_method' | 'http_route' | 'client'> = metrics.counter(
    'gateway_deprecated_requests_total',
    'Requests to deprecated operations, by route and client',
    ['http_request_method', 'http_route', 'client'],
  )
  return ({ deprecated, method, path }, { clientId, kind }) => {
    if (deprecated === undefined) return
    uses.add(1, { http_request_method: method, http_route: path, client: clientId ?? kind })
  }
}
