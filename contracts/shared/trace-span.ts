import { Type, type Static } from 'typebox'

/** The id of a trace (W3C Trace Context). */
export const TraceId = Type.String({ pattern: '^[0-9a-f]{32}$' })

const SpanId = Type.String({ pattern: '^[0-9a-f]{16}$' })

/** A span with its position in the tree of its trace. */
export const TraceSpan = Type.Object({
  spanId: SpanId,
  parentSpanId: Type.Optional(SpanId),
  depth: Type.Integer({ description: '0 for a root, or for a span whose parent is not stored' }),
  service: Type.String(),
  instance: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  startMs: Type.Number({ description: 'since the epoch, with fractions' }),
  durationMs: Type.Number(),
  status: Type.Optional(Type.Literal('error')),
  statusMessage: Type.Optional(Type.String()),
  attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  links: Type.Optional(Type.Array(Type.Object({ traceId: TraceId, spanId: SpanId }))),
})
export type TraceSpan = Readonly<Static<typeof TraceSpan>>
