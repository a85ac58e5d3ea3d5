import { redactField, redactText } from './redaction.ts'
import type { Attributes, EndedSpan } from './span.ts'

/** A destination of ended spans, which come in batches. A rejected write counts its spans as dropped. */
export interface SpanSink {
  write(spans: readonly EndedSpan[]): Promise<void>
  /** Resolves when all writes have ended; a sink that waits before it repeats a write no longer does. */
  close(): Promise<void>
}

/** Collects ended spans and passes them on in batches. */
export interface SpanPipeline {
  add(span: EndedSpan): void
  /** Resolves when the sinks have written every span added so far, or it has been dropped. */
  flush(): Promise<void>
  close(): Promise<void>
}

interface PipelineOptions {
  readonly sinks: readonly SpanSink[]
  /** Called with the number of dropped spans and the reason. */
  readonly onDropped: (count: number, error: unknown) => void
  readonly intervalMs?: number
  readonly maxHeld?: number
}

const batchSize = 512

/** Batches ended spans every 500 ms, holding at most 4,096; attributes and messages are redacted here, off the hot path. */
export function makeSpanPipeline({
  sinks,
  onDropped,
  intervalMs = 500,
  maxHeld = 4_096,
}: PipelineOptions): SpanPipeline {
  let held: EndedSpan[] = []
  let timer: NodeJS.Timeout | undefined
  const writing = new Set<Promise<void>>()

  const hand = () => {
    clearTimeout(timer)
    timer = undefined
    if (held.length === 0) return
    const batch = held.map(redactSpan)
    held = []
    for (const sink of sinks) {
      const write = sink.write(batch).catch((error: unknown) => onDropped(batch.length, error))
      writing.add(write)
      void write.then(() => writing.delete(write))
    }
  }
  const flush = async () => {
    hand()
    await Promise.all(writing)
  }

  return {
    add(span) {
      if (sinks.length === 0) return
      if (held.length >= maxHeld) return onDropped(1, new Error('spans end faster than they can be written'))
      held.push(span)
      if (held.length === batchSize) setImmediate(hand)
      timer ??= setTimeout(hand, intervalMs).unref()
    },
    flush,
    async close() {
      hand()
      await Promise.all(sinks.map((sink) => sink.close()))
      await Promise.all(writing)
    },
  }
}

function redactSpan(span: EndedSpan): EndedSpan {
  return {
    context: span.context,
    parentSpanId: span.parentSpanId,
    name: redactText(span.name),
    kind: span.kind,
    startMs: span.startMs,
    endMs: span.endMs,
    attributes: redactAttributes(span.attributes),
    links: span.links,
    events: span.events.map((event) => ({ ...event, attributes: redactAttributes(event.attributes) })),
    status: span.status,
    statusMessage: span.statusMessage === undefined ? undefined : redactText(span.statusMessage),
  }
}

function redactAttributes(attributes: Attributes): Attributes {
  const shown: Attributes = {}
  for (const name in attributes) shown[name] = redactField(name, attributes[name]) as Attributes[string]
  return shown
}
