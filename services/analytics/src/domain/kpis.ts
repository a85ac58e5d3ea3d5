import type { Kpis } from '@stoa/contracts/analytics/resources'
import { kpiValue } from '@stoa/contracts/shared/kpi-definitions'

/** The sums of an interval in one currency. */
export interface Sums {
  readonly at: Temporal.Instant
  readonly currency: string
  readonly placed: number
  readonly confirmed: number
  readonly revenue: number
  readonly completed: number
  readonly failed: number
}

/** The figures that follow from the sums of an interval. */
export function toKpis({ at, currency, placed, confirmed, revenue, completed, failed }: Sums): Kpis {
  const payments = completed + failed
  const average = kpiValue('averageOrderValue', { revenue, confirmedOrders: confirmed })
  return {
    at: at.toString(),
    currency,
    ordersPlaced: placed,
    ordersConfirmed: confirmed,
    revenue: { amount: revenue, currency },
    ...(average === undefined ? {} : { averageOrderValue: { amount: average, currency } }),
    paymentsCompleted: completed,
    paymentsFailed: failed,
    ...(payments === 0 ? {} : { paymentSuccessRate: completed / payments }),
  }
}
