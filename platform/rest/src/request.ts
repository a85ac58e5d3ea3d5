import type { Operation, Stream } from '@stoa/contract'

/** The schemas of paths and queries allow nothing else. */
type Scalar = string | number | boolean

/** The parts of a request at run time. */
export interface RequestParts {
  readonly params?: { readonly [name: string]: Scalar }
  readonly query?: { readonly [name: string]: Scalar | readonly Scalar[] | undefined }
  readonly body?: unknown
  readonly key?: string
  readonly ifMatch?: string
  readonly prefer?: string
  readonly signal?: AbortSignal
}

/** The key of a write: the given one, or a random one if the operation requires a key. */
export function keyOf({ idempotencyKey }: Operation, key: string | undefined): string | undefined {
  if (idempotencyKey === 'none') return undefined
  return key ?? (idempotencyKey === 'required' ? randomKey() : undefined)
}

/** Makes an idempotency key, for a write that may be repeated after its response was lost. */
export function randomKey(): string {
  // browsers have `crypto.randomUUID` only on secure origins
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The URL of a request. @throws TypeError if a parameter of the path is missing, empty, `.` or `..`, which would name another path */
export function targetOf(url: string, { path }: Operation | Stream, { params = {}, query = {} }: RequestParts): string {
  const segments = path.replaceAll(/\{([^}]+)\}/g, (_braces, name: string) => segmentOf(name, params[name]))
  const search = searchOf(query)
  return `${originOf(url)}${segments}${search === '' ? '' : `?${search}`}`
}

/** A base URL without the slashes at its end. */
export function originOf(url: string): string {
  return url.replace(/\/+$/, '')
}

function segmentOf(name: string, value: Scalar = ''): string {
  const text = String(value)
  if (text === '' || text === '.' || text === '..') throw new TypeError(`"${text}" cannot be the ${name} of a path`)
  return encodeURIComponent(text)
}

function searchOf(query: NonNullable<RequestParts['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value = []]) =>
    [value].flat().map((item) => [name, String(item)]),
  )
  return new URLSearchParams(pairs).toString()
}

interface HeaderParts {
  readonly key: string | undefined
  readonly token: string | undefined
  /** Those of every request of the client. */
  readonly more: Readonly<Record<string, string>> | undefined
}

/** The headers of a request. */
export function headersOf(
  { method }: Operation | Stream,
  { body, ifMatch, prefer }: RequestParts,
  { key, token, more }: HeaderParts,
): Headers {
  const headers = new Headers(more)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  // JSON merge patch (RFC 7396) for PATCH
  if (body !== undefined) headers.set('content-type', `application/${method === 'PATCH' ? 'merge-patch+' : ''}json`)
  if (key !== undefined) headers.set('idempotency-key', key)
  if (ifMatch !== undefined) headers.set('if-match', ifMatch)
  if (prefer !== undefined) headers.set('prefer', prefer)
  return headers
}
