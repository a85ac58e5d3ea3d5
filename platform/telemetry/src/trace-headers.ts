import type { TraceContext } from './context.ts'
import { noteUse } from './quiet-spans.ts'
import { newSpanId, newTraceId } from './trace-ids.ts'

/** A header as Node hands it out: absent, once, or several times. */
export type HeaderValue = string | readonly string[] | undefined

/** What a `traceparent` header says. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

const traceparentPattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const zeroTraceId = '0'.repeat(32)
const zeroSpanId = '0'.repeat(16)

/**
 * Reads a `traceparent` header (W3C Trace Context, level 1). Undefined when it is absent, sent twice or malformed in any
 * way; of a later version the part that version 00 knows is read, as the recommendation asks.
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

/** One vendor's entry of a `tracestate` header. */
export interface TraceStateEntry {
  readonly key: string
  readonly value: string
}

const simpleKey = /^[a-z][a-z0-9_\-*/]{0,255}$/
const tenantKey = /^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/
const stateValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * Reads `tracestate` headers (W3C Trace Context, level 1), several joined in order. Undefined when any member is
 * malformed, a key stands twice, or there are more than 32: then the whole list is to be dropped.
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

/** Writes a `tracestate` header; undefined for an empty list, which is not sent. */
export function formatTracestate(entries: readonly TraceStateEntry[]): string | undefined {
  return entries.length === 0 ? undefined : entries.map(({ key, value }) => `${key}=${value}`).join(',')
}

/** The context that a caller's headers ask to be continued; undefined when they carry no valid `traceparent`. */
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

/** The headers that hand this context to a callee; none when it has no span yet. */
export function traceHeaders(context: TraceContext): { traceparent?: string; tracestate?: string } {
  if (context.spanId === '') return {}
  const traceparent = formatTraceparent(context)
  return context.traceState === undefined ? { traceparent } : { traceparent, tracestate: context.traceState }
}

/** Headers of requests that only keep the system informed (heartbeats, watches): whoever serves them begins no trace. */
export function untracedHeaders(): { readonly traceparent: string } {
  return { traceparent: formatTraceparent({ traceId: newTraceId(), spanId: newSpanId(), sampled: false }) }
}

function trimOptionalWhitespace(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}
