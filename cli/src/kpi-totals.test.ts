import type { Kpis } from '@stoa/contracts/analytics/resources'
import { expect, test } from 'vitest'
import { totalsOf } from './kpi-totals.ts'

const item = (currency: string, [placed, confirmed, revenue, paid, declined]: readonly number[]): Kpis => ({
  at: '2026-11-30T10:00:00Z',
  currency,
  ordersPlaced: placed ?? 0,
  ordersConfirmed: confirmed ?? 0,
  revenue: { amount: revenue ?? 0, currency },
  paymentsCompleted: paid ?? 0,
  paymentsFailed: declined ?? 0,
})

test('figures of a period are those of its sums, by currency', () => {
  const items = [item('USD', [1, 0, 0, 0, 0]), item('EUR', [3, 1, 1_000, 1, 0]), item('EUR', [4, 3, 5_000, 2, 1])]
  expect(totalsOf(items)).toEqual([
    {
      currency: 'EUR',
      figures: { ordersPlaced: 7, ordersConfirmed: 4, revenue: 6_000, averageOrderValue: 1_500 },
      paymentSuccessRate: 0.75,
    },
    {
      currency: 'USD',
      figures: { ordersPlaced: 1, ordersConfirmed: 0, revenue: 0, averageOrderValue: undefined },
      paymentSuccessRate: undefined,
    },
  ])
})
