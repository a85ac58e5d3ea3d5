import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NewId } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import {
  attributes,
  contextFromHeaders,
  newContext,
  type Span,
  type Telemetry,
  type TraceContext,
} from '@stoa/telemetry'

/** Who makes a request, as far as the doors look. */
export type HttpPrincipal = Pick<Principal, 'kind' | 'subject' | 'roles' | 'can'>

/** One request and its answer, from the first byte to the last. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  /** The path without the query. */
  readonly path: string
  /** What follows the question mark. */
  readonly search: string
  readonly requestId: string
  readonly span: Span
  readonly context: TraceContext
  /** performance.now() at its begin. */
  readonly startedAt: number
  /** The client's address; behind a trusted proxy the one that it vouches for. */
  readonly address: string
  /** `X-Request-Deadline`, milliseconds since the epoch. */
  readonly deadlineMs: number | undefined
  /** The pattern of the matched route. */
  route: string | undefined
  principal: HttpPrincipal | undefined
  /** The problem's code, when it was answered with one. */
  code: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  readonly abort: (reason: Error) => void
}

/** Whether the peer of a connection may say, in `X-Forwarded-For`, for whom it asks. */
export type IsTrustedProxy = (address: string) => boolean

/** Trusts a proxy on the same machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

interface ExchangeParts {
  readonly telemetry: Telemetry
  readonly newId: NewId
  readonly isTrustedProxy: IsTrustedProxy
}

const exchangeKey = Symbol('stoa.exchange')

/** Begins an exchange: request id, trace context, deadline and span. */
export function beginExchange(request: IncomingMessage, response: ServerResponse, parts: ExchangeParts): Exchange {
  const { headers } = request
  const url = request.url ?? '/'
  const queryAt = url.indexOf('?')
  const requestId = requestIdOf(headers['x-request-id']) ?? parts.newId()
  const deadlineMs = deadlineOf(headers['x-request-deadline'])
  const more = { requestId, ...(deadlineMs === undefined ? {} : { deadlineMs }) }
  const method = request.method ?? 'GET'
  const parent = contextFromHeaders(headers as { traceparent?: string; tracestate?: string }, more) ?? newContext(more)
  const span = parts.telemetry.startSpan(method, { kind: 'server', parent })
  let controller: AbortController | undefined
  let aborted: Error | undefined
  const exchange: Exchange = {
    request,
    response,
    method,
    path: queryAt < 0 ? url : url.slice(0, queryAt),
    search: queryAt < 0 ? '' : url.slice(queryAt + 1),
    requestId,
    span,
    context: span.context,
    startedAt: performance.now(),
    address: addressOf(request, parts.isTrustedProxy),
    deadlineMs,
    route: undefined,
    principal: undefined,
    code: undefined,
    // Most requests never ask for it, and it costs more than the rest of this object.
    get signal() {
      controller ??= new AbortController()
      if (aborted !== undefined) controller.abort(aborted)
      return controller.signal
    },
    abort(reason) {
      aborted ??= reason
      controller?.abort(reason)
    },
  }
  Object.defineProperty(request, exchangeKey, { value: exchange })
  return exchange
}

/** The exchange that a request belongs to. */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = (request as { [exchangeKey]?: Exchange })[exchangeKey]
  if (exchange === undefined) throw new Error('this request came in by another door')
  return exchange
}

/** Names the span after the matched route and notes what the semantic conventions ask for. */
export function noteRoute(exchange: Exchange, route: string): void {
  exchange.route = route
  const { span, method } = exchange
  if (!span.isRecording) return
  span.setName(`${method} ${route}`)
  span.setAttribute(attributes.httpRoute, route)
}

function requestIdOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:+/=@-]{1,128}$/.test(header) ? header : undefined
}

function deadlineOf(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined
}

function addressOf(request: IncomingMessage, isTrustedProxy: IsTrustedProxy): string {
  const peer = request.socket.remoteAddress ?? ''
  const forwarded = request.headers['x-forwarded-for']
  if (forwarded === undefined || !isTrustedProxy(peer)) return peer
  // The last entry is the one that the trusted proxy itself has seen.
  const last = String(forwarded).split(',').at(-1)?.trim() ?? ''
  return last === '' || last.length > 64 ? peer : last
}
