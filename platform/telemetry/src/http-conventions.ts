import { attributes } from './semantic-conventions.ts'
import type { Span } from './span.ts'

/** Marks the span of a stream, whose duration depends on its client and does not indicate speed. */
export const streamAttribute = 'stoa.stream'

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/** Returns the method for attributes and labels; `_OTHER` if HTTP does not define it, so that clients cannot invent values. */
export function httpMethodOf(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}

/** A request to which an HTTP server has responded. */
export interface ServedRequest {
  readonly method: string
  readonly path: string
  /** The matching pattern, if any. */
  readonly route: string | undefined
  readonly status: number
  readonly clientAddress: string
  readonly httpVersion: string
  readonly host: string | undefined
  readonly userAgent: string | undefined
}

/**
 * Names a server span `METHOD route`, or by the method alone if no route matched, and sets the attributes of the semantic
 * conventions for HTTP. A status of 500 or above marks it as failed.
 */
export function describeHttpServerSpan(span: Span, request: ServedRequest): void {
  if (!span.isRecording) return
  const { method, route, path, status, host, userAgent } = request
  const known = httpMethodOf(method)
  const shown = known === '_OTHER' ? 'HTTP' : known
  span.setName(route === undefined ? shown : `${shown} ${route}`)
  span.setAttribute(attributes.httpRequestMethod, known)
  if (known === '_OTHER') span.setAttribute(attributes.httpRequestMethodOriginal, method.slice(0, 32))
  if (route !== undefined) span.setAttribute(attributes.httpRoute, route)
  span.setAttribute(attributes.urlPath, path)
  span.setAttribute(attributes.urlScheme, 'http')
  describeServer(span, host)
  span.setAttribute(attributes.clientAddress, request.clientAddress)
  span.setAttribute(attributes.networkProtocolVersion, request.httpVersion)
  if (userAgent !== undefined) span.setAttribute(attributes.userAgentOriginal, userAgent)
  span.setAttribute(attributes.httpResponseStatusCode, status)
  if (status >= 500) span.setFailed(String(status))
}

function describeServer(span: Span, host: string | undefined): void {
  const [, address, port] = /^(\[[\da-fA-F:.]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(host ?? '') ?? []
  if (address === undefined) return
  span.setAttribute(attributes.serverAddress, address)
  if (port !== undefined) span.setAttribute(attributes.serverPort, Number(port))
}
