import { makePipeline, type Pipeline, type PipelineOptions, type Sink } from './pipeline.ts'
import { redactField, redactText } from './redaction.ts'
import type { Attributes, EndedSpan } from './span.ts'

/** A destination of ended spans, which come in batches. A rejected write counts its spans as dropped. */
export type SpanSink = Sink<EndedSpan>

type SpanPipelineOptions = Pick<PipelineOptions<EndedSpan>, 'sinks' | 'onDropped' | 'intervalMs' | 'maxHeld'>

/** Batches ended spans every 500 ms, holding at most 4,096; attributes and messages are redacted here, off the hot path. */
export function makeSpanPipeline(options: SpanPipelineOptions): Pipeline<EndedSpan> {
  return makePipeline({ ...options, prepare: redactSpan, tooFast: 'spans end faster than they can be written' })
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
