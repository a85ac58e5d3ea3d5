import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessTable } from '@stoa/contracts/auth/roles'
import { newId } from '@stoa/kernel'
import { verifiedWebhookId } from '@stoa/security'
import { eventually, startTestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { fakeSystem } from './fake-system.ts'

const ops = { subject: newId(), roles: ['ops'] }
const secret = `whsec_${randomBytes(32).toString('base64')}`
const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
let refusals = 0

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    if (refusals > 0) {
      refusals -= 1
      response.writeHead(503).end()
    } else response.writeHead(204).end()
  })
})
const shop = await fakeSystem()

beforeAll(
  () =>
    new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve)
    }),
)
afterAll(async () => {
  receiver.close()
  await shop.close()
})

const start = (more: Record<string, string> = {}) =>
  startTestService(monitoringService, {
    access: accessTable,
    settings: {
      OTLP_TOKEN: 'a-token-of-the-senders',
      REGISTRY_URL: shop.registryUrl,
      SCRAPE_INTERVAL_SECONDS: '1',
      INSTANCE_DOWN_SECONDS: '0',
      ALERT_WEBHOOKS: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts?of=shop`,
      ALERT_WEBHOOK_SECRET: secret,
      ...more,
    },
  })

test('a receiver is told that an alert fired and was resolved, each with one id and a signature, until it accepts', async () => {
  const service = await start({ ALERT_WEBHOOK_PRIVATE: 'true' })
  refusals = 1
  const stock = await shop.add('stock')
  await eventually(() => expect(stock.scrapes).toBeGreaterThan(0))
  stock.behaviour = 'fails'
  await eventually(() => expect(received).toHaveLength(2))
  stock.behaviour = 'well'
  await eventually(() => expect(received).toHaveLength(3))
  const [first, again, last] = received.map(({ headers, body }) => ({
    id: verifiedWebhookId(secret, {
      headers: headers as Record<string, string>,
      body: Buffer.from(body),
      now: Temporal.Now.instant(),
    }),
    ...JSON.parse(body),
  }))
  expect(first).toMatchObject({
    id: `${first.data.alertId}.alert.fired`,
    type: 'alert.fired',
    timestamp: first.data.firedAt,
    data: { name: 'InstanceDown', severity: 'page', service: 'stock' },
  })
  expect(again).toEqual(first)
  expect(last).toMatchObject({
    id: `${first.data.alertId}.alert.resolved`,
    type: 'alert.resolved',
    data: { alertId: first.data.alertId, resolvedAt: expect.any(String) },
  })
  await service.stop()
})

test('nothing is sent to a private network unless that is permitted', async () => {
  const service = await start()
  const before = received.length
  const kept = await shop.add('kept')
  kept.behaviour = 'fails'
  const [alert] = await eventually(async () => {
    const { items } = (await service.request('GET', '/api/v1/alerts?state=firing', { as: ops })).body
    expect(items).toHaveLength(1)
    return items
  })
  const [task] = await eventually(async () => {
    const rows = await service.database.read.sql<{ payload: unknown; error: unknown }>`
      select payload, error from tasks where name = 'send-alert-webhook' and error is not null`
    expect(rows.length).toBeGreaterThan(0)
    return rows
  })
  expect(task?.payload).toEqual({
    alertId: alert.id,
    type: 'alert.fired',
    target: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  expect(JSON.stringify(task?.error)).toContain('not on the Internet')
  expect(received).toHaveLength(before)
  await service.stop()
})

test('does not start with receivers and no secret', async () => {
  await expect(start({ ALERT_WEBHOOK_SECRET: '' })).rejects.toThrow('ALERT_WEBHOOK')
})
