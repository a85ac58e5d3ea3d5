import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import { alertFacts } from '@stoa/contracts/monitoring/alert-resources'
import { newId } from '@stoa/kernel'
import { logMigrations } from '@stoa/events'
import { migrationsOf } from '@stoa/service'
import { eventually, startTestService, testDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { fakeSystem, type FakeSystem } from './fake-system.ts'

const facts = Type.Object(alertFacts)
const ops = { subject: newId(), roles: ['ops'] }
const rules = `
groups:
  - name: work
    rules:
      - alert: DeadLetters
        expr: max by (job) (event_dead_letters) > 0
        labels: { severity: ticket }
        annotations:
          summary: "{{ $labels.job }}: {{ $value }} events failed"
          runbook: docs/runbooks/alerts.md#dead-letters
`

let shop: FakeSystem
let folder: string
let settings: Record<string, string>

beforeAll(async () => {
  shop = await fakeSystem()
  folder = await mkdtemp(join(tmpdir(), 'stoa-alerts-'))
  await writeFile(join(folder, 'rules.yaml'), rules)
  // both replicas have one database
  const own = await testDatabase({ sets: await migrationsOf(monitoringService), name: 'monitoring' })
  const log = await testDatabase({ sets: [logMigrations], name: 'monitoring_log' })
  afterAll(async () => {
    await Promise.all([own.close(), log.close()])
  })
  settings = {
    OTLP_TOKEN: 'a-token-of-the-senders',
    REGISTRY_URL: shop.registryUrl,
    ALERT_RULES_FILE: join(folder, 'rules.yaml'),
    SCRAPE_INTERVAL_SECONDS: '1',
    INSTANCE_DOWN_SECONDS: '0',
    DATABASE_URL: own.url,
    LOG_DATABASE_URL: log.url,
  }
})
afterAll(async () => {
  await shop.close()
  await rm(folder, { recursive: true })
})

async function start(more: Record<string, string> = {}) {
  const service = await startTestService(monitoringService, {
    access: accessTable,
    settings: { ...settings, ...more },
  })
  const request = (method: string, path: string, body?: object) =>
    service.request(method, `/api/v1/alerts${path}`, { as: ops, body, key: newId() })
  return {
    request,
    stop: service.stop,
    /** The alerts with a label, in a state; by default those that are not resolved. */
    async alerts(job: string, state?: string): Promise<any[]> {
      const { status, body } = await request('GET', state === undefined ? '' : `?state=${state}&limit=200`)
      expect(status).toBe(200)
      return body.items.filter(({ labels }: any) => labels.job === job)
    },
  }
}

/** The events about the alerts of a service, as they were handed to the relay. */
async function eventsOf(job: string): Promise<string[]> {
  const { openEventLog, parseCloudEvent } = await import('@stoa/events')
  const log = openEventLog({ url: settings['LOG_DATABASE_URL'] as string, applicationName: 'alerts-test' })
  try {
    const { events } = await log.read({ topics: ['monitoring.events'], limit: 1_000 })
    return events
      .map(({ event }) => parseCloudEvent(event))
      .map(({ type, data }) => ({ type, facts: Value.Parse(facts, data) }))
      .filter(({ facts: { labels } }) => labels['job'] === job)
      .map(({ type, facts: { name } }) => `${type} ${name}`)
  } finally {
    await log.close()
  }
}

test('an instance that no longer responds raises an alert, which is acknowledged and resolves', async () => {
  const app = await start()
  const stock = await shop.add('stock')
  await eventually(() => expect(stock.scrapes).toBeGreaterThan(0))
  stock.behaviour = 'fails'
  const [alert] = await eventually(async () => {
    const found = await app.alerts('stock', 'firing')
    expect(found).toHaveLength(1)
    return found
  })
  expect(alert).toMatchObject({
    name: 'InstanceDown',
    severity: 'page',
    service: 'stock',
    value: 0,
    labels: { alertname: 'InstanceDown', instance: `127.0.0.1:${stock.port}` },
    summary: `stock: the instance 127.0.0.1:${stock.port} does not respond`,
    runbook: 'docs/runbooks/alerts.md#instance-down',
  })
  await eventually(async () => expect(await eventsOf('stock')).toEqual(['alert.fired InstanceDown']))
  const acknowledged = await app.request('POST', `/${alert.id}/acknowledge`, { comment: 'on it' })
  expect(acknowledged.body).toMatchObject({ acknowledgedBy: ops.subject, acknowledgement: 'on it' })
  await app.request('POST', `/${alert.id}/acknowledge`, { comment: 'me too' })
  expect((await app.request('GET', `/${alert.id}`)).body).toMatchObject({ acknowledgement: 'on it' })

  stock.behaviour = 'well'
  await eventually(async () => {
    const { body } = await app.request('GET', `/${alert.id}`)
    expect(body).toMatchObject({ state: 'resolved', resolvedAt: expect.any(String) })
  })
  await eventually(async () =>
    expect(await eventsOf('stock')).toEqual(['alert.fired InstanceDown', 'alert.resolved InstanceDown']),
  )
  const late = await app.request('POST', `/${alert.id}/acknowledge`, {})
  expect([late.status, late.body.code]).toEqual([409, 'monitoring.alert_resolved'])
  await app.stop()
})

test('an instance that died and left the registry keeps its alert until it is replaced; one that was stopped raises no alert', async () => {
  const app = await start()
  const [dead, stopped] = [await shop.add('prices'), await shop.add('parcels')]
  await eventually(() => expect(Math.min(dead.scrapes, stopped.scrapes)).toBeGreaterThan(0))
  dead.behaviour = 'fails'
  stopped.status = undefined
  await eventually(async () => expect(await app.alerts('prices', 'firing')).toHaveLength(1))
  dead.status = undefined
  const before = dead.scrapes
  // rounds in which the registry does not list it
  await eventually(() => expect(dead.scrapes).toBeGreaterThan(before + 2))
  expect(await app.alerts('prices', 'firing')).toHaveLength(1)
  expect(await app.alerts('parcels')).toEqual([])
  await shop.add('prices')
  await eventually(async () => expect(await app.alerts('prices')).toEqual([]))
  await app.stop()
})

test('an instance that was stopped while it hung, and is not replaced, is no alert for longer than INSTANCE_MISSING_HOURS', async () => {
  const app = await start({ INSTANCE_MISSING_HOURS: '0.001' })
  const hung = await shop.add('retired')
  await eventually(() => expect(hung.scrapes).toBeGreaterThan(0))
  hung.behaviour = 'fails'
  const [alert] = await eventually(async () => {
    const found = await app.alerts('retired', 'firing')
    expect(found).toHaveLength(1)
    return found
  })
  hung.status = undefined
  await eventually(async () => {
    expect((await app.request('GET', `/${alert.id}`)).body).toMatchObject({ state: 'resolved' })
  })
  await app.stop()
})

test('an instance that the registry finds unready raises an alert of its own', async () => {
  const app = await start()
  const mails = await shop.add('mails')
  mails.status = 'unhealthy'
  await eventually(async () =>
    expect((await app.alerts('mails')).map(({ name }) => name)).toEqual(['InstanceNotReady']),
  )
  mails.status = 'healthy'
  await eventually(async () => expect(await app.alerts('mails')).toEqual([]))
  await app.stop()
})

test('instances that hang or never end are down, and the others are still scraped', async () => {
  const app = await start()
  const [hanging, endless, well] = [await shop.add('hanging'), await shop.add('endless'), await shop.add('well')]
  hanging.behaviour = 'hangs'
  endless.behaviour = 'never ends'
  await eventually(async () => {
    expect(
      [await app.alerts('hanging', 'firing'), await app.alerts('endless', 'firing')].map((each) => each.length),
    ).toEqual([1, 1])
  })
  const before = well.scrapes
  await eventually(() => expect(well.scrapes).toBeGreaterThan(before + 2))
  expect(await app.alerts('well')).toEqual([])
  hanging.status = endless.status = undefined
  hanging.behaviour = endless.behaviour = 'well'
  await eventually(async () => expect([...(await app.alerts('hanging')), ...(await app.alerts('endless'))]).toEqual([]))
  await app.stop()
})

test('a silenced alert is published when the silence ends, and not at all if it is resolved before', async () => {
  const app = await start()
  const [long, short] = [await shop.add('long', 'event_dead_letters 2\n'), await shop.add('short')]
  const matchers = [
    { name: 'alertname', value: 'DeadLetters' },
    { name: 'job', operator: '=~', value: 'long|short' },
  ]
  const { status, body: silence } = await app.request('POST', '/silences', { matchers, comment: 'a test', minutes: 60 })
  expect(status).toBe(201)
  short.metrics = 'event_dead_letters 1\n'
  const [[alert]] = await eventually(async () => {
    const found = [await app.alerts('long', 'firing'), await app.alerts('short', 'firing')] as const
    expect(found.map((each) => each.length)).toEqual([1, 1])
    return found
  })
  short.metrics = 'event_dead_letters 0\n'
  await eventually(async () => expect(await app.alerts('short')).toEqual([]))
  expect(alert.silencedUntil).toBe(silence.endsAt)
  // the alert of `long` may have fired before the silence was there
  const early = await eventsOf('long')
  expect((await app.request('POST', `/silences/${silence.id}/end`)).status).toBe(200)
  await eventually(async () => expect(await eventsOf('long')).toEqual(['alert.fired DeadLetters']))
  expect(early.length).toBeLessThan(2)
  expect((await app.request('GET', '/silences')).body.items).toEqual([])
  long.metrics = ''
  await eventually(async () => expect(await eventsOf('long')).toContain('alert.resolved DeadLetters'))
  expect(await eventsOf('short')).toEqual([])
  await app.stop()
})

test('refuses a silence of everything, and one with a pattern that could take long', async () => {
  const app = await start()
  const refused = async (...matchers: object[]) => {
    const { status, body } = await app.request('POST', '/silences', { matchers, comment: 'a test', minutes: 1 })
    return [status, body.code, body.errors?.[0]?.pointer]
  }
  expect(await refused({ name: 'x', operator: '!=', value: 'y' })).toEqual([
    422,
    'monitoring.silence_invalid',
    '/matchers',
  ])
  expect(await refused({ name: 'job', value: 'a' }, { name: 'x', operator: '=~', value: '(a+)+' })).toEqual([
    422,
    'monitoring.silence_invalid',
    '/matchers/1/value',
  ])
  await app.stop()
})

test('of two replicas one scrapes; when it stops, the other continues with the same alerts', async () => {
  const first = await start()
  const twice = await shop.add('twice', 'event_dead_letters 1\n')
  await eventually(async () => expect(await first.alerts('twice', 'firing')).toHaveLength(1))
  const second = await start()
  const [alert] = await second.alerts('twice', 'firing')
  await first.stop()
  const before = twice.scrapes
  await eventually(() => expect(twice.scrapes).toBeGreaterThan(before + 2))
  expect((await second.alerts('twice')).map(({ id }) => id)).toEqual([alert.id])
  expect(await eventsOf('twice')).toEqual(['alert.fired DeadLetters'])
  twice.metrics = 'event_dead_letters 0\n'
  await eventually(async () =>
    expect(await eventsOf('twice')).toEqual(['alert.fired DeadLetters', 'alert.resolved DeadLetters']),
  )
  await second.stop()
})
