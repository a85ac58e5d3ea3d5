import { CurrencySchema, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { kpiDefinitions } from '../shared/kpi-definitions.ts'
import { metricComputed } from '../streaming/events.ts'

/** The length of the intervals of a series, in UTC. */
export const Interval = Type.Enum(['minute', 'hour', 'day'])
export type Interval = Static<typeof Interval>

/** What the shop has achieved in an interval, in one currency. */
export const Kpis = Type.Object({
  at: { ...InstantSchema, description: 'the beginning of the interval' },
  currency: CurrencySchema,
  ordersPlaced: Type.Integer({ minimum: 0, description: kpiDefinitions.ordersPlaced.description }),
  ordersConfirmed: Type.Integer({ minimum: 0, description: kpiDefinitions.ordersConfirmed.description }),
  revenue: { ...MoneySchema, description: kpiDefinitions.revenue.description },
  averageOrderValue: Type.Optional({ ...MoneySchema, description: kpiDefinitions.averageOrderValue.description }),
  paymentsCompleted: Type.Integer({ minimum: 0 }),
  paymentsFailed: Type.Integer({ minimum: 0 }),
  paymentSuccessRate: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'missing without a completed or failed payment' }),
  ),
})
export type Kpis = Static<typeof Kpis>

/** The figures of a period: one item for each interval and currency in which something happened. */
export const KpiSeries = Type.Object({
  from: InstantSchema,
  to: InstantSchema,
  interval: Interval,
  items: Type.Array(Kpis),
  asOf: Type.Optional({ ...InstantSchema, description: 'when the newest of these figures was computed' }),
})
export type KpiSeries = Static<typeof KpiSeries>

/** One new value of a stream, as the live stream sends it. */
export const LiveValue = metricComputed.data
export type LiveValue = Static<typeof LiveValue>
