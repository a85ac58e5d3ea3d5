import { currentContext, runWithContext, type TraceContext } from './context.ts'
import {
  makeUnrecordedSpan,
  RecordedSpan,
  type Attributes,
  type EndedSpan,
  type Span,
  type SpanKind,
  type SpanLink,
} from './span.ts'
import { isQuiet, noteUse, quietly } from './quiet-spans.ts'
import type { Sampler } from './sampler.ts'
import { newSpanId, newTraceId } from './trace-ids.ts'

/** The options of a span. */
export interface SpanOptions {
  /** `internal` by default. */
  readonly kind?: SpanKind
  /** Used directly, not copied. */
  readonly attributes?: Attributes
  readonly links?: readonly SpanLink[]
  /** The current context by default; `null` starts a new trace. */
  readonly parent?: TraceContext | null | undefined
  /** For periodic work: the span is kept only if it fails, has a child, or passes its context on. */
  readonly isQuiet?: boolean
}

/** Makes spans. */
export interface Tracer {
  /** Starts a span, which the caller must end. It does not become the current one. */
  startSpan(name: string, options?: SpanOptions): Span
  /**
   * Starts a span for a detail of the current one, such as a statement. Returns undefined, without a call of `describe`, if no
   * span would be kept: without a trace, in one that is not sampled, and in periodic work from which nothing has followed.
   */
  startDetail(describe: () => SpanDescription): Span | undefined
  /** Runs `fn` with a new span as the current one, ends the span afterwards, and records an error. */
  inSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T
}

/** The name and options of a span. */
export interface SpanDescription extends SpanOptions {
  readonly name: string
}

interface TracerOptions {
  readonly sampler: Sampler
  readonly onEnd: (span: EndedSpan) => void
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number
}

/** Makes a tracer that passes each sampled span to `onEnd`. */
export function makeTracer({ sampler, onEnd, now }: TracerOptions): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const parent = options.parent === undefined ? currentContext() : (options.parent ?? undefined)
    const context = childContext(parent, sampler)
    if (!context.sampled) return makeUnrecordedSpan(context)
    if (parent !== undefined) noteUse(parent.spanId)
    const parentSpanId = parent === undefined || parent.spanId === '' ? undefined : parent.spanId
    const { kind = 'internal', attributes = {}, links = noLinks } = options
    const onEnded = options.isQuiet === true ? quietly(context.spanId, onEnd) : onEnd
    return new RecordedSpan({ context, parentSpanId, name, kind, attributes, links }, now, onEnded)
  }
  return {
    startSpan,
    startDetail(describe) {
      const parent = currentContext()
      if (parent?.sampled !== true || parent.spanId === '' || isQuiet(parent.spanId)) return undefined
      const { name, ...options } = describe()
      return startSpan(name, options)
    },
    inSpan(name, options, fn) {
      const span = startSpan(name, options)
      return runInSpan(span, fn)
    },
  }
}

const noLinks: readonly SpanLink[] = []

function childContext(parent: TraceContext | undefined, sampler: Sampler): TraceContext {
  if (parent === undefined || parent.spanId === '') {
    const traceId = parent?.traceId ?? newTraceId()
    const sampled = sampler(traceId, undefined)
    return { ...parent, traceId, spanId: newSpanId(), sampled, logFields: parent?.logFields ?? {} }
  }
  const sampled = sampler(parent.traceId, parent.sampled)
  // A span that is not kept needs no id: that of the parent identifies its place.
  if (!sampled) return parent.sampled ? { ...parent, sampled } : parent
  return { ...parent, spanId: newSpanId(), sampled }
}

function runInSpan<T>(span: Span, fn: (span: Span) => T): T {
  try {
    const result = runWithContext(span.context, () => fn(span))
    if (result instanceof Promise) return endAfter(span, result) as T
    span.end()
    return result
  } catch (error) {
    span.setError(error)
    span.end()
    throw error
  }
}

async function endAfter(span: Span, result: Promise<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    span.setError(error)
    throw error
  } finally {
    span.end()
  }
}
