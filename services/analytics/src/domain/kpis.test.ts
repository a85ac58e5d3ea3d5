import { expect, test } from 'vitest'
import { toKpis } from './kpis.ts'

const at = Temporal.Instant.from('2026-11-29T12:00:00Z')
const none = { at, currency: 'EUR', placed: 0, confirmed: 0, revenue: 0, completed: 0, failed: 0 }

test('averages and rates are missing where nothing happened', () => {
  expect(toKpis(none)).not.toHaveProperty('averageOrderValue')
  expect(toKpis(none)).not.toHaveProperty('paymentSuccessRate')
})

test('the average order value is rounded to minor units', () => {
  expect(toKpis({ ...none, confirmed: 3, revenue: 1_000 }).averageOrderValue).toEqual({ amount: 333, currency: 'EUR' })
})

test('the success rate counts completed and failed payments', () => {
  expect(toKpis({ ...none, completed: 3, failed: 1 }).paymentSuccessRate).toBe(0.75)
})
