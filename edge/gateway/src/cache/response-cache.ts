import { platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { makeAnswerStore, type AnswerStore, type StoreStats } from './answer-store.ts'
import { parseCacheControl, type Directives } from './cache-control.ts'
import { sendAnswer } from './send-answer.ts'
import { sharedHead } from './shared-head.ts'
import { leadFlight, type CacheableRequest, type Flight, type Flights } from './shared-fetch.ts'
import { isFor, isFresh, isUsableOnError, isUsableWhileAsked, type StoredAnswer } from './stored-answer.ts'

/** Shareable responses (RFC 9111), cached in the memory of one gateway. */
export interface ResponseCache {
  /** Returns whether the route declares a shared response for this caller. */
  readonly isFor: (route: Route, head: RequestHead, principal: Principal) => boolean
  /** Responds from the cache, or requests the service once for concurrent requests. */
  readonly answer: (request: WaitedFor) => Proxied | Promise<Proxied>
  /** Invalidates a path after a change (RFC 9111, 4.4). */
  readonly invalidate: (path: string) => void
  /** Removes all paths with this prefix; returns the number of entries. */
  readonly purge: (prefix: string) => number
  readonly stats: () => StoreStats
}

/** A request with a waiting client. */
type WaitedFor = CacheableRequest & { readonly client: AnswerTarget }

interface Parts {
  readonly store: AnswerStore
  readonly flights: Flights
  readonly telemetry: Telemetry
  readonly count: (route: Route, result: CacheResult) => void
}

/** How a request to a shared route was answered. */
export type CacheResult = 'hit' | 'stale' | 'miss' | 'revalidated' | 'collapsed' | 'bypass'

/** Makes the cache; 0 bytes disable it. */
export function makeResponseCache(mostBytes: number, telemetry: Telemetry): ResponseCache {
  const store = makeAnswerStore(mostBytes)
  const flights: Flights = new Map()
  const { metrics } = telemetry
  const requests = metrics.counter('http_cache_requests_total', 'Requests to routes with cacheable responses', [
    'http_route',
    'result',
  ])
  metrics.gauge('http_cache_size_bytes', 'Bytes of cached responses', [], (gauge) => gauge.set(store.stats().sizeBytes))
  metrics.counter('http_cache_evictions_total', 'Cached responses that were evicted', [], (counter) =>
    counter.setTotal(store.stats().evictions),
  )
  const count = (route: Route, result: CacheResult) => requests.add(1, { http_route: route.path, result })
  const parts = { store, flights, telemetry, count }
  return {
    isFor: (route, head, principal) => mostBytes > 0 && isShared(route, head, principal),
    answer: (request) => answer(parts, request),
    invalidate(path) {
      store.forget(path)
      for (const flight of flights.values()) if (flight.path === path) flight.isVoid = true
    },
    purge: (prefix) => store.purge(prefix),
    stats: () => store.stats(),
  }
}

/** Returns whether the contract shares the responses of the route with this caller. */
function isShared({ sharedWith }: Route, { method, headers }: RequestHead, principal: Principal): boolean {
  if (sharedWith === undefined || (method !== 'GET' && method !== 'HEAD')) return false
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false
  return sharedWith === 'everybody' || !principal.can(sharedWith.exceptWhoMay)
}

function answer(parts: Parts, request: WaitedFor): Proxied | Promise<Proxied> {
  const { head } = request
  const wanted = wantedOf(head)
  const nowMs = performance.now()
  const known = parts.store.find(head.path, head.search, head.headers)
  if (known !== undefined) {
    if (isFresh(known, wanted, nowMs)) return sendKept(parts, request, known, 'hit')
    if (isUsableWhileAsked(known, wanted, nowMs)) {
      renewBehind(parts, request, known)
      return sendKept(parts, request, known, 'stale')
    }
  }
  if (wanted.has('only-if-cached')) {
    throw platformError(
      'request.deadline_exceeded',
      'There is no fresh cached response, and only-if-cached was requested.',
    )
  }
  if (head.method === 'HEAD' || wanted.has('no-store')) return passBy(parts, request)
  const flight = wanted.has('no-cache') ? undefined : parts.flights.get(head.path + head.search)
  return flight === undefined ? fetchAnew(parts, request, known) : join(parts, request, flight)
}

const nothingWanted = parseCacheControl(undefined)

/** Returns the cache directives of a request; `Pragma: no-cache` is the predecessor of Cache-Control. */
function wantedOf({ headers }: RequestHead): Directives {
  const { 'cache-control': control, pragma } = headers
  if (control !== undefined) return parseCacheControl(control)
  return pragma === undefined ? nothingWanted : parseCacheControl(pragma)
}

const howSent = {
  hit: 'hit',
  stale: 'hit; detail=stale',
  miss: 'fwd=uri-miss; stored',
  revalidated: 'fwd=stale; fwd-status=304',
  collapsed: 'fwd=uri-miss; collapsed',
} as const

function sendKept(parts: Parts, request: WaitedFor, kept: StoredAnswer, result: keyof typeof howSent): Proxied {
  parts.count(request.route, result)
  return { status: sendAnswer(request, kept, howSent[result]), instance: undefined, attempts: 0, cache: result }
}

/** Revalidates a stale response unless this is in progress; a failure is not an error for the client that got the stale response. */
function renewBehind(parts: Parts, request: CacheableRequest, known: StoredAnswer): void {
  if (parts.flights.has(request.head.path + request.head.search)) return
  leadFlight(parts, { ...request, client: undefined }, known).catch((error: unknown) =>
    parts.telemetry.logger.warn('a cached response could not be revalidated', { path: request.head.path, error }),
  )
}

async function fetchAnew(parts: Parts, request: WaitedFor, known: StoredAnswer | undefined): Promise<Proxied> {
  try {
    const { answer: fetched, proxied } = await leadFlight(parts, request, known)
    if (fetched === undefined) {
      parts.count(request.route, 'bypass')
      return { ...proxied, cache: 'bypass' }
    }
    if (fetched === known) return sendKept(parts, request, known, 'stale')
    const sent = sendKept(parts, request, fetched, fetched.body === known?.body ? 'revalidated' : 'miss')
    return { ...proxied, status: sent.status, cache: sent.cache }
  } catch (error) {
    if (known === undefined || !isUsableOnError(known, performance.now()) || request.client.destroyed) throw error
    return sendKept(parts, request, known, 'stale')
  }
}

/** Waits for the response of another request, and sends its own request if that response is private or for another variant. */
async function join(parts: Parts, request: WaitedFor, flight: Flight): Promise<Proxied> {
  const landed = await flight.landed
  if (landed === undefined || !isFor(landed, request.head.headers)) return passBy(parts, request)
  return sendKept(parts, request, landed, 'collapsed')
}

async function passBy(parts: Parts, { route, head, client, extraHeaders, forward }: WaitedFor): Promise<Proxied> {
  parts.count(route, 'bypass')
  return { ...(await forward(sharedHead(head, undefined), client, extraHeaders)), cache: 'bypass' }
}
