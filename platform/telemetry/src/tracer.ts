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
import { newSpanId, newTraceId } from './trace-ids.ts'

/** How a span begins. */
export interface SpanOptions {
  /** `internal` unless said otherwise. */
  readonly kind?: SpanKind
  /** Taken over, not copied. */
  readonly attributes?: Attributes
  readonly links?: readonly SpanLink[]
  /** The current context unless said otherwise; `null` begins a trace. */
  readonly parent?: TraceContext | null | undefined
}

/** Makes spans. */
export interface Tracer {
  /** Begins a span; whoever begins it ends it. It does not become the current one. */
  startSpan(name: string, options?: SpanOptions): Span
  /** Runs `fn` with a new span as the current one and ends it after it, noting what it throws. */
  inSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T
}

interface TracerOptions {
  /** Share of the traces begun here that are kept, 0 to 1; one begun elsewhere goes by what its beginner decided. */
  readonly sampleRatio: number
  readonly onEnd: (span: EndedSpan) => void
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number
}

/** A tracer that hands each sampled span on when it ends. */
export function makeTracer({ sampleRatio, onEnd, now }: TracerOptions): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const parent = options.parent === undefined ? currentContext() : (options.parent ?? undefined)
    const context = childContext(parent, sampleRatio)
    if (!context.sampled) return makeUnrecordedSpan(context)
    const parentSpanId = parent === undefined || parent.spanId === '' ? undefined : parent.spanId
    const { kind = 'internal', attributes = {}, links = noLinks } = options
    return new RecordedSpan({ context, parentSpanId, name, kind, attributes, links }, now, onEnd)
  }
  return {
    startSpan,
    inSpan(name, options, fn) {
      const span = startSpan(name, options)
      return runInSpan(span, fn)
    },
  }
}

const noLinks: readonly SpanLink[] = []

function childContext(parent: TraceContext | undefined, sampleRatio: number): TraceContext {
  if (parent === undefined || parent.spanId === '') {
    const traceId = parent?.traceId ?? newTraceId()
    const sampled = isSampled(traceId, sampleRatio)
    return { ...parent, traceId, spanId: newSpanId(), sampled, logFields: parent?.logFields ?? {} }
  }
  // What is not kept needs no id of its own: the parent's says where it belongs.
  return parent.sampled ? { ...parent, spanId: newSpanId() } : parent
}

// The last 56 bits of the id are random (W3C Trace Context, level 2), so every process decides alike by them.
function isSampled(traceId: string, ratio: number): boolean {
  return ratio >= 1 || (ratio > 0 && Number.parseInt(traceId.slice(-13), 16) < ratio * 2 ** 52)
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
