import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { refuseUnreadable } from '@stoa/http'
import { AppError, isAppError, newId } from '@stoa/kernel'
import { contextFromHeaders, currentContext, newContext, runWithContext, type Telemetry } from '@stoa/telemetry'
import { answerProblem } from './answer-problem.ts'
import { clientAddress } from './client-address.ts'
import type { RequestHead } from './exchange.ts'
import type { GatewayPage } from './pages.ts'
import { MethodNotAllowed, passThrough, routeOf, type Pipeline } from './pipeline.ts'
import type { Cors } from './policies/cors.ts'
import { normalPath } from './routes/normal-path.ts'

interface ServerOptions {
  readonly pipeline: Pipeline
  readonly cors: Cors
  readonly pages: (path: string) => GatewayPage | undefined
  readonly telemetry: Telemetry
  readonly trustedProxies: ReadonlySet<string>
  readonly isReady: () => boolean
}

interface Seen {
  route: string
  status: number
  instance: string | undefined
  attempts: number
  cache: string | undefined
  code: string | undefined
}

const requestIdPattern = /^[\w.:/+=-]{1,128}$/

/** Makes the gateway's server. Whatever Node's strict parser does not take is a 400, and its connection is closed. */
export function makeServer(options: ServerOptions): Server {
  const durations = options.telemetry.metrics.histogram(
    'http_server_request_duration_seconds',
    'Duration of the requests answered',
    ['http_request_method', 'http_route', 'http_response_status_code'],
  )
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
      // refused by us, with problem details
      requireHostHeader: false,
    },
    (request, response) => void serve(options, request, response, durations),
  )
  server.maxHeadersCount = 100
  server.on('clientError', refuseUnreadable)
  return server
}

type Durations = ReturnType<Telemetry['metrics']['histogram']>

async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  durations: Durations,
): Promise<void> {
  const startMs = performance.now()
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && requestIdPattern.test(given) ? given : newId()
  const { traceparent, tracestate } = request.headers
  const context = contextFromHeaders({ traceparent, tracestate }, { requestId }) ?? newContext({ requestId })
  await runWithContext(context, () =>
    options.telemetry.inSpan(`${request.method ?? 'GET'}`, { kind: 'server' }, async (span) => {
      const seen: Seen = {
        route: 'unmatched',
        status: 0,
        instance: undefined,
        attempts: 0,
        cache: undefined,
        code: undefined,
      }
      const closed = new Promise<void>((resolve) => response.once('close', resolve))
      try {
        await answer(options, request, response, { requestId, seen })
      } catch (error) {
        refuse(options, request, response, { error, requestId, seen })
      }
      await closed
      span.setAttribute('http.route', seen.route)
      span.setAttribute('http.response.status_code', seen.status)
      observe(options, request, response, { seen, durations, seconds: (performance.now() - startMs) / 1_000 })
    }),
  )
}

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, seen }: { requestId: string; seen: Seen },
): Promise<void> {
  const { cors, pipeline } = options
  const head = headOf(request, requestId, options.trustedProxies)
  if (answerItself(options, head, response, seen)) return
  if (cors.isPreflight(request)) {
    seen.status = 204
    response.writeHead(204, cors.preflightHeaders(request)).end()
    return
  }
  const route = routeOf(pipeline.table, head)
  seen.route = route.path
  const extraHeaders = ['x-request-id', requestId, ...cors.headersFor(request)]
  const proxied = await passThrough(pipeline, route, head, { request, response, extraHeaders })
  Object.assign(seen, proxied)
}

function headOf(request: IncomingMessage, requestId: string, trustedProxies: ReadonlySet<string>): RequestHead {
  const url = request.url ?? '/'
  const question = url.indexOf('?')
  const path = normalPath(question < 0 ? url : url.slice(0, question))
  const search = question < 0 ? '' : url.slice(question)
  if (path === undefined || /[^\x21-\x7e]/.test(search)) {
    throw new AppError('malformed', 'request.malformed', 'The path can not be read in one way only.')
  }
  const { method = 'GET', headers, rawHeaders } = request
  if (headers.host === undefined && request.httpVersion === '1.1') {
    throw new AppError('malformed', 'request.malformed', 'The Host header is missing.')
  }
  return { method, path, search, headers, rawHeaders, address: clientAddress(request, trustedProxies), requestId }
}

/** Health and the pages made from the contracts; true when that was it. */
function answerItself(
  { pages, isReady }: ServerOptions,
  { method, path }: RequestHead,
  response: ServerResponse,
  seen: Seen,
): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const page = path.startsWith('/health/') ? healthPage(path, isReady()) : pages(path)
  if (page === undefined) return false
  seen.route = path.startsWith('/errors/') ? '/errors/{code}' : path
  seen.status = page.status ?? 200
  response.writeHead(seen.status, { 'content-type': page.type, 'x-content-type-options': 'nosniff' })
  response.end(method === 'HEAD' ? '' : page.text)
  return true
}

function healthPage(path: string, isReady: boolean): GatewayPage | undefined {
  const type = 'application/json'
  if (path === '/health/live') return { type, text: '{"status":"up"}', status: 200 }
  if (path !== '/health/ready') return undefined
  return isReady ? { type, text: '{"status":"up"}', status: 200 } : { type, text: '{"status":"down"}', status: 503 }
}

function refuse(
  { telemetry, cors }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { error, requestId, seen }: { error: unknown; requestId: string; seen: Seen },
): void {
  if (isAppError(error)) seen.code = error.code
  else telemetry.logger.error('a request failed unexpectedly', { error })
  const instance = request.url?.split('?')[0] ?? '/'
  const allow = error instanceof MethodNotAllowed ? { allow: error.allowed.join(', ') } : {}
  const pairs = cors.headersFor(request)
  const corsHeaders = Object.fromEntries(
    pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1] ?? '']] : [])),
  )
  const place = { instance, traceId: currentContext()?.traceId ?? '', requestId }
  seen.status = answerProblem(response, error, place, {
    ...corsHeaders,
    ...allow,
    ...(request.complete ? {} : { connection: 'close' }),
  })
}

function observe(
  { telemetry }: ServerOptions,
  { method = 'GET', url }: IncomingMessage,
  response: ServerResponse,
  { seen, durations, seconds }: { seen: Seen; durations: Durations; seconds: number },
): void {
  const { route, instance, attempts, cache, code } = seen
  const status = response.writableFinished ? seen.status : 499
  durations.observe(seconds, {
    http_request_method: method,
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
