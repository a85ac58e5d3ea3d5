import { attributes } from './semantic-conventions.ts'
import type { Span } from './span.ts'

/** Marks the span of a stream, which lasts as long as its client stays: its duration says nothing about speed. */
export const streamAttribute = 'stoa.stream'

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/** The method as attributes and labels show it: `_OTHER` for what HTTP does not know, so that clients cannot make up values. */
export function httpMethodOf(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}

/** What an HTTP server knows of a request once it has answered it. */
export interface ServedRequest {
  readonly method: string
  readonly path: string
  /** The pattern that matched; undefined when none did. */
  readonly route: string | undefined
  readonly status: number
  readonly clientAddress: string
  readonly httpVersion: string
  readonly host: string | undefined
  readonly userAgent: string | undefined
}

/**
 * Names a server span and gives it the attributes of the semantic conventions for HTTP: `METHOD route`, or the method alone
 * where no route matched. A status from 500 up marks it as failed.
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
