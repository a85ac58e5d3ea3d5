import { closed, get, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { KeptMetric, MetricRange, MetricVector, ServiceName, ServiceUptime, UptimeDay } from './metrics-resources.ts'

const read = { permission: 'telemetry:read', owner: 'none' } as const

const PromqlText = Type.String({
  minLength: 1,
  maxLength: 4_000,
  pattern: '^[^\\u0000]*$',
  description: 'an expression of the subset of PromQL; each selector names its metric',
})

/** GET /api/v1/telemetry/metrics */
export const listMetrics = get('/api/v1/telemetry/metrics', {
  ...read,
  summary: 'List the metrics that are kept: those that alert rules read, and those of METRICS_KEPT',
  answers: { 200: Type.Object({ items: Type.Array(KeptMetric) }) },
})

/** GET /api/v1/telemetry/metrics/query */
export const queryMetrics = get('/api/v1/telemetry/metrics/query', {
  ...read,
  summary: 'Evaluate an expression of PromQL at one time',
  query: Type.Object(
    { query: PromqlText, at: Type.Optional(Type.String({ ...InstantSchema, description: 'now by default' })) },
    closed,
  ),
  timeoutMs: 10_000,
  answers: { 200: MetricVector },
  refuses: ['monitoring.query_invalid', 'monitoring.query_too_large'],
})

/** GET /api/v1/telemetry/metrics/query-range */
export const queryMetricRange = get('/api/v1/telemetry/metrics/query-range', {
  ...read,
  summary:
    'Evaluate an expression of PromQL at each step of a period: at most 1,000 steps, 500 series and 100,000 values',
  query: Type.Object(
    {
      query: PromqlText,
      from: InstantSchema,
      to: Type.Optional(Type.String({ ...InstantSchema, description: 'now by default' })),
      stepSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, default: 60 })),
    },
    closed,
  ),
  timeoutMs: 10_000,
  answers: { 200: MetricRange },
  refuses: ['monitoring.query_invalid', 'monitoring.query_too_large'],
})

/** GET /api/v1/telemetry/uptime */
export const listUptime = get('/api/v1/telemetry/uptime', {
  permission: 'alert:read',
  owner: 'none',
  summary: 'List how often the instances of each service responded to the scrapes of monitoring',
  answers: { 200: Type.Object({ items: Type.Array(ServiceUptime) }) },
})

/** GET /api/v1/telemetry/uptime/{service} */
export const getUptime = get('/api/v1/telemetry/uptime/{service}', {
  permission: 'alert:read',
  owner: 'none',
  params: { service: ServiceName },
  summary: 'Read the scrapes of a service by day, the latest first; days without scrapes are missing',
  query: Type.Object({ days: Type.Optional(Type.Integer({ minimum: 1, maximum: 400, default: 30 })) }, closed),
  answers: { 200: Type.Object({ service: Type.String(), days: Type.Array(UptimeDay) }) },
})
