import type { TraceContext } from './context.ts'
import { noteUse } from './quiet-spans.ts'
import { newSpanId, newTraceId } from './trace-ids.ts'

/** A header as Node provides it: absent, once, or several times. */
export type HeaderValue = string | readonly string[] | undefined

/** The content of a `traceparent` header. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

const traceparentPattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const zeroTraceId = '0'.repeat(32)
const zeroSpanId = '0'.repeat(16)

/**
 * Parses a `traceparent` header (W3C Trace Context, level 1). Returns undefined if it is absent, sent twice or malformed; of a
 * later version it parses the part that version 00 defines, as the recommendation requires.
 */
export function parseTraceparent(header: HeaderValue): TraceParent | undefined {
  const value = typeof header === 'string' ? header : header?.length === 1 ? header[0] : undefined
  if (value === undefined) return undefined
  const match = traceparentPattern.exec(trimOptionalWhitespace(value))
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, rest] = match
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (traceId === undefined || traceId === zeroTraceId || spanId === undefined || spanId === zeroSpanId)
    return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 }
}

/** Writes a `traceparent` header, version 00. */
export function formatTraceparent(parent: TraceParent): string {
  noteUse(parent.spanId)
  return `00-${parent.traceId}-${parent.spanId}-${parent.sampled ? '01' : '00'}`
}

/** The entry of one vendor in a `tracestate` header. */
export interface TraceStateEntry {
  readonly key: string
  readonly value: string
}

const simpleKey = /^[a-z][a-z0-9_\-*/]{0,255}$/
const tenantKey = /^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/
const stateValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * Parses `tracestate` headers (W3C Trace Context, level 1), several joined in order. Returns undefined if an entry is malformed,
 * a key occurs twice, or there are more than 32 entries: the whole list must then be dropped.
 */
export function parseTracestate(header: HeaderValue): readonly TraceStateEntry[] | undefined {
  if (header === undefined) return []
  const entries: TraceStateEntry[] = []
  const keys = new Set<string>()
  for (const part of (typeof header === 'string' ? header : header.join(',')).split(',')) {
    const member = trimOptionalWhitespace(part)
    if (member === '') continue
    const at = member.indexOf('=')
    const key = member.slice(0, at)
    const value = member.slice(at + 1)
    if (at < 1 || keys.has(key) || !(simpleKey.test(key) || tenantKey.test(key)) || !stateValue.test(value))
      return undefined
    keys.add(key)
    entries.push({ key, value })
  }
  return entries.length > 32 ? undefined : entries
}

/** Writes a `tracestate` header; returns undefined for an empty list, which is not sent. */
export function formatTracestate(entries: readonly TraceStateEntry[]): string | undefined {
  return entries.length === 0 ? undefined : entries.map(({ key, value }) => `${key}=${value}`).join(',')
}

/** Returns the context that the headers of a caller continue, or undefined without a valid `traceparent`. */
export function contextFromHeaders(
  headers: { readonly traceparent?: HeaderValue; readonly tracestate?: HeaderValue },
  more: { readonly requestId?: string; readonly deadlineMs?: number } = {},
): TraceContext | undefined {
  const parent = parseTraceparent(headers.traceparent)
  if (parent === undefined) return undefined
  const traceState =
    headers.tracestate === undefined ? undefined : formatTracestate(parseTracestate(headers.tracestate) ?? [])
  return { ...parent, traceState, requestId: more.requestId, deadlineMs: more.deadlineMs, logFields: {} }
}

/** Returns the headers that pass this context to a callee; none if it has no span yet. */
export function traceHeaders(context: TraceContext): { traceparent?: string; tracestate?: string } {
  if (context.spanId === '') return {}
  const traceparent = formatTraceparent(context)
  return context.traceState === undefined ? { traceparent } : { traceparent, tracestate: context.traceState }
}

/** Returns headers for requests such as heartbeats and watches, which should start no trace at the server. */
export function untracedHeaders(): { readonly traceparent: string } {
  return { traceparent: formatTraceparent({ traceId: newTraceId(), spanId: newSpanId(), sampled: false }) }
}

function trimOptionalWhitespace(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}
