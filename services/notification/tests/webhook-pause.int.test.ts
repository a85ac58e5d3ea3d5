import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { accessTable } from '@stoa/contracts/auth/roles'
import { webhookEndpointPaused } from '@stoa/contracts/notification/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { orderShipped } from '@stoa/contracts/order/events'
import { newId, systemClock } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { notificationService } from '../src/service.ts'
import { makeMerchantReceiver } from './merchant-receiver.ts'
import { startReceiver } from './webhook-receiver.ts'

const admin = { subject: newId(), roles: ['admin'] }
const staffInbox = '00000000-0000-7000-8000-000000000000'
const orderId = newId()
let hoursLater = 0
let service: TestService<NotificationService>

beforeAll(async () => {
  const contact = { email: 'ada@stoa.example', name: 'Ada', locale: 'en', emailVerified: true }
  const user = { getContact: async () => contact, issueLinkToken: async () => ({ token: 'x' }) }
  const clock = { now: () => systemClock.now().add({ hours: hoursLater }) }
  service = await startTestService(notificationService, { access: accessTable, calls: { user }, clock })
})
afterEach(() => void (hoursLater = 0))
afterAll(() => service.stop())

const ask = (method: string, path: string, body?: unknown) =>
  service.request(method, `/api/v1/webhook-endpoints${path}`, {
    as: admin,
    headers: { 'if-match': '*' },
    ...(body === undefined ? {} : { body }),
  })
const register = async (url: string) => (await ask('POST', '', { url, types: ['order.shipped'] })).body
const ship = (number: string) => service.receive(orderShipped, orderId, { orderId, number, customerId: newId() })
const endpointOf = async (id: string) => (await ask('GET', `/${id}`)).body
const pausesOf = async (id: string) =>
  (await service.published(webhookEndpointPaused.type)).filter(({ subject }) => subject === id)

test('an endpoint that fails for a day is paused and reported, and continues in order when it is resumed', async () => {
  const receiver = await startReceiver()
  receiver.respond = (response) => void response.writeHead(500).end()
  const { id } = await register(receiver.url)
  await ship('S-1')
  const { failingSince } = await eventually(async () => {
    const endpoint = await endpointOf(id)
    expect(endpoint).toMatchObject({ status: 'active', failingSince: expect.any(String) })
    return endpoint
  })
  hoursLater = 23
  const attempts = receiver.received.length
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(attempts))
  expect(await endpointOf(id)).toMatchObject({ status: 'active', failingSince })
  // later by more than a pause each time, until there were enough attempts
  await eventually(async () => {
    hoursLater += 1
    expect(await endpointOf(id)).toMatchObject({ status: 'paused', pauseReason: 'failing', failingSince })
  })
  expect(receiver.received.length).toBeGreaterThanOrEqual(12)
  expect(await pausesOf(id)).toMatchObject([{ data: { endpointId: id, reason: 'failing', failingSince } }])
  const { items } = (await service.request('GET', `/api/v1/users/${staffInbox}/notifications`, { as: admin })).body
  const host = new URL(receiver.url).host
  expect(items).toMatchObject([{ kind: 'webhook_endpoint.paused', subject: `Webhooks to ${host} are paused` }])
  expect(items[0].body).toContain(id)

  const before = receiver.received.length
  await ship('S-2')
  receiver.respond = (response) => void response.writeHead(204).end()
  await eventually(async () => expect((await ask('GET', `/${id}/deliveries`)).body.items).toHaveLength(2))
  expect(receiver.received).toHaveLength(before)
  await ask('PATCH', `/${id}`, { status: 'active' })
  await eventually(() =>
    expect(receiver.received.slice(before).map(({ event }) => event.data.number)).toEqual(['S-1', 'S-2']),
  )
  expect(await endpointOf(id)).toMatchObject({ status: 'active' })
})

test('an endpoint that failed while the clock was ahead is tried once the clock is right again', async () => {
  const receiver = await startReceiver()
  receiver.respond = (response) => void response.writeHead(500).end()
  const { id } = await register(receiver.url)
  hoursLater = 48
  await ship('S-7')
  await eventually(async () => expect(await endpointOf(id)).toHaveProperty('failingSince'))
  hoursLater = 0
  receiver.respond = (response) => void response.writeHead(204).end()
  await eventually(async () =>
    expect((await ask('GET', `/${id}/deliveries`)).body.items).toMatchObject([{ state: 'delivered' }]),
  )
})

test('an endpoint that says that it is gone is paused at once', async () => {
  const receiver = await startReceiver()
  receiver.respond = (response) => void response.writeHead(410).end()
  const { id } = await register(receiver.url)
  await ship('S-3')
  await eventually(async () => expect(await endpointOf(id)).toMatchObject({ status: 'paused', pauseReason: 'gone' }))
  expect(receiver.received).toHaveLength(1)
  expect(await pausesOf(id)).toHaveLength(1)
})

test('what has waited for longer than the retention is dropped and counted, and the rest of the log stays', async () => {
  const receiver = await startReceiver()
  const { id } = await register(receiver.url)
  await ship('S-4')
  await eventually(() => expect(receiver.received).toHaveLength(1))
  await ask('PATCH', `/${id}`, { status: 'paused' })
  await ship('S-5')
  const listed = async () => (await ask('GET', `/${id}/deliveries`)).body.items.map((each: any) => each.state)
  await eventually(async () => expect(await listed()).toEqual(['pending', 'delivered']))
  hoursLater = 29 * 24
  await service.runTask('tend-webhooks', {})
  expect(await listed()).toEqual(['pending', 'delivered'])
  hoursLater = 31 * 24
  await service.runTask('tend-webhooks', {})
  expect(await listed()).toEqual([])
  expect(await endpointOf(id)).toMatchObject({ dropped: 1 })
})

test('the receiver of the guide handles a webhook of this service once, and refuses one that was not signed', async () => {
  const handled: string[] = []
  let secret = ''
  const server = makeMerchantReceiver(
    () => secret,
    new Set(),
    ({ type }) => void handled.push(type),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { id, secret: given } = await register(url)
  secret = given
  await ship('S-6')
  await eventually(() => expect(handled).toEqual(['order.shipped']))
  const states = async () => (await ask('GET', `/${id}/deliveries`)).body.items
  const [{ eventId }] = await eventually(async () => {
    const items = await states()
    expect(items).toMatchObject([{ state: 'delivered' }])
    return items
  })
  await ask('POST', `/${id}/deliveries/${eventId}/redeliver`)
  await eventually(async () => expect(await states()).toMatchObject([{ state: 'delivered', attempts: 1 }]))
  expect(handled).toHaveLength(1)
  const forged = { 'webhook-id': eventId, 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) }
  for (const signature of ['v1,AAAA', `v1,${Buffer.alloc(32).toString('base64')}`]) {
    const headers = { ...forged, 'webhook-signature': signature }
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401)
  }
})
