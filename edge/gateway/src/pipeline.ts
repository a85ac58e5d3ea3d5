import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { currentContext, traceHeaders } from '@stoa/telemetry'
import { readBody } from './body.ts'
import type { ResponseCache } from './cache/response-cache.ts'
import type { AnswerTarget, RequestHead } from './exchange.ts'
import type { Authenticate } from './policies/authentication.ts'
import { authorize } from './policies/authorization.ts'
import { timeLimitMs } from './policies/deadline.ts'
import type { RateLimits } from './policies/rate-limits.ts'
import { proxy, type Proxied } from './proxy.ts'
import type { Route } from './routes/route.ts'
import type { RouteTable } from './routes/route-table.ts'
import type { Upstream, Upstreams } from './upstream/upstreams.ts'

/** What a request passes through. */
export interface Pipeline {
  readonly table: RouteTable
  readonly authenticate: Authenticate
  readonly limits: RateLimits
  readonly cache: ResponseCache
  readonly upstreams: Upstreams
}

/** A path with another method; the answer says which it knows. */
export class MethodNotAllowed extends AppError {
  readonly allowed: readonly string[]

  constructor(method: string, allowed: readonly string[]) {
    super('unsupported', 'request.method_not_allowed', `${method} is not for this path.`)
    this.allowed = allowed
  }
}

/**
 * Takes a request through the policies in their order – route, failed sign-ins, authentication, authorization, rate limit,
 * cache, bulkhead, balancer, breaker, upstream with timeout and retry – and sends the answer on. Throws the refusal of
 * whichever turns it down.
 */
export async function passThrough(
  pipeline: Pipeline,
  route: Route,
  head: RequestHead,
  {
    request,
    response,
    extraHeaders,
  }: { request: IncomingMessage; response: ServerResponse; extraHeaders: readonly string[] },
): Promise<Proxied> {
  const { limits, cache } = pipeline
  if (route.isSignIn) limits.checkSignIn(head.address)
  const found = pipeline.authenticate(head, route)
  const principal: Principal = found instanceof Promise ? await found : found
  authorize(route, principal)
  const rate = limits.take(route, principal, head.address)
  const added = [...extraHeaders, 'ratelimit-policy', rate.policy, 'ratelimit', rate.limit]
  if (cache.isFor(route, head, principal)) {
    return cache.answer({
      route,
      head,
      client: response,
      extraHeaders: added,
      forward: (shared, target, sent) =>
        forward(pipeline, { route, head: shared, principal, body: undefined, response: target, extraHeaders: sent }),
    })
  }
  const body = await readBody(request)
  const proxied = await forward(pipeline, { route, head, principal, body, response, extraHeaders: added })
  if (route.isSignIn && proxied.status === 401) limits.noteFailedSignIn(head.address)
  if (isChange(head.method) && proxied.status < 400) cache.invalidate(head.path)
  return proxied
}

interface Forwarding {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly body: Buffer | undefined
  readonly response: AnswerTarget
  readonly extraHeaders: readonly string[]
}

async function forward(
  { upstreams }: Pipeline,
  { route, head, principal, body, response, extraHeaders }: Forwarding,
): Promise<Proxied> {
  const deadlineMs = Date.now() + timeLimitMs(route, head)
  const upstream = upstreams.of(route.service)
  if (!route.isStream) await enter(upstream, response)
  const context = currentContext()
  const exchange = { head, route, principal, response, deadlineMs }
  const trace = context === undefined ? {} : traceHeaders(context)
  return proxy({ exchange, upstream, body, trace, extraHeaders })
}

function isChange(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** The route of a head. Throws AppError `request.path_unknown` or `MethodNotAllowed`. */
export function routeOf(table: RouteTable, { method, path }: RequestHead): Route {
  const match = table.match(method, path)
  if (match.kind === 'route') return match.route
  if (match.kind === 'wrong_method') throw new MethodNotAllowed(method, match.allowed)
  throw new AppError('not_found', 'request.path_unknown', `There is nothing at ${path}.`)
}

/** Takes a place at the upstream until the answer has gone, waiting in line when all are taken. */
async function enter({ places }: Upstream, response: AnswerTarget): Promise<void> {
  if (!places.tryEnter()) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { onEnter: resolve }
    if (!places.tryWait(waiter)) throw places.refusal()
    const onGone = () => {
      if (places.cancelWait(waiter)) resolve()
    }
    response.once('close', onGone)
    await promise
    response.off('close', onGone)
    if (response.destroyed) throw new AppError('timeout', 'request.deadline_exceeded', 'The client has left.')
  }
  response.once('close', places.leave.bind(places))
}
