import { isAppError } from '@stoa/kernel'
import type { TraceContext } from './context.ts'
import { attributes as names } from './semantic-conventions.ts'

/** The span kinds of OpenTelemetry. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** The attribute values of OpenTelemetry. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]

/** Attributes by their semantic-convention names. */
export type Attributes = Record<string, AttributeValue>

/** A related span that is not the parent, such as that of each message of a batch. */
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

/** One operation in progress. Every method does nothing if the span is not recorded or has ended. */
export interface Span {
  /** The context for callees, log lines and events of this operation. */
  readonly context: TraceContext
  /** Whether the span is kept; if not, costly attributes need not be computed. */
  readonly isRecording: boolean
  setAttribute(name: string, value: AttributeValue): void
  addEvent(name: string, attributes?: Attributes): void
  /** Sets a better name once it is known, such as the matched route. */
  setName(name: string): void
  /**
   * Records a thrown value. Of a refusal that cannot be retried, which is an outcome, only the code is recorded; anything else
   * marks the span as failed, with the exception as an event.
   */
  setError(error: unknown): void
  /** Marks the span as failed without an exception, for a reason of low cardinality such as a status. */
  setFailed(errorType: string): void
  end(): void
}

/** Makes a span of a trace that is not sampled: it only passes its context on. */
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

/** A sampled span; a class, because a request makes dozens, which then share one shape. */
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
