import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { refuseUnreadable } from '@stoa/http'
import { AppError, newId } from '@stoa/kernel'
import type { Claims, Principal, TokenVerifier } from '@stoa/security'
import { newContext, type Telemetry } from '@stoa/telemetry'
import { answerProblem } from '../answer-problem.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { RateLimits } from '../policies/rate-limits.ts'
import type { RouteTable } from '../routes/route-table.ts'
import type { Upstreams } from '../upstream/upstreams.ts'

interface AdminOptions {
  readonly table: RouteTable
  readonly upstreams: Upstreams
  readonly limits: RateLimits
  readonly cache: ResponseCache
  readonly verifier: TokenVerifier
  readonly principalOf: (claims: Claims) => Principal
  readonly telemetry: Telemetry
  readonly isReady: () => boolean
}

/** Makes the server of the admin API, full health and metrics: routes, upstreams, breakers, rate limits; for operators. */
export function makeAdminServer(options: AdminOptions): Server {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => void serve(options, request, response))
  return server.on('clientError', refuseUnreadable)
}

async function serve(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?')
  try {
    if (path === '/metrics') {
      const { contentType, body } = await options.telemetry.metrics.expose(request.headers.accept)
      response.writeHead(200, { 'content-type': contentType }).end(body)
      return
    }
    if (path === '/health') return answer(response, options.isReady() ? 200 : 503, health(options))
    await requireAdmin(options, request)
    answer(response, 200, act(options, request.method ?? 'GET', path))
  } catch (error) {
    answerProblem(response, error, { instance: path, traceId: newContext().traceId, requestId: newId() })
  }
}

async function requireAdmin({ verifier, principalOf }: AdminOptions, { headers }: IncomingMessage): Promise<void> {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined)
    throw new AppError('unauthenticated', 'auth.token_missing', 'A bearer token is required here.')
  if (principalOf(await verifier.verify(token)).can('gateway:admin')) return
  throw new AppError('forbidden', 'auth.permission_missing', 'This needs the permission gateway:admin.')
}

function act(options: AdminOptions, method: string, path: string): unknown {
  const [, admin, area, verb, first, second] = segmentsOf(path)
  if (admin === 'admin' && method === 'GET' && verb === undefined) {
    if (area === 'routes') return { items: options.table.routes }
    if (area === 'upstreams') return { items: upstreams(options) }
    if (area === 'circuit-breakers') return { items: breakers(options) }
    if (area === 'cache') return options.cache.stats()
  }
  if (admin === 'admin' && method === 'POST') {
    if (area === 'circuit-breakers' && verb === 'reset' && first !== undefined) return resetBreakers(options, first)
    // all of it, or what is kept of the paths that begin so: /admin/cache/purge/%2Fapi%2Fv1%2Fproducts
    if (area === 'cache' && verb === 'purge') return { purged: options.cache.purge(first ?? '') }
    if (area === 'rate-limits' && verb === 'reset' && first !== undefined) {
      options.limits.reset(first)
      return { reset: first }
    }
    if (area === 'upstreams' && verb !== undefined && first !== undefined && second === 'drain')
      return drain(options, verb, first)
  }
  throw new AppError('not_found', 'request.path_unknown', `There is nothing at ${path}.`)
}

function segmentsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    throw new AppError('malformed', 'request.malformed', 'The path can not be read.')
  }
}

function upstreams(options: AdminOptions) {
  return options.upstreams.all().map((upstream) => ({
    service: upstream.service,
    places: upstream.places.snapshot(),
    instances: upstream.targets().map(({ instance, breaker }) => ({ ...instance, breaker: breaker.state })),
  }))
}

function breakers(options: AdminOptions) {
  return options.upstreams
    .all()
    .flatMap(({ service, targets }) =>
      targets().map(({ instance, breaker }) => ({ service, instance: instance.id, ...breaker.snapshot() })),
    )
}

function findUpstream(options: AdminOptions, service: string) {
  const upstream = options.upstreams.all().find((each) => each.service === service)
  if (upstream === undefined)
    throw new AppError('not_found', 'request.path_unknown', `There is no upstream ${service}.`)
  return upstream
}

function resetBreakers(options: AdminOptions, service: string) {
  for (const { breaker } of findUpstream(options, service).targets()) breaker.reset()
  return { reset: service }
}

function drain(options: AdminOptions, service: string, instance: string) {
  if (findUpstream(options, service).drain(instance)) return { drained: instance }
  throw new AppError('not_found', 'request.path_unknown', `${service} has no instance ${instance}.`)
}

function health({ upstreams: { all }, isReady }: AdminOptions) {
  const components = Object.fromEntries(all().map(({ service, targets }) => [service, { instances: targets().length }]))
  return { status: isReady() ? 'up' : 'down', components }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
