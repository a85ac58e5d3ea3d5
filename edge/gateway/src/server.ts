import type { IncomingMessage, ServerResponse } from 'node:http'
import { statusOf, type IsTrustedProxy, type Upgrade } from '@stoa/http'
import { isAppError, newId } from '@stoa/kernel'
import {
  contextFromHeaders,
  currentContext,
  describeHttpServerSpan,
  httpMethodOf,
  type httpServerRequestDuration,
  newContext,
  runWithContext,
  streamAttribute,
  type Span,
  type Telemetry,
} from '@stoa/telemetry'
import { answerProblem } from './answer-problem.ts'
import { clientAddress } from './client-address.ts'
import type { AppVisit } from './apps/app-sites.ts'
import type { RequestHead } from './exchange.ts'
import type { GatewayPage } from './fixed-page.ts'
import { sendPage } from './pages.ts'
import type { AnswerOwn } from './own/own-answers.ts'
import { admit, MethodNotAllowed, passThrough, routeOf, type Pipeline } from './pipeline.ts'
import { withoutProof } from './policies/authentication.ts'
import type { Cors } from './policies/cors.ts'
import { deprecationFields } from './policies/deprecation.ts'
import { RateLimited, type RateHeaders } from './policies/rate-limits.ts'
import { readHead } from './read-head.ts'
import type { SessionPolicy } from './sessions/session-policy.ts'
import { openSocket } from './sockets/open-socket.ts'
import { requireKnownOrigin } from './sockets/origin.ts'
import type { SocketTickets } from './sockets/tickets.ts'
import type { Tunnels } from './sockets/tunnels.ts'
import type { Principal } from '@stoa/security'
import type { Route } from './routes/route.ts'
import { isSecure } from './tls/is-secure.ts'

/** What the server needs of the gateway. */
export interface ServerOptions {
  readonly pipeline: Pipeline
  readonly answerOwn: AnswerOwn
  readonly cors: Cors
  readonly pages: (head: RequestHead) => GatewayPage | undefined
  readonly sites: (head: RequestHead) => AppVisit | undefined
  readonly exchangeSession: SessionPolicy
  readonly tickets: SocketTickets
  readonly tunnels: Tunnels
  readonly countDeprecated: (route: Route, principal: Principal) => void
  readonly telemetry: Telemetry
  readonly isTrustedProxy: IsTrustedProxy
  /** The issuer of the required tokens. */
  readonly issuer: string
  readonly clientTimeoutMs: number
  /** Seconds for which browsers use only TLS, once they have (RFC 6797); 0 does not say so. */
  readonly hstsSeconds: number
}

interface Seen {
  route: string
  isStream: boolean
  status: number
  instance: string | undefined
  attempts: number
  cache: string | undefined
  code: string | undefined
  rate: RateHeaders | undefined
  /** What every response of the route has. */
  deprecation: readonly string[]
}

const unmatched = 'unmatched'
const requestIdPattern = /^[\w.:/+=-]{1,128}$/

/** The durations of requests. */
export type Durations = ReturnType<typeof httpServerRequestDuration>

/** Serves a request of a client, with whatever it is refused. */
export async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { durations, upgrade }: { readonly durations: Durations; readonly upgrade?: Upgrade },
): Promise<void> {
  const startMs = performance.now()
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && requestIdPattern.test(given) ? given : newId()
  const { traceparent, tracestate } = request.headers
  const context = contextFromHeaders({ traceparent, tracestate }, { requestId }) ?? newContext({ requestId })
  await runWithContext(context, () =>
    options.telemetry.inSpan(httpMethodOf(request.method ?? 'GET'), { kind: 'server' }, async (span) => {
      const seen: Seen = {
        route: unmatched,
        isStream: false,
        status: 0,
        instance: undefined,
        attempts: 0,
        cache: undefined,
        code: undefined,
        rate: undefined,
        deprecation: [],
      }
      const closed = new Promise<void>((resolve) => response.once('close', resolve))
      try {
        await answer(options, request, response, { requestId, seen, upgrade })
      } catch (error) {
        // a refusal of the client's mistake is no failure of the server (semantic conventions for HTTP)
        if (!isAppError(error) || statusOf(error) >= 500) span.setError(error)
        await refuse(options, request, response, { error, requestId, seen })
      }
      await closed
      if (span.isRecording) describe(span, request, seen)
      observe(options, request, response, { seen, durations, seconds: (performance.now() - startMs) / 1_000 })
    }),
  )
}

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, seen, upgrade }: { requestId: string; seen: Seen; upgrade: Upgrade | undefined },
): Promise<void> {
  const { cors, pipeline, isTrustedProxy } = options
  const given = readHead(request, requestId, isTrustedProxy)
  if (cors.isPreflight(request)) {
    seen.rate = await pipeline.limits.takeForAddress(given.address)
    seen.status = 204
    const fields = ['x-request-id', requestId, ...cors.preflightHeaders(request), ...rateFields(seen.rate)]
    response.writeHead(204, fields).end()
    return
  }
  const extraHeaders = [
    'x-request-id',
    requestId,
    'x-content-type-options',
    'nosniff',
    ...secureFields(options, request),
    ...cors.headersFor(request),
  ]
  const page = options.pages(given)
  if (page !== undefined) {
    seen.route = page.route
    if (page.isCounted) seen.rate = await pipeline.limits.takeForAddress(given.address)
    seen.status = sendPage(page, given, response, [...extraHeaders, ...rateFields(seen.rate)])
    return
  }
  const visit = options.sites(given)
  if (visit !== undefined) {
    seen.route = visit.route
    seen.rate = await pipeline.limits.takeForAddress(given.address)
    seen.status = sendPage(await visit.answer(), given, response, [...extraHeaders, ...rateFields(seen.rate)])
    return
  }
  const route = routeOf(pipeline, given)
  seen.route = route.path
  seen.isStream = route.isStream
  seen.deprecation = deprecationFields(route, given.path)
  extraHeaders.push(...seen.deprecation)
  const exchanged = options.exchangeSession(route, given)
  // at once for a request without a session: no promise on the hot path
  const signedIn = exchanged instanceof Promise ? await exchanged : exchanged
  if (upgrade !== undefined) requireKnownOrigin(signedIn, new URL(options.issuer).origin, cors.isAllowed)
  const head = upgrade === undefined ? signedIn : await options.tickets.redeem(route, signedIn)
  const admitted = await admit(pipeline, route, head, (rate) => (seen.rate = rate))
  options.countDeprecated(route, admitted.principal)
  const passing = { request, response, extraHeaders, ...admitted }
  const isOwn = route.service === 'gateway'
  const onward = route.checksCallers ? head : withoutProof(head)
  const proxied = await (upgrade !== undefined
    ? openSocket(pipeline, options.tunnels, { route, head: onward, upgrade, ...passing })
    : isOwn
      ? options.answerOwn(route, onward, passing)
      : passThrough(pipeline, route, onward, passing))
  Object.assign(seen, proxied)
}

async function refuse(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { error: thrown, requestId, seen }: { error: unknown; requestId: string; seen: Seen },
): Promise<void> {
  const { telemetry, cors } = options
  const error = await counted(options, request, seen, thrown)
  if (isAppError(error)) seen.code = error.code
  else telemetry.logger.error('a request failed unexpectedly', { error })
  const instance = request.url?.split('?')[0] ?? '/'
  const place = { instance, traceId: currentContext()?.traceId ?? '', requestId, issuer: options.issuer }
  const mustClose = !request.complete || isAppError(error, 'request.malformed')
  seen.status = answerProblem(response, error, place, [
    ...secureFields(options, request),
    ...cors.headersFor(request),
    ...rateFields(seen.rate),
    ...seen.deprecation,
    ...(error instanceof MethodNotAllowed ? ['allow', error.allowed.join(', ')] : []),
    ...(mustClose ? ['connection', 'close'] : []),
  ])
}

/** A request that is rejected before authentication counts against its address; over the limit, it gets the rate limit error. */
async function counted(
  { pipeline, isTrustedProxy }: ServerOptions,
  request: IncomingMessage,
  seen: Seen,
  error: unknown,
): Promise<unknown> {
  if (seen.rate !== undefined || !isAppError(error) || statusOf(error) >= 500) return error
  try {
    if (error instanceof RateLimited) seen.rate = error.rate
    else seen.rate = await pipeline.limits.takeForAddress(clientAddress(request, isTrustedProxy))
    return error
  } catch (limited) {
    if (limited instanceof RateLimited) seen.rate = limited.rate
    return limited
  }
}

function rateFields(rate: RateHeaders | undefined): readonly string[] {
  return rate === undefined ? [] : ['ratelimit-policy', rate.policy, 'ratelimit', rate.limit]
}

function secureFields({ hstsSeconds }: ServerOptions, request: IncomingMessage): readonly string[] {
  if (hstsSeconds === 0 || !isSecure(request)) return []
  return ['strict-transport-security', `max-age=${hstsSeconds}`]
}

function describe(span: Span, request: IncomingMessage, { route, status, isStream }: Seen): void {
  const { method = 'GET', url = '/', httpVersion } = request
  const { host, 'user-agent': userAgent } = request.headers
  describeHttpServerSpan(span, {
    method,
    path: url.split('?')[0] ?? '/',
    route: route === unmatched ? undefined : route,
    status,
    clientAddress: request.socket.remoteAddress ?? '',
    httpVersion,
    host,
    userAgent,
  })
  if (isStream) span.setAttribute(streamAttribute, true)
}

function observe(
  { telemetry }: ServerOptions,
  { method = 'GET', url }: IncomingMessage,
  response: ServerResponse,
  { seen, durations, seconds }: { seen: Seen; durations: Durations; seconds: number },
): void {
  const { route, instance, attempts, cache, code } = seen
  const status = response.writableFinished || seen.status === 101 ? seen.status : 499
  durations.observe(seconds, {
    http_request_method: httpMethodOf(method),
    http_route: route,
    http_response_status_code: String(status),
  })
  telemetry.logger.info('request', {
    method,
    path: url?.split('?')[0] ?? '/',
    route,
    status,
    durationMs: Math.round(seconds * 1e5) / 100,
    ...(instance === undefined ? {} : { upstream: instance, attempts }),
    ...(cache === undefined ? {} : { cache }),
    ...(code === undefined ? {} : { code }),
  })
}
