import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { BreakerFilter, Breakers } from '@stoa/client'
import { refuseConnect, refuseUnreadable } from '@stoa/http'
import { permissionMissing } from '@stoa/http'
import { newId, platformError } from '@stoa/kernel'
import type { Claims, Principal, TokenVerifier } from '@stoa/security'
import type { Health } from '@stoa/service'
import { newContext, type Telemetry } from '@stoa/telemetry'
import { answerProblem } from '../answer-problem.ts'
import type { OwnOperation } from '../own/own-answers.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { RateLimits } from '../policies/rate-limits.ts'
import type { StreamLimits } from '../policies/stream-limits.ts'
import type { RouteTable } from '../routes/route-table.ts'
import type { Upstreams } from '../upstream/upstreams.ts'

/** What the admin API shows and changes. */
export interface AdminOptions {
  readonly table: RouteTable
  readonly upstreams: Upstreams
  readonly streams: StreamLimits
  readonly breakers: Breakers
  readonly limits: RateLimits
  readonly cache: ResponseCache
  readonly verifier: TokenVerifier
  readonly principalOf: (claims: Claims) => Principal
  readonly telemetry: Telemetry
  readonly health: Health
}

/** Makes the server of the admin API, full health and metrics: routes, upstreams, breakers, rate limits; for operators. */
export function makeAdminServer(options: AdminOptions): Server {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => void serve(options, request, response))
  return server.on('clientError', refuseUnreadable).on('connect', refuseConnect)
}

async function serve(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?')
  try {
    if (path === '/metrics') {
      const { contentType, body } = await options.telemetry.metrics.expose(request.headers.accept)
      response.writeHead(200, { 'content-type': contentType }).end(body)
      return
    }
    if (path === '/health') {
      const report = await healthOf(options)
      return answer(response, report.status === 'down' ? 503 : 200, report)
    }
    const principal = await principalFrom(options, request)
    const query = new URLSearchParams(search)
    answer(response, 200, await administer(options, { principal, method: request.method ?? 'GET', path, query }))
  } catch (error) {
    answerProblem(response, error, { instance: path, traceId: newContext().traceId, requestId: newId() })
  }
}

async function principalFrom(
  { verifier, principalOf }: AdminOptions,
  { headers }: IncomingMessage,
): Promise<Principal> {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined) throw platformError('auth.token_missing', 'A bearer token is required.')
  return principalOf(await verifier.verify(token))
}

/** Handles a request to the admin API. Throws 403 without the permission, 404 for an unknown path. */
export async function administer(
  options: AdminOptions,
  { principal, method, path, query }: OwnOperation,
): Promise<unknown> {
  if (!principal.can('gateway:admin')) throw permissionMissing('gateway:admin', principal)
  return act(options, method, path, query)
}

function act(options: AdminOptions, method: string, path: string, query: URLSearchParams): unknown {
  const [, admin, area, verb, first, second] = segmentsOf(path)
  if (admin === 'admin' && method === 'GET' && verb === undefined) {
    if (area === 'routes') return { items: options.table.routes }
    if (area === 'upstreams') return { items: upstreams(options), streams: options.streams.snapshot() }
    if (area === 'circuit-breakers') return { items: options.breakers.list(breakersOf(query)) }
    if (area === 'cache') return options.cache.stats()
    if (area === 'health') return healthOf(options)
  }
  if (admin === 'admin' && method === 'POST') {
    if (area === 'circuit-breakers' && verb === 'reset') return resetBreakers(options, first, query)
    // the whole cache, or the paths with this prefix: /admin/cache/purge/%2Fapi%2Fv1%2Fproducts
    if (area === 'cache' && verb === 'purge') return { purged: options.cache.purge(first ?? '') }
    if (area === 'rate-limits' && verb === 'reset' && first !== undefined) {
      options.limits.reset(first)
      return { reset: first }
    }
  }
  if (admin === 'admin' && area === 'upstreams' && verb !== undefined && first !== undefined && second === 'drain') {
    if (method === 'POST') return drain(options, verb, first)
    if (method === 'DELETE') return endDrain(options, verb, first)
  }
  throw platformError('request.path_unknown', `There is no endpoint at ${path}.`)
}

function segmentsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    throw platformError('request.malformed', 'The path cannot be decoded.')
  }
}

function upstreams(options: AdminOptions) {
  return options.upstreams.all().map((upstream) => ({
    service: upstream.service,
    places: upstream.slots.snapshot(),
    instances: upstream.targets().map(({ instance }) => ({
      ...instance,
      breakers: options.breakers.list({ instance: instance.id }).map(({ scope, state }) => ({ scope, state })),
      isDrained: upstream.isDrained(instance.id),
    })),
  }))
}

/** Selected by `callee`, `instance` and `scope` (the group of routes). */
function breakersOf(query: URLSearchParams): BreakerFilter {
  const given = (name: string) => query.get(name) ?? undefined
  return { service: given('callee'), instance: given('instance'), scope: given('scope') }
}

function findUpstream(options: AdminOptions, service: string) {
  const upstream = options.upstreams.all().find((each) => each.service === service)
  if (upstream === undefined) throw platformError('request.path_unknown', `The gateway has no upstream ${service}.`)
  return upstream
}

function resetBreakers(options: AdminOptions, service: string | undefined, query: URLSearchParams) {
  const filter = breakersOf(query)
  if (service === undefined) return { reset: options.breakers.reset(filter) }
  return { reset: options.breakers.reset({ ...filter, service: findUpstream(options, service).service }) }
}

function drain(options: AdminOptions, service: string, instance: string) {
  if (findUpstream(options, service).drain(instance)) return { drained: instance }
  throw platformError('request.path_unknown', `${service} has no instance ${instance}.`)
}

function endDrain(options: AdminOptions, service: string, instance: string) {
  if (findUpstream(options, service).resume(instance)) return { resumed: instance }
  throw platformError('request.path_unknown', `${service} has no drained instance ${instance}.`)
}

async function healthOf({ health }: AdminOptions) {
  const { status, components } = await health.report()
  return { status, service: 'gateway', components }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
