import { accessTable } from '@stoa/contracts/auth/roles'
import { newId } from '@stoa/kernel'
import { eventually, startTestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { fakeSystem, type FakeInstance } from './fake-system.ts'

const ops = { subject: newId(), roles: ['ops'] }
const shop = await fakeSystem()
let service: Awaited<ReturnType<typeof start>>
let teas: FakeInstance

const start = () =>
  startTestService(monitoringService, {
    access: accessTable,
    settings: {
      OTLP_TOKEN: 'a-token-of-the-senders',
      REGISTRY_URL: shop.registryUrl,
      SCRAPE_INTERVAL_SECONDS: '1',
      METRICS_KEPT: 'cups,pots',
    },
  })

beforeAll(async () => {
  service = await start()
  teas = await shop.add('teas', 'cups{kind="green"} 3\ncups{kind="black"} 4\npots NaN\nspoons 9\n')
  await shop.add('jams', 'cups{kind="red"} 5\n')
  await eventually(async () => {
    const { samples } = (await query('cups')).body
    if (samples.length < 3) throw new Error('not all instances are scraped')
  })
})
afterAll(async () => {
  await service.stop()
  await shop.close()
})

const read = (path: string, as: { subject: string; roles: string[] } = ops) =>
  service.request('GET', `/api/v1/telemetry/${path}`, { as })
const query = (text: string, more: Record<string, string> = {}) =>
  read(`metrics/query?${new URLSearchParams({ query: text, ...more }).toString()}`)
const range = (text: string, more: Record<string, string>) =>
  read(`metrics/query-range?${new URLSearchParams({ query: text, ...more }).toString()}`)
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString()

test('evaluates an expression at one time', async () => {
  const { status, body } = await query('sum by (job) (cups)')
  expect(status).toBe(200)
  expect(body.samples.toSorted((a: any, b: any) => a.value - b.value)).toEqual([
    { labels: { job: 'jams' }, value: 5 },
    { labels: { job: 'teas' }, value: 7 },
  ])
  expect((await query('1 + 1')).body.samples).toEqual([{ labels: {}, value: 2 }])
  expect((await query('pots')).body.samples).toEqual([{ labels: expect.objectContaining({ __name__: 'pots' }) }])
  expect((await query('cups', { at: ago(3_600) })).body.samples).toEqual([])
})

test('evaluates an expression at each step of a period', async () => {
  // two scrapes, so that a step lies between them
  const before = teas.scrapes
  await eventually(() => expect(teas.scrapes).toBeGreaterThan(before + 3))
  const { status, body } = await range('sum(cups{job="teas"})', { from: ago(600), stepSeconds: '1' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ stepSeconds: 1, points: body.series[0].values.length, series: [{ labels: {} }] })
  expect(body.points).toBeGreaterThanOrEqual(601)
  expect(new Set(body.series[0].values)).toEqual(new Set([null, 7]))
  expect(body.series[0].values.at(-1)).toBe(7)
})

test.each([
  ['cups[', '/query'],
  ['topk(1, cups)', '/query'],
  ['spoons', '/query'],
  ['{job="teas"}', '/query'],
])('refuses %s and says why', async (text, pointer) => {
  const { status, body } = await query(text)
  expect([status, body.code, body.errors]).toEqual([
    422,
    'monitoring.query_invalid',
    [{ pointer, detail: expect.any(String) }],
  ])
})

test('refuses periods that end before they begin, and too many steps', async () => {
  const backwards = await range('cups', { from: ago(10), to: ago(20) })
  expect([backwards.status, backwards.body.code]).toEqual([422, 'monitoring.query_invalid'])
  const long = await range('cups', { from: ago(3_600), stepSeconds: '3' })
  expect([long.status, long.body.code]).toEqual([422, 'monitoring.query_too_large'])
})

test('lists the metrics that are kept', async () => {
  const { items } = (await read('metrics')).body
  expect(items).toContainEqual({ name: 'cups', series: 3, keptSeconds: 21_600 })
  expect(items.map(({ name }: any) => name)).not.toContain('spoons')
})

test('only operators read metrics and uptime', async () => {
  const customer = { subject: newId(), roles: ['customer'] }
  const statuses = await Promise.all(
    ['metrics', 'metrics/query?query=up', 'uptime', 'uptime/teas'].map(
      async (path) => (await read(path, customer)).status,
    ),
  )
  expect(statuses).toEqual([403, 403, 403, 403])
})

test('shows how often the instances of a service responded', async () => {
  const cakes = await shop.add('cakes')
  const uptimeOf = async (name: string) =>
    (await read('uptime')).body.items.find(({ service: each }: any) => each === name)
  await eventually(async () => expect(await uptimeOf('cakes')).toMatchObject({ instances: 1, up: 1, lastHour: 1 }))
  cakes.behaviour = 'fails'
  const down = await eventually(async () => {
    const found = await uptimeOf('cakes')
    expect(found).toMatchObject({ instances: 1, up: 0 })
    return found
  })
  for (const share of [down.lastHour, down.last24Hours, down.last30Days]) {
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(1)
  }
  expect(await uptimeOf('teas')).toMatchObject({ up: 1, lastHour: 1, last24Hours: 1, last30Days: 1 })
  // the scrapes of long ago count for the month alone
  await service.database.transaction(async (tx) => {
    await tx.sql`insert into uptime_hours values ('teas', date_trunc('hour', now()) - interval '48 hours', 1000000, 0)`
    await tx.sql`insert into uptime_hours values ('teas', date_trunc('hour', now()) - interval '721 hours', 1000000000, 0)`
  })
  const later = await uptimeOf('teas')
  expect(later.last24Hours).toBe(1)
  expect(later.last30Days).toBeGreaterThan(0)
  expect(later.last30Days).toBeLessThan(0.01)
  const { body } = await read('uptime/cakes?days=2')
  expect(body.days.length).toBeGreaterThan(0)
  for (const { scrapes, succeeded } of body.days) expect(scrapes).toBeGreaterThanOrEqual(succeeded)
  expect((await read('uptime/nothing')).body.days).toEqual([])
})
