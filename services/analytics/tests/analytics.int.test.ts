import { accessTable } from '@stoa/contracts/auth/roles'
import type { AnalyticsService } from '@stoa/contracts/analytics/service'
import { metricComputed } from '@stoa/contracts/streaming/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyticsService } from '../src/service.ts'

let service: TestService<AnalyticsService>
beforeAll(async () => {
  service = await startTestService(analyticsService, { access: accessTable })
})
afterAll(() => service.stop())

const analyst = { subject: newId(), roles: ['analyst'] }

interface Result {
  readonly stream?: string
  readonly currency?: string
  readonly start: string
  readonly values: Record<string, number>
  readonly revision?: number
}

async function receive({ stream = 'orders', currency = 'EUR', start, values, revision = 1 }: Result): Promise<void> {
  const windowEnd = Temporal.Instant.from(start).add({ minutes: 1 }).toString()
  await service.receive(metricComputed, `${stream}/${start}/${currency}`, {
    stream,
    key: { currency },
    windowStart: start,
    windowEnd,
    values,
    isClosed: false,
    revision,
    computedAt: '2026-11-29T12:00:00Z',
  })
}

async function kpis(query: string) {
  const { status, body } = await service.request('GET', `/api/v2/analytics/kpis?${query}`, { as: analyst })
  expect([status, body]).toEqual([200, body])
  return body
}

test('adds up minutes to hours and days, by currency, from the latest revision of each window', async () => {
  const orders = (placed: number, confirmed: number, revenue: number) => ({ placed, confirmed, revenue })
  await receive({ start: '2026-11-01T10:00:00Z', values: orders(1, 0, 0), revision: 1 })
  await receive({ start: '2026-11-01T10:00:00Z', values: orders(3, 2, 1001), revision: 3 })
  await receive({ start: '2026-11-01T10:00:00Z', values: orders(9, 9, 9), revision: 2 })
  await receive({ start: '2026-11-01T10:59:00Z', values: orders(1, 1, 500) })
  await receive({ start: '2026-11-01T11:00:00Z', values: orders(1, 1, 7) })
  await receive({ start: '2026-11-01T10:00:00Z', currency: 'USD', values: orders(1, 1, 90) })
  await receive({ stream: 'payments', start: '2026-11-01T10:30:00Z', values: { completed: 3, failed: 1 } })
  const period = 'from=2026-11-01T10:00:00Z&to=2026-11-01T12:00:00Z'
  await eventually(async () =>
    expect((await kpis(`${period}&interval=hour`)).items).toEqual([
      {
        at: '2026-11-01T10:00:00Z',
        currency: 'EUR',
        ordersPlaced: 4,
        ordersConfirmed: 3,
        revenue: { amount: 1501, currency: 'EUR' },
        averageOrderValue: { amount: 500, currency: 'EUR' },
        paymentsCompleted: 3,
        paymentsFailed: 1,
        paymentSuccessRate: 0.75,
      },
      expect.objectContaining({ currency: 'USD', revenue: { amount: 90, currency: 'USD' } }),
      expect.objectContaining({ at: '2026-11-01T11:00:00Z', revenue: { amount: 7, currency: 'EUR' } }),
    ]),
  )
  const days = await kpis(`${period}&interval=day&currency=EUR`)
  expect(days.items).toHaveLength(1)
  expect(days).toMatchObject({ from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' })
  expect(days.items[0].revenue).toEqual({ amount: 1508, currency: 'EUR' })
})

test('refuses a range that is too long, and callers without the permission', async () => {
  const path = '/api/v2/analytics/kpis?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'
  const answer = await service.request('GET', path, { as: analyst })
  expect([answer.status, answer.body.code]).toEqual([422, 'analytics.range_invalid'])
  const customer = { subject: newId(), roles: ['customer'] }
  expect((await service.request('GET', '/api/v2/analytics/kpis', { as: customer })).status).toBe(403)
  expect((await service.request('GET', '/api/v2/analytics/stream', { as: customer })).status).toBe(403)
})

test('removes what is older than its retention', async () => {
  await receive({ start: '2020-01-01T00:00:00Z', values: { placed: 1, confirmed: 0, revenue: 0 } })
  const old = () => kpis('from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z')
  await eventually(async () => expect((await old()).items).toHaveLength(1))
  await service.runTask('prune-metrics', {})
  await eventually(async () => expect((await old()).items).toEqual([]))
})
