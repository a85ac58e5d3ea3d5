import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { TraceId, TraceSpan } from '../shared/trace-span.ts'

const Failed = Type.Integer({ description: 'spans that failed' })

/** A trace, described by its earliest span. */
export const TraceSummary = Type.Object({
  traceId: TraceId,
  service: Type.String(),
  name: Type.String(),
  startedAt: InstantSchema,
  durationMs: Type.Number({ description: 'of the earliest span' }),
  errors: Failed,
})
export type TraceSummary = Readonly<Static<typeof TraceSummary>>

export { TraceId, TraceSpan }

/** A trace with its spans, each before its children. */
export const Trace = Type.Object({
  traceId: TraceId,
  spans: Type.Array(TraceSpan),
  total: Type.Integer({
    description: 'stored spans, of a very large trace those that arrived first; at most 10,000 are shown',
  }),
})
export type Trace = Readonly<Static<typeof Trace>>

const measured = {
  requests: Type.Integer(),
  errors: Type.Integer(),
  errorShare: Type.Number({ description: 'from 0 to 1' }),
  p50Ms: Type.Number(),
  p99Ms: Type.Number(),
}

/** What calls of one service to another looked like, as the callee measured them; events and tasks count as calls. */
export const ServiceCall = Type.Object({ caller: Type.String(), callee: Type.String(), ...measured })
export type ServiceCall = Readonly<Static<typeof ServiceCall>>

/** The services that had spans in a period, and who called whom, from sampled traces. */
export const ServiceMap = Type.Object({
  from: InstantSchema,
  to: InstantSchema,
  services: Type.Array(
    Type.Object({
      service: Type.String(),
      ...measured,
      callers: Type.Array(Type.String()),
      callees: Type.Array(Type.String()),
    }),
  ),
  calls: Type.Array(ServiceCall),
  isPartial: Type.Boolean({ description: 'the period had more than 200,000 spans, of which the latest were counted' }),
})
export type ServiceMap = Readonly<Static<typeof ServiceMap>>
