import type { Measure } from './mart-query.ts'

/** A figure by which the shop is judged: a measure, or one divided by another. */
export interface KpiDefinition {
  readonly title: Readonly<Record<'en' | 'de', string>>
  readonly description: string
  readonly unit: 'count' | 'money'
  readonly measure: Measure
  readonly per?: Measure
}

/** The figures that analytics shows live and reports show over time, defined once. */
export const kpiDefinitions = {
  ordersPlaced: {
    title: { en: 'Orders placed', de: 'Bestellungen' },
    description: 'orders that were placed, whatever became of them',
    unit: 'count',
    measure: 'orders',
  },
  ordersConfirmed: {
    title: { en: 'Orders confirmed', de: 'Bestätigte Bestellungen' },
    description: 'orders that were ever confirmed',
    unit: 'count',
    measure: 'confirmedOrders',
  },
  revenue: {
    title: { en: 'Revenue', de: 'Umsatz' },
    description: 'totals of the confirmed orders; refunds are not subtracted',
    unit: 'money',
    measure: 'revenue',
  },
  averageOrderValue: {
    title: { en: 'Average order value', de: 'Durchschnittlicher Bestellwert' },
    description: 'revenue divided by confirmed orders, rounded; missing without a confirmed order',
    unit: 'money',
    measure: 'revenue',
    per: 'confirmedOrders',
  },
} as const satisfies Readonly<Record<string, KpiDefinition>>

/** The name of a figure. */
export type KpiName = keyof typeof kpiDefinitions

/** The value of a figure by its definition, from sums of its measures; undefined where there is nothing to divide by. */
export function kpiValue(name: KpiName, sums: Partial<Readonly<Record<Measure, number>>>): number | undefined {
  const { measure, per }: KpiDefinition = kpiDefinitions[name]
  const value = sums[measure] ?? 0
  if (per === undefined) return value
  const divisor = sums[per] ?? 0
  return divisor === 0 ? undefined : Math.round(value / divisor)
}
