import { AsyncLocalStorage } from 'node:async_hooks'
import { newTraceId } from './trace-ids.ts'

/** What may stand in a log line as a field of its context. */
export type LogFieldValue = string | number | boolean

/**
 * Where the running code stands in a trace. Ids only: it is passed from call to call and may be kept and run again
 * later. An empty `spanId` means that the trace has an id but no span yet; the next span becomes its root.
 */
export interface TraceContext {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits of the current span (here or, before the first span here, at the caller). */
  readonly spanId: string
  /** Whether the spans of this trace are kept. */
  readonly sampled: boolean
  /** The W3C `tracestate` header as it came in; passed on unchanged. */
  readonly traceState?: string | undefined
  readonly requestId?: string | undefined
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  readonly deadlineMs?: number | undefined
  /** Put on every log line; shared by all contexts derived from this one, so `addLogFields` reaches the access log. */
  readonly logFields: Record<string, LogFieldValue>
}

const storage = new AsyncLocalStorage<TraceContext>()

/** The context of the running code; undefined outside of any. */
export function currentContext(): TraceContext | undefined {
  return storage.getStore()
}

/** Runs `fn`, and all it awaits, in this context. */
export function runWithContext<T>(context: TraceContext, fn: () => T): T {
  return storage.run(context, fn)
}

/** Runs `fn` outside of any context: work that outlives the request that set it off starts a trace of its own. */
export function runWithoutContext<T>(fn: () => T): T {
  return storage.exit(fn)
}

/** A context for work that nobody called: a new trace whose first span is its root. */
export function newContext(options: { readonly requestId?: string; readonly deadlineMs?: number } = {}): TraceContext {
  return { traceId: newTraceId(), spanId: '', sampled: false, ...options, logFields: {} }
}

/** Runs `fn` so that each log line in it, and in no other branch, carries these fields too. */
export function withLogFields<T>(fields: Readonly<Record<string, LogFieldValue>>, fn: () => T): T {
  const context = storage.getStore() ?? newContext()
  return storage.run({ ...context, logFields: { ...context.logFields, ...fields } }, fn)
}

/**
 * Adds fields to every later log line of the whole request or message in progress, the access log at its end included.
 * In code that handles several things at once use `withLogFields`. Does nothing outside of a context.
 */
export function addLogFields(fields: Readonly<Record<string, LogFieldValue>>): void {
  const context = storage.getStore()
  if (context !== undefined) Object.assign(context.logFields, fields)
}
