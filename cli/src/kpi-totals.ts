import type { Kpis } from '@stoa/contracts/analytics/resources'
import { kpiDefinitions, kpiValue, type KpiName } from '@stoa/contracts/shared/kpi-definitions'

/** The figures of a period in one currency; amounts are in minor units, and a figure without anything to divide by is missing. */
export interface KpiTotals {
  readonly currency: string
  readonly figures: Readonly<Record<KpiName, number | undefined>>
  readonly paymentSuccessRate: number | undefined
}

/** Adds up the intervals of a series for each currency: averages and rates are of the sums, not of the intervals. */
export function totalsOf(items: readonly Kpis[]): KpiTotals[] {
  return [...Map.groupBy(items, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, some]) => {
      const sum = (of: (item: Kpis) => number) => some.reduce((total, item) => total + of(item), 0)
      const sums = {
        orders: sum(({ ordersPlaced }) => ordersPlaced),
        confirmedOrders: sum(({ ordersConfirmed }) => ordersConfirmed),
        revenue: sum(({ revenue }) => revenue.amount),
      }
      const names = Object.keys(kpiDefinitions) as KpiName[]
      const figures = Object.fromEntries(names.map((name) => [name, kpiValue(name, sums)])) as KpiTotals['figures']
      const completed = sum(({ paymentsCompleted }) => paymentsCompleted)
      const payments = completed + sum(({ paymentsFailed }) => paymentsFailed)
      return { currency, figures, paymentSuccessRate: payments === 0 ? undefined : completed / payments }
    })
}
