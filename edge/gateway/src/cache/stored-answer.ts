import type { IncomingHttpHeaders } from 'node:http'
import { parseCacheControl, secondsOf, type Directives } from './cache-control.ts'
import { isPersonal } from './shared-head.ts'

/** A cached response with its RFC 9111 metadata. */
export interface StoredAnswer {
  readonly status: number
  /** Alternating names and values, without fields of a single request. */
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly etag: string | undefined
  /** What the request's fields were that it was chosen by (`Vary`). */
  readonly vary: readonly (readonly [name: string, value: string | undefined])[]
  readonly lifetimeMs: number
  /** How long a stale response may be served during revalidation (RFC 5861) and while the service does not respond. */
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  /** performance.now() at which its age was 0. */
  readonly bornAtMs: number
  readonly sizeBytes: number
}

/** The times of the request and of the response (performance.now()). */
export interface Exchanged {
  readonly askedAtMs: number
  readonly answeredAtMs: number
}

const keptStatuses = new Set([200, 301, 308, 404, 410])
const perRequest = new Set(['x-request-id', 'age', 'ratelimit', 'ratelimit-policy', 'cache-status'])
const overheadBytes = 400

/** The value of a field among names and values in turn; several lines of it are one list. */
export function fieldOf(headers: readonly string[], name: string): string | undefined {
  let value: string | undefined
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== name) continue
    value = value === undefined ? headers[index + 1] : `${value}, ${headers[index + 1] ?? ''}`
  }
  return value
}

/** Returns whether a shared cache may store this response (RFC 9111, 3): it declares its freshness and is not private. */
export function isStorable(status: number, headers: readonly string[]): boolean {
  if (!keptStatuses.has(status)) return false
  const directives = parseCacheControl(fieldOf(headers, 'cache-control'))
  if (directives.has('no-store') || directives.has('private')) return false
  if (fieldOf(headers, 'set-cookie') !== undefined || fieldOf(headers, 'vary')?.includes('*') === true) return false
  return lifetimeSecondsOf(directives, headers) !== undefined
}

/** Creates the cached form of a response. */
export function storedAnswer(
  { status, headers, body }: { readonly status: number; readonly headers: readonly string[]; readonly body: Buffer },
  request: IncomingHttpHeaders,
  exchanged: Exchanged,
): StoredAnswer {
  const kept = headers.filter((_, index) => !perRequest.has((headers[index - (index % 2)] ?? '').toLowerCase()))
  const directives = parseCacheControl(fieldOf(headers, 'cache-control'))
  const mustAsk = directives.has('no-cache')
  const mayBeStale = !['must-revalidate', 'proxy-revalidate', 's-maxage', 'no-cache'].some((name) =>
    directives.has(name),
  )
  const staleMs = (name: string) => (mayBeStale ? (secondsOf(directives, name) ?? 0) * 1_000 : 0)
  return {
    status,
    headers: kept,
    body,
    etag: fieldOf(headers, 'etag'),
    vary: varyOf(headers).map((name) => [name, valueOf(request, name)] as const),
    lifetimeMs: mustAsk ? 0 : (lifetimeSecondsOf(directives, headers) ?? 0) * 1_000,
    staleWhileRevalidateMs: staleMs('stale-while-revalidate'),
    staleIfErrorMs: staleMs('stale-if-error'),
    bornAtMs: exchanged.answeredAtMs - initialAgeMs(headers, exchanged),
    // half as much again for its encodings
    sizeBytes: Math.ceil(body.length * 1.5) + kept.reduce((sum, text) => sum + text.length, 0) + overheadBytes,
  }
}

/** Returns the cached response that a 304 has confirmed, with the fields of the 304 (RFC 9111, 4.3.4). */
export function freshened(
  stored: StoredAnswer,
  headers: readonly string[],
  request: IncomingHttpHeaders,
  exchanged: Exchanged,
): StoredAnswer {
  const brought = new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()))
  brought.delete('content-length')
  const merged = [stored.headers, headers].flatMap((fields, which) =>
    fields.filter((_, index) => {
      const name = (fields[index - (index % 2)] ?? '').toLowerCase()
      return which === 0 ? !brought.has(name) : brought.has(name)
    }),
  )
  return storedAnswer({ status: stored.status, headers: merged, body: stored.body }, request, exchanged)
}

/** Returns whether this response matches the variant of a request. */
export function isFor({ vary }: StoredAnswer, request: IncomingHttpHeaders): boolean {
  return vary.every(([name, value]) => valueOf(request, name) === value)
}

/** Whether it can be given without asking, as the request wants it (`max-age`, `min-fresh`, `max-stale`). */
export function isFresh({ lifetimeMs, bornAtMs }: StoredAnswer, wanted: Directives, nowMs: number): boolean {
  const ageMs = nowMs - bornAtMs
  if (wanted.size === 0) return ageMs < lifetimeMs
  if (wanted.has('no-cache')) return false
  const mostMs = (secondsOf(wanted, 'max-age') ?? Infinity) * 1_000
  const spareMs = (secondsOf(wanted, 'min-fresh') ?? 0) * 1_000
  return ageMs <= mostMs && ageMs + spareMs < lifetimeMs
}

/** Returns whether it may be served stale during revalidation. */
export function isUsableWhileAsked(answer: StoredAnswer, wanted: Directives, nowMs: number): boolean {
  if (wanted.has('no-cache') || wanted.has('max-age') || wanted.has('min-fresh')) return false
  return staleForMs(answer, nowMs) < answer.staleWhileRevalidateMs
}

/** Returns whether it may be served because the service does not respond. */
export function isUsableOnError(answer: StoredAnswer, nowMs: number): boolean {
  return staleForMs(answer, nowMs) < answer.staleIfErrorMs
}

/** How long its lifetime has been over; below 0 while it is not. */
function staleForMs({ lifetimeMs, bornAtMs }: StoredAnswer, nowMs: number): number {
  return nowMs - bornAtMs - lifetimeMs
}

function lifetimeSecondsOf(directives: Directives, headers: readonly string[]): number | undefined {
  const said = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age')
  if (said !== undefined) return said
  const expires = fieldOf(headers, 'expires')
  if (expires === undefined) return directives.has('no-cache') ? 0 : undefined
  const seconds = (Date.parse(expires) - (dateMsOf(headers) ?? Date.now())) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}

/** RFC 9111, 4.2.3. */
function initialAgeMs(headers: readonly string[], { askedAtMs, answeredAtMs }: Exchanged): number {
  const said = fieldOf(headers, 'age')
  const ageMs = said !== undefined && /^\d{1,9}$/.test(said) ? Number(said) * 1_000 : 0
  // a Date has whole seconds, so less than one says nothing
  const apparentMs = Date.now() - (dateMsOf(headers) ?? Date.now()) - 1_000
  return Math.max(0, apparentMs, ageMs + answeredAtMs - askedAtMs)
}

function dateMsOf(headers: readonly string[]): number | undefined {
  const ms = Date.parse(fieldOf(headers, 'date') ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

function varyOf(headers: readonly string[]): string[] {
  const names = (fieldOf(headers, 'vary') ?? '').split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names)].filter((name) => name !== '').toSorted()
}

function valueOf(request: IncomingHttpHeaders, name: string): string | undefined {
  if (isPersonal(name)) return undefined
  const value = request[name]
  return Array.isArray(value) ? value.join(', ') : value?.trim()
}
