import { closed, get, InstantSchema, mount, PageQuery, pageSchema, SearchText } from '@stoa/contract'
import { Type } from 'typebox'
import { ServiceMap, Trace, TraceId, TraceSummary } from './resources.ts'

const read = { permission: 'telemetry:read', owner: 'none' } as const

const Attribute = Type.String({ minLength: 3, maxLength: 300, pattern: '^[^=]+=.+$' })

/** GET /api/v1/telemetry/traces */
export const listTraces = get('/api/v1/telemetry/traces', {
  ...read,
  summary:
    'List traces by their earliest span, latest first, without those of operators; with a service or a name, the traces in which that service served such a request',
  query: Type.Object(
    {
      ...PageQuery,
      service: Type.Optional(SearchText),
      name: Type.Optional({ ...SearchText, description: 'part of the name of a span, such as a route' }),
      status: Type.Optional(Type.Enum(['ok', 'error'], { description: 'whether any span of the trace failed' })),
      minDurationMs: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400_000 })),
      attribute: Type.Optional(
        Type.Array(Attribute, { maxItems: 5, description: 'KEY=VALUE, each in any span of the trace' }),
      ),
      contains: Type.Optional(
        Type.String({
          minLength: 3,
          maxLength: 200,
          description: 'a text in any span of the trace, such as an order id',
        }),
      ),
      from: Type.Optional(InstantSchema),
      to: Type.Optional(InstantSchema),
      order: Type.Optional(
        Type.Enum(['latest', 'slowest'], {
          description: 'the slowest contain no streams, which last as long as a client listens',
        }),
      ),
    },
    closed,
  ),
  timeoutMs: 10_000,
  answers: { 200: pageSchema(TraceSummary) },
})

/** GET /api/v1/telemetry/traces/{id} */
export const getTrace = get('/api/v1/telemetry/traces/{id}', {
  ...read,
  params: { id: TraceId },
  summary: 'Read a trace: each span before its children',
  answers: { 200: Trace },
  refuses: ['monitoring.trace_not_found'],
})

/** GET /api/v1/telemetry/services */
export const getServiceMap = get('/api/v1/telemetry/services', {
  ...read,
  summary: 'Read which services called which, with counts, errors and durations, from sampled traces',
  query: Type.Object(
    {
      minutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1_440, default: 15, description: 'the period, which ends now' }),
      ),
    },
    closed,
  ),
  timeoutMs: 10_000,
  answers: { 200: ServiceMap },
})

/** /v1/traces: OTLP over HTTP. */
export const otlp = mount('/v1/traces*', {
  summary: 'Receive spans over OTLP/HTTP from processes that know the token',
  permission: 'public',
  isQuiet: true,
})
