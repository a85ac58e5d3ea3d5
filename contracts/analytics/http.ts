import { closed, CurrencySchema, get, InstantSchema, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { Interval, KpiSeries } from './resources.ts'

const read = { permission: 'analytics:read', owner: 'none' } as const

/** GET /api/v2/analytics/kpis */
export const readKpis = get('/api/v2/analytics/kpis', {
  ...read,
  summary: 'Read orders, revenue and payments of a period by interval and currency',
  query: Type.Object(
    {
      from: Type.Optional({ ...InstantSchema, description: 'by default 60 intervals before `to`; rounded down' }),
      to: Type.Optional({ ...InstantSchema, description: 'by default now; does not belong to the period; rounded up' }),
      interval: Type.Optional(Interval),
      currency: Type.Optional(CurrencySchema),
    },
    closed,
  ),
  answers: { 200: KpiSeries },
  refuses: ['analytics.range_invalid'],
})

/** GET /api/v2/analytics/stream */
export const followMetrics = stream('/api/v2/analytics/stream', {
  ...read,
  summary: 'Stream every new value as a server-sent event, first the latest ones',
})
