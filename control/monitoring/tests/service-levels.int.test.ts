import { accessTable } from '@stoa/contracts/auth/roles'
import { newId } from '@stoa/kernel'
import { eventually, startTestService } from '@stoa/testing'
import { afterAll, expect, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { fakeSystem } from './fake-system.ts'

const ops = { subject: newId(), roles: ['ops'] }
const shop = await fakeSystem()
afterAll(() => shop.close())

const start = () =>
  startTestService(monitoringService, {
    access: accessTable,
    settings: { OTLP_TOKEN: 'a-token-of-the-senders', REGISTRY_URL: shop.registryUrl, SCRAPE_INTERVAL_SECONDS: '1' },
  })

const served = (code: number, count: number) =>
  `http_server_request_duration_seconds_count{http_request_method="GET",http_route="/api/v1/orders/{id}",http_response_status_code="${code}"} ${count}\n`
const within = (code: number, le: string, count: number) =>
  `http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/api/v1/orders/{id}",http_response_status_code="${code}",le="${le}"} ${count}\n`

test('shows what is left of the budgets of a service, how fast they are spent, and what is not known', async () => {
  const service = await start()
  const levelOf = async (name: string, as = ops) => {
    const { status, body } = await service.request('GET', '/api/v1/slo', { as })
    expect(status).toBe(200)
    return body.items.find((item: { service: string }) => item.service === name)
  }
  // it has served requests before monitoring saw it, which are not counted
  const order = await shop.add('order', served(200, 500) + within(200, '0.05', 500) + within(200, '+Inf', 500))
  const scrapedAgain = async () => {
    const before = order.scrapes
    await eventually(() => expect(order.scrapes).toBeGreaterThan(before + 1))
  }
  await scrapedAgain()
  expect((await levelOf('order')).errors).toMatchObject({ allowed: 0.005, counted: 0, wrong: 0 })
  expect((await levelOf('order')).errors.left).toBeUndefined()

  order.metrics = served(200, 1_490) + served(503, 10) + within(200, '0.05', 1_490) + within(200, '+Inf', 1_490)
  await eventually(async () =>
    expect((await levelOf('order')).errors).toMatchObject({ counted: 1_000, wrong: 10, left: -1 }),
  )
  order.metrics = served(200, 1_580) + served(503, 20) + within(200, '0.05', 1_580) + within(200, '+Inf', 1_580)
  const spent = await eventually(async () => {
    const level = await levelOf('order')
    expect(level.errors).toMatchObject({ counted: 1_100, wrong: 20 })
    return level
  })
  expect(spent.errors.burnRates.map(({ minutes }: { minutes: number }) => minutes)).toEqual([5, 30, 60, 360])
  for (const { rate } of spent.errors.burnRates) expect(rate).toBeGreaterThan(0)
  expect(spent.latency).toEqual({ allowedP99Ms: 100, p99Ms: expect.any(Number) })
  expect(spent.latency.p99Ms).toBeLessThanOrEqual(50)
  expect(spent.availability).toMatchObject({ allowed: 0.001, wrong: 0, left: 1 })

  order.behaviour = 'fails'
  await eventually(async () => {
    const { availability } = await levelOf('order')
    expect(availability.wrong).toBeGreaterThan(0)
    expect(availability.left).toBeLessThan(0)
    expect(availability.burnRates[0].rate).toBeGreaterThan(1)
  })

  const unknown = await levelOf('search')
  expect(unknown).toEqual({
    service: 'search',
    errors: { allowed: expect.any(Number), counted: 0, wrong: 0, burnRates: expect.any(Array) },
    availability: { allowed: expect.any(Number), counted: 0, wrong: 0, burnRates: expect.any(Array) },
    latency: { allowedP99Ms: expect.any(Number) },
  })
  expect(unknown.errors.burnRates[0]).toEqual({ minutes: 5 })

  // what was counted before 30 days is no part of the budget
  await service.database.transaction(async (tx) => {
    await tx.sql`insert into request_hours values ('order', date_trunc('hour', now()) - interval '721 hours', 1000000, 1000000)`
    await tx.sql`insert into request_hours values ('order', date_trunc('hour', now()) - interval '700 hours', 98900, 0)`
  })
  expect((await levelOf('order')).errors).toMatchObject({ counted: 100_000, wrong: 20, left: 0.96 })
  await service.stop()
})

test('is for operators', async () => {
  const service = await start()
  const { status } = await service.request('GET', '/api/v1/slo', { as: { subject: newId(), roles: ['staff'] } })
  expect(status).toBe(403)
  await service.stop()
})
