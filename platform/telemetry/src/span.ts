import { isAppError } from '@stoa/kernel'
import type { TraceContext } from './context.ts'
import { attributes as names } from './semantic-conventions.ts'

/** OpenTelemetry's kinds of span. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** OpenTelemetry's values of an attribute. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]

/** Attributes by their semantic-convention names. */
export type Attributes = Record<string, AttributeValue>

/** Another span that this one has to do with without being its child: the messages of a batch. */
export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
}

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly attributes: Attributes
}

/** A span that has ended, as sinks get it. Times are milliseconds since the epoch, with fractions. */
export interface EndedSpan {
  readonly context: TraceContext
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly links: readonly SpanLink[]
  readonly events: readonly SpanEvent[]
  readonly status: 'unset' | 'error'
  readonly statusMessage: string | undefined
}

/** One operation in progress. All of it is a no-op on a span that is not recorded or has ended. */
export interface Span {
  /** What a callee, a log line or an event of this operation is to carry. */
  readonly context: TraceContext
  /** False when nothing is kept of it: costly attributes need not be computed. */
  readonly isRecording: boolean
  setAttribute(name: string, value: AttributeValue): void
  addEvent(name: string, attributes?: Attributes): void
  /** A better name, once it is known (the matched route). */
  setName(name: string): void
  /**
   * Notes what was thrown. A refusal that cannot be retried is an outcome and noted by its code alone; anything else
   * marks the span as failed, with the exception as an event.
   */
  setError(error: unknown): void
  /** Marks the span as failed for a reason of low cardinality (a status number), where nothing was thrown. */
  setFailed(errorType: string): void
  end(): void
}

/** A span of a trace that is not sampled: it hands its context on and costs nothing else. */
export function makeUnrecordedSpan(context: TraceContext): Span {
  return {
    context,
    isRecording: false,
    setAttribute: ignore,
    addEvent: ignore,
    setName: ignore,
    setError: ignore,
    setFailed: ignore,
    end: ignore,
  }
}

function ignore(): void {}

/** A sampled span; a class because a request makes dozens and they share one shape. */
export class RecordedSpan implements Span, EndedSpan {
  readonly context: TraceContext
  readonly parentSpanId: string | undefined
  readonly kind: SpanKind
  readonly startMs: number
  readonly attributes: Attributes
  readonly links: readonly SpanLink[]
  name: string
  endMs = 0
  events: SpanEvent[] = noEvents
  status: 'unset' | 'error' = 'unset'
  statusMessage: string | undefined = undefined
  readonly #now: () => number
  readonly #onEnd: (span: EndedSpan) => void

  constructor(
    begun: Pick<EndedSpan, 'context' | 'parentSpanId' | 'name' | 'kind' | 'attributes' | 'links'>,
    now: () => number,
    onEnd: (span: EndedSpan) => void,
  ) {
    this.context = begun.context
    this.parentSpanId = begun.parentSpanId
    this.name = begun.name
    this.kind = begun.kind
    this.attributes = begun.attributes
    this.links = begun.links
    this.#now = now
    this.#onEnd = onEnd
    this.startMs = now()
  }

  get isRecording(): boolean {
    return this.endMs === 0
  }

  setAttribute(name: string, value: AttributeValue): void {
    if (this.isRecording) this.attributes[name] = value
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    if (!this.isRecording) return
    if (this.events === noEvents) this.events = []
    this.events.push({ name, timeMs: this.#now(), attributes })
  }

  setName(name: string): void {
    if (this.isRecording) this.name = name
  }

  setError(error: unknown): void {
    if (!this.isRecording) return
    if (isAppError(error)) this.setAttribute(names.errorType, error.code)
    else this.setAttribute(names.errorType, error instanceof Error ? error.name : 'error')
    if (isAppError(error) && !error.retryable) return
    const message = error instanceof Error ? error.message : String(error)
    this.status = 'error'
    this.statusMessage = message
    this.addEvent('exception', {
      [names.exceptionType]: error instanceof Error ? error.name : typeof error,
      [names.exceptionMessage]: message,
      ...(error instanceof Error && error.stack !== undefined ? { [names.exceptionStacktrace]: error.stack } : {}),
    })
  }

  setFailed(errorType: string): void {
    if (!this.isRecording) return
    this.status = 'error'
    this.attributes[names.errorType] ??= errorType
  }

  end(): void {
    if (!this.isRecording) return
    this.endMs = Math.max(this.#now(), this.startMs)
    this.#onEnd(this)
  }
}

const noEvents: SpanEvent[] = []
