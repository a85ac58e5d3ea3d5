import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NewId } from '@stoa/kernel'
import { receivedDeadline } from '@stoa/resilience'
import type { Principal } from '@stoa/security'
import { contextFromHeaders, newContext, type Span, type Telemetry, type TraceContext } from '@stoa/telemetry'
import type { Place } from './place.ts'
import type { Upgrade } from './sockets/handshake.ts'

/** The caller of a request, as far as the HTTP server needs it. */
export type HttpPrincipal = Pick<Principal, 'kind' | 'subject' | 'roles' | 'can'> &
  Partial<Pick<Principal, 'sessionId' | 'clientId' | 'expiresAtMs' | 'isGrantedByRole'>>

/** One request and its response, from the first byte to the last. */
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
  /** performance.now() at its start. */
  readonly startedAt: number
  /** The address of the client; behind a trusted proxy, the address that the proxy reports. */
  readonly address: string
  /** Milliseconds since the epoch, by this host's clock. */
  readonly deadlineMs: number | undefined
  /** The pattern of the matched route. */
  route: string | undefined
  principal: HttpPrincipal | undefined
  /** The bytes of the body, if the operation requires them. */
  rawBody: Uint8Array | undefined
  /** The problem's code, when it was answered with one. */
  code: string | undefined
  /** The request's place among those in progress; undefined where there is no limit. */
  place: Place | undefined
  /** Whether the request has waited for an outcome: its duration says nothing about the load. */
  isWaiting: boolean
  /** The connection of a request for a WebSocket. */
  readonly upgrade: Upgrade | undefined
  /** Whether the connection has become a WebSocket. */
  isUpgraded: boolean
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal
  readonly abort: (reason: Error) => void
}

/** Returns whether `X-Forwarded-For` of a peer is trusted. */
export type IsTrustedProxy = (address: string) => boolean

interface ExchangeParts {
  readonly telemetry: Telemetry
  readonly newId: NewId
  readonly isTrustedProxy: IsTrustedProxy
}

const exchangeKey = Symbol('stoa.exchange')

/** Starts an exchange: request id, trace context, deadline and span. */
export function beginExchange(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ExchangeParts,
  upgrade?: Upgrade,
): Exchange {
  const { headers } = request
  const url = request.url ?? '/'
  const queryAt = url.indexOf('?')
  const requestId = requestIdOf(headers['x-request-id']) ?? parts.newId()
  const deadlineMs = receivedDeadline(one(headers['grpc-timeout']), one(headers['x-request-deadline']), Date.now())
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
    rawBody: undefined,
    code: undefined,
    upgrade,
    isUpgraded: false,
    place: undefined,
    isWaiting: false,
    // Most requests never use it, and it costs more than the rest of this object.
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

/** Returns the exchange of a request. */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = (request as { [exchangeKey]?: Exchange })[exchangeKey]
  if (exchange === undefined) throw new Error('this request was received by another server')
  return exchange
}

/** The request id that a client sent, if it is one. */
export function requestIdOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:+/=@-]{1,128}$/.test(header) ? header : undefined
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

function addressOf(request: IncomingMessage, isTrustedProxy: IsTrustedProxy): string {
  const peer = request.socket.remoteAddress ?? ''
  const forwarded = request.headers['x-forwarded-for']
  if (forwarded === undefined || !isTrustedProxy(peer)) return peer
  // The last entry is the address that the trusted proxy has seen.
  const last = String(forwarded).split(',').at(-1)?.trim() ?? ''
  return last === '' || last.length > 64 ? peer : last
}
