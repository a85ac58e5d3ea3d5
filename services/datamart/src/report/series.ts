import type { MartResult } from '@stoa/contracts/datamart/resources'

/** A line of a report of sales. */
export interface SalesRow {
  readonly day: string
  readonly currency: string
  readonly product: string
  readonly orders: number
  readonly units: number
  readonly revenue: number
}

/** The rows of the query of a sales report, by name. */
export function salesRows({ columns, rows }: Pick<MartResult, 'columns' | 'rows'>): SalesRow[] {
  const at = (name: string) => columns.findIndex((column) => column.name === name)
  const [day, currency, product] = [at('day'), at('currency'), at('product')]
  const [orders, units, revenue] = [at('confirmedOrders'), at('units'), at('revenue')]
  return rows.map((row) => ({
    day: String(row[day]),
    currency: String(row[currency]),
    product: String(row[product] ?? ''),
    orders: Number(row[orders]),
    units: Number(row[units]),
    revenue: Number(row[revenue]),
  }))
}

/** The revenue of a currency by day, with the days between that have none. */
export interface DailySeries {
  readonly currency: string
  readonly total: number
  readonly days: readonly { readonly day: string; readonly revenue: number }[]
}

const mostDays = 62

/** The revenue of each currency by day over the period; by the days that have some if the period is long. */
export function dailySeries(
  rows: readonly SalesRow[],
  { from, to }: { readonly from: string; readonly to: string },
): DailySeries[] {
  const days = daysBetween(from, to)
  return [...Map.groupBy(rows, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, each]) => {
      const byDay = Map.groupBy(each, ({ day }) => day)
      const revenueOf = (day: string) => (byDay.get(day) ?? []).reduce((sum, { revenue }) => sum + revenue, 0)
      const shown = days.length <= mostDays ? days : [...byDay.keys()].toSorted()
      return {
        currency,
        total: each.reduce((sum, { revenue }) => sum + revenue, 0),
        days: shown.map((day) => ({ day, revenue: revenueOf(day) })),
      }
    })
}

function daysBetween(from: string, to: string): string[] {
  const [first, end] = [Temporal.PlainDate.from(from), Temporal.PlainDate.from(to)]
  const count = Math.min(first.until(end).days, mostDays + 1)
  return Array.from({ length: count }, (_, index) => first.add({ days: index }).toString())
}
