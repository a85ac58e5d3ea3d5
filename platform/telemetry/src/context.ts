import { AsyncLocalStorage } from 'node:async_hooks'
import { newTraceId } from './trace-ids.ts'

/** The value of a log field of a context. */
export type LogFieldValue = string | number | boolean

/**
 * The position of the running code in a trace. It contains only ids, and may be stored and used again later. An empty `spanId`
 * means that the trace has an id but no span yet; the next span becomes its root.
 */
export interface TraceContext {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits of the current span (here or, before the first span here, at the caller). */
  readonly spanId: string
  /** Whether the spans of this trace are kept. */
  readonly sampled: boolean
  /** The received W3C `tracestate` header, which is passed on unchanged. */
  readonly traceState?: string | undefined
  readonly requestId?: string | undefined
  /** Deadline in milliseconds since the epoch. */
  readonly deadlineMs?: number | undefined
  /** Added to every log line; shared by all contexts derived from this one, so `addLogFields` reaches the access log. */
  readonly logFields: Record<string, LogFieldValue>
  /** Whether log lines are written and not exported: a line about the export would otherwise cause the next one. */
  readonly keepsLogsLocal?: boolean | undefined
}

const storage = new AsyncLocalStorage<TraceContext>()

/** Returns the context of the running code, or undefined if it has none. */
export function currentContext(): TraceContext | undefined {
  return storage.getStore()
}

/** Runs `fn`, and all it awaits, in this context. */
export function runWithContext<T>(context: TraceContext, fn: () => T): T {
  return storage.run(context, fn)
}

/** Runs `fn` without a context, so that work that outlives its request starts its own trace. */
export function runWithoutContext<T>(fn: () => T): T {
  return storage.exit(fn)
}

/** Makes a context for work without a caller: a new trace whose first span is its root. */
export function newContext(options: { readonly requestId?: string; readonly deadlineMs?: number } = {}): TraceContext {
  return { traceId: newTraceId(), spanId: '', sampled: false, ...options, logFields: {} }
}

/** Runs `fn` with these additional fields on each of its log lines, and on no others. */
export function withLogFields<T>(fields: Readonly<Record<string, LogFieldValue>>, fn: () => T): T {
  const context = storage.getStore() ?? newContext()
  return storage.run({ ...context, logFields: { ...context.logFields, ...fields } }, fn)
}

/** Runs `fn` so that its log lines are written to standard output and not sent to a collector. */
export function withLocalLogs<T>(fn: () => T): T {
  return storage.run({ ...(storage.getStore() ?? newContext()), keepsLogsLocal: true }, fn)
}

/**
 * Adds fields to every later log line of the current request or message, including the access log at its end. Use
 * `withLogFields` in code that handles several items at once. Does nothing without a context.
 */
export function addLogFields(fields: Readonly<Record<string, LogFieldValue>>): void {
  const context = storage.getStore()
  if (context !== undefined) Object.assign(context.logFields, fields)
}
