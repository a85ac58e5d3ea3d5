import type { IncomingMessage, ServerResponse } from 'node:http'
import { PlatformError, platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { currentContext, traceHeaders } from '@stoa/telemetry'
import { readBody, requireLength } from './body.ts'
import type { ResponseCache } from './cache/response-cache.ts'
import { encodingTarget } from './compression/encoding-target.ts'
import type { AnswerTarget, RequestHead } from './exchange.ts'
import type { Authenticate } from './policies/authentication.ts'
import { authorize } from './policies/authorization.ts'
import { timeLimitMs } from './policies/deadline.ts'
import { ownKeyFor } from './policies/repeat.ts'
import { clientKey, type RateHeaders, type RateLimits } from './policies/rate-limits.ts'
import type { StreamLimits } from './policies/stream-limits.ts'
import { proxy, type Proxied } from './proxy.ts'
import type { Route } from './routes/route.ts'
import type { RouteTable } from './routes/route-table.ts'
import { keptPrivate } from './traffic/kept-private.ts'
import type { Mirror } from './traffic/mirror.ts'
import { legacyRequest, type Destination, type Traffic } from './traffic/traffic.ts'
import type { OutgoingBody } from './upstream/connection.ts'
import { clientHasLeft, takeSlot } from './upstream/slot.ts'
import type { Upstreams } from './upstream/upstreams.ts'

/** What a request passes through. */
export interface Pipeline {
  readonly table: RouteTable
  readonly authenticate: Authenticate
  readonly limits: RateLimits
  readonly cache: ResponseCache
  readonly streams: StreamLimits
  readonly uploads: StreamLimits
  readonly upstreams: Upstreams
  readonly traffic: Traffic
  readonly mirror: Mirror
}

/** Thrown for an unsupported method; the response lists the supported methods. */
export class MethodNotAllowed extends PlatformError {
  readonly allowed: readonly string[]

  constructor(method: string, allowed: readonly string[]) {
    super('request.method_not_allowed', `The path does not support ${method}.`)
    this.allowed = allowed
  }
}

/** The caller and its remaining limit. */
export interface Admitted {
  readonly principal: Principal
  readonly rate: RateHeaders
}

/**
 * Lets a request in: failed sign-ins, authentication, rate limit, authorization. `onCounted` receives the remaining limit, even if
 * the request is rejected after it was counted. Throws the error of the policy that rejects it.
 */
export async function admit(
  { limits, authenticate }: Pipeline,
  route: Route,
  head: RequestHead,
  onCounted: (rate: RateHeaders) => void,
): Promise<Admitted> {
  if (route.isSignIn) await limits.checkSignIn(head.address)
  const found = authenticate(head, route)
  const principal: Principal = found instanceof Promise ? await found : found
  const taken = limits.take(route, principal, head.address)
  const rate: RateHeaders = taken instanceof Promise ? await taken : taken
  onCounted(rate)
  authorize(route, principal)
  return { principal, rate }
}

/**
 * Takes an admitted request through the rest in its order – cache, bulkhead, balancer, breaker, upstream with timeout and
 * retry – and forwards the response. Throws the error of the stage that rejects it.
 */
export async function passThrough(
  pipeline: Pipeline,
  route: Route,
  head: RequestHead,
  { request, response, extraHeaders, principal, rate }: Admitted & Passing,
): Promise<Proxied> {
  const { limits, cache, traffic } = pipeline
  const destination = traffic.isOn() ? traffic.destinationOf(route, head, principal) : undefined
  // responses that may contain a secret together with client input are not compressed: their length would disclose it (BREACH)
  const mayEncode = head.method === 'GET' && !route.isStream && !route.isForeign && route.isDownload !== true
  const encoded = mayEncode ? encodingTarget(response, head) : response
  const isOfFew = destination?.isUsual === false && route.sharedWith !== undefined
  const client = isOfFew ? keptPrivate(encoded) : encoded
  const added = [...extraHeaders, 'ratelimit-policy', rate.policy, 'ratelimit', rate.limit]
  if (destination?.isUsual !== false && cache.isFor(route, head, principal)) {
    return cache.answer({
      route,
      head,
      client,
      extraHeaders: added,
      forward: (shared, target, sent) =>
        forward(pipeline, {
          route,
          head: shared,
          principal,
          destination,
          body: undefined,
          response: target,
          extraHeaders: sent,
        }),
    })
  }
  const body = route.isUpload === true ? requireLength(request) : await readBody(request, route.bodyLimitBytes)
  const sent = { route, head, principal, destination, body, response: client, extraHeaders: added }
  const proxied = await forward(pipeline, destination?.legacy === undefined ? sent : legacyRequest(sent))
  if (route.isSignIn && proxied.status === 401) limits.noteFailedSignIn(head.address)
  if (isChange(head.method) && proxied.status < 400) cache.invalidate(head.path)
  return proxied
}

interface Passing {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly extraHeaders: readonly string[]
}

interface Forwarding {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly body: OutgoingBody
  readonly response: AnswerTarget
  readonly extraHeaders: readonly string[]
  /** The deadline of the whole that it is part of, in milliseconds since the epoch. */
  readonly latestMs?: number
  /** What a traffic rule has decided. */
  readonly destination?: Destination | undefined
}

/** Sends a request on to an instance of its route's service, within that service's places. */
async function forward(
  { upstreams, streams, uploads, mirror }: Pipeline,
  { route, head, principal, body, response, extraHeaders, latestMs = Infinity, destination }: Forwarding,
): Promise<Proxied> {
  const isUpload = route.isUpload === true
  const deadlineMs = isUpload ? Infinity : Math.min(latestMs, Date.now() + timeLimitMs(route, head))
  const upstream = destination?.legacy ?? upstreams.of(route.service)
  const open = route.isStream ? streams : isUpload ? uploads : undefined
  const slot = open
    ? open.take(clientKey(principal, head.address), response)
    : takeSlot(upstream.slots, response, deadlineMs)
  try {
    if (slot.entered !== undefined) await slot.entered
    // the client may have disconnected after it got its slot
    if (response.destroyed) throw clientHasLeft()
    const context = currentContext()
    const { version } = destination ?? {}
    const exchange = { head, route, principal, response, deadlineMs, slot, version, ownKey: ownKeyFor(route, head) }
    const trace = context === undefined ? {} : traceHeaders(context)
    const sent = proxy({ exchange, upstream, body, trace, extraHeaders })
    if (destination?.mirror !== undefined) mirror({ route, head, principal, upstream, version: destination.mirror })
    return await sent
  } catch (error) {
    slot.release()
    throw error
  }
}

/** Sends a call of the gateway itself on, to the version that a traffic rule chooses for its client. */
export function forwardPart(
  pipeline: Pipeline,
  part: Omit<Forwarding, 'extraHeaders' | 'destination'>,
): Promise<Proxied> {
  const { traffic } = pipeline
  const destination = traffic.isOn() ? traffic.versionFor(part.route, part.head, part.principal) : undefined
  return forward(pipeline, { ...part, destination, extraHeaders: [] })
}

function isChange(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** The route of a head. Throws AppError `request.path_unknown` or `MethodNotAllowed`. */
export function routeOf({ table, traffic }: Pipeline, { method, path }: RequestHead): Route {
  const match = table.match(method, path)
  if (match.kind === 'route') return match.route
  const legacy = traffic.legacyRoute(path)
  if (legacy !== undefined) return legacy
  if (match.kind === 'wrong_method') throw new MethodNotAllowed(method, match.allowed)
  throw platformError('request.path_unknown', `There is no endpoint at ${path}.`)
}
