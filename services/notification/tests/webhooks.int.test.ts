import { createHmac, randomUUID } from 'node:crypto'
import { accessTable } from '@stoa/contracts/auth/roles'
import { orderDelivered, orderShipped } from '@stoa/contracts/order/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'
import { deleteSurplus } from '../src/store/webhook-upkeep.ts'
import { isSignedWith, startReceiver, type Receiver, type ReceivedWebhook } from './webhook-receiver.ts'

const manager = { subject: newId(), roles: ['manager'] }
const anyVersion = { 'if-match': '*' }
let service: TestService<NotificationService>

beforeAll(async () => {
  const contact = { email: 'ada@stoa.example', name: 'Ada', locale: 'en', emailVerified: true }
  const user = { getContact: async () => contact, issueLinkToken: async () => ({ token: 'x' }) }
  service = await startTestService(notificationService, { access: accessTable, calls: { user } })
})
afterAll(() => service.stop())

const ask = (method: string, path: string, body?: unknown) =>
  service.request(method, `/api/v1/webhook-endpoints${path}`, {
    as: manager,
    headers: method === 'PATCH' || method === 'DELETE' ? anyVersion : {},
    ...(body === undefined ? {} : { body }),
  })

async function register({ url }: Receiver, types: readonly string[] = ['order.shipped']) {
  const { status, body } = await ask('POST', '', { url: `${url}/hooks`, types })
  expect(status).toBe(201)
  return body as { readonly id: string; readonly secret: string }
}

const orderId = newId()
let shipped = 0
/** Events of one order, whose numbers tell them apart: order is guaranteed for each key. */
const ship = async () => {
  const number = `S-${(shipped += 1)}`
  await service.receive(orderShipped, orderId, { orderId, number, customerId: newId() })
  return number
}
const idOf = ({ headers }: ReceivedWebhook) => headers['webhook-id']
const numbersOf = (webhooks: readonly ReceivedWebhook[]) => webhooks.map(({ event }) => event.data.number)
const arrived = (receiver: Receiver, count: number) =>
  eventually(() => {
    expect(receiver.received.length).toBeGreaterThanOrEqual(count)
    return receiver.received
  })
const deliveriesOf = async (id: string) => (await ask('GET', `/${id}/deliveries`)).body.items

test('an endpoint gets the events of its types as they were published, signed as the specification has it', async () => {
  const receiver = await startReceiver()
  const { id, secret } = await register(receiver)
  const number = await ship()
  await service.receive(orderDelivered, orderId, { orderId, number: 'S-0', customerId: newId() })
  await ship()
  const [first] = await arrived(receiver, 2)
  expect(first?.path).toBe('/hooks')
  expect(first?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
  expect(first?.event).toMatchObject({
    specversion: '1.0',
    type: 'order.shipped',
    subject: orderId,
    data: { orderId, number },
  })
  expect(first?.headers['webhook-id']).toBe(first?.event.id)
  // by the formula of Standard Webhooks, apart from the code of the platform
  const signed = `${first?.event.id}.${String(first?.headers['webhook-timestamp'])}.${first?.body}`
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  expect(first?.headers['webhook-signature']).toBe(signature)
  await eventually(async () =>
    expect(await deliveriesOf(id)).toMatchObject([
      { type: 'order.shipped', state: 'delivered', attempts: 1, statusCode: 204, responseMs: expect.any(Number) },
      { eventId: first?.event.id, state: 'delivered' },
    ]),
  )
  expect(receiver.received.map(({ event }) => event.type)).toEqual(['order.shipped', 'order.shipped'])
})

test('a webhook that fails is repeated with its id, and those after it wait for it', async () => {
  const receiver = await startReceiver()
  const { id } = await register(receiver)
  let failures = 2
  receiver.respond = (response) => void response.writeHead(failures-- > 0 ? 503 : 204).end()
  const numbers = [await ship(), await ship(), await ship()]
  const received = await arrived(receiver, 5)
  expect(new Set(received.slice(0, 3).map(idOf)).size).toBe(1)
  expect(numbersOf(received.slice(2))).toEqual(numbers)
  expect(receiver.mostAtOnce).toBe(1)
  await eventually(async () =>
    expect((await deliveriesOf(id)).map(({ state, attempts }: any) => [state, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 3],
    ]),
  )
  expect((await ask('GET', `/${id}`)).body).not.toHaveProperty('failingSince')
})

test('a slow endpoint does not hold up another one', async () => {
  const [slow, quick] = [await startReceiver(), await startReceiver()]
  const held = new Set<() => void>()
  slow.respond = (response) => void held.add(() => void response.writeHead(204).end())
  await register(slow)
  await register(quick)
  const numbers = [await ship(), await ship(), await ship()]
  expect(numbersOf(await arrived(quick, 3))).toEqual(numbers)
  expect(slow.received).toHaveLength(1)
  slow.respond = (response) => void response.writeHead(204).end()
  for (const release of held) release()
  expect(numbersOf(await arrived(slow, 3))).toEqual(numbers)
})

test('a delivered event is sent again on request, with the same id, and one that waits can be skipped', async () => {
  const receiver = await startReceiver()
  const { id } = await register(receiver)
  await ship()
  const [first] = await arrived(receiver, 1)
  const eventId = first?.event.id
  await eventually(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: 'delivered' }]))
  const again = await ask('POST', `/${id}/deliveries/${eventId}/redeliver`)
  expect([again.status, again.body.state]).toEqual([202, 'pending'])
  const [, second] = await arrived(receiver, 2)
  expect([second?.event, idOf(second as ReceivedWebhook)]).toEqual([first?.event, eventId])

  receiver.respond = (response) => void response.writeHead(500).end()
  await ship()
  const last = await ship()
  const { eventId: stuck } = await eventually(async () => {
    const [, failing] = await deliveriesOf(id)
    expect(failing).toMatchObject({ state: 'pending', statusCode: 500, nextAttemptAt: expect.any(String) })
    return failing
  })
  expect((await ask('POST', `/${id}/deliveries/${stuck}/redeliver`)).body.code).toBe(
    'notification.webhook_delivery_pending',
  )
  receiver.respond = (response) => void response.writeHead(204).end()
  const skipped = await ask('POST', `/${id}/deliveries/${stuck}/skip`)
  expect([skipped.status, skipped.body.state === 'skipped']).toEqual([200, true])
  await eventually(() => expect(receiver.received.at(-1)?.event.data.number).toBe(last))
  expect((await ask('POST', `/${id}/deliveries/${stuck}/skip`)).status).toBe(409)
})

test('a paused endpoint gets nothing until it is resumed, and then all of it in order', async () => {
  const receiver = await startReceiver()
  const { id } = await register(receiver)
  expect((await ask('PATCH', `/${id}`, { status: 'paused' })).body).toMatchObject({
    status: 'paused',
    pauseReason: 'requested',
  })
  const numbers = [await ship(), await ship()]
  await eventually(async () => expect(await deliveriesOf(id)).toHaveLength(2))
  await service.runTask('tend-webhooks', {})
  expect(receiver.received).toHaveLength(0)
  const resumed = (await ask('PATCH', `/${id}`, { status: 'active' })).body
  expect(resumed).toMatchObject({ status: 'active' })
  expect(resumed).not.toHaveProperty('pauseReason')
  expect(numbersOf(await arrived(receiver, 2))).toEqual(numbers)
})

test('after a rotation, both secrets sign', async () => {
  const receiver = await startReceiver()
  const { id, secret: former } = await register(receiver)
  const { status, body } = await ask('POST', `/${id}/rotate-secret`)
  expect([status, body.secret === former]).toEqual([201, false])
  expect(body.formerSecretUntil).toEqual(expect.any(String))
  await ship()
  const [webhook] = await arrived(receiver, 1)
  expect([former, body.secret].map((secret) => isSignedWith(secret, webhook as ReceivedWebhook))).toEqual([true, true])
  expect(JSON.stringify((await ask('GET', `/${id}`)).body)).not.toContain('whsec_')
})

test('a rotation that is repeated, as after a response that was lost, leaves the secret that the receiver has', async () => {
  const receiver = await startReceiver()
  const { id, secret: known } = await register(receiver)
  const rotations = await Promise.all([1, 2, 3].map(() => ask('POST', `/${id}/rotate-secret`)))
  expect(rotations.map(({ status }) => status)).toEqual([201, 201, 201])
  await ship()
  const [webhook] = await arrived(receiver, 1)
  for (const secret of [known, ...rotations.map(({ body }) => body.secret)]) {
    expect(isSignedWith(secret, webhook as ReceivedWebhook)).toBe(true)
  }
})

test('a deleted endpoint gets nothing more, and its log is removed', async () => {
  const [gone, other] = [await startReceiver(), await startReceiver()]
  const { id } = await register(gone)
  await register(other)
  await ship()
  await arrived(gone, 1)
  expect((await ask('DELETE', `/${id}`)).status).toBe(204)
  await ship()
  await arrived(other, 2)
  expect(gone.received).toHaveLength(1)
  expect((await ask('GET', `/${id}`)).status).toBe(404)
  await eventually(async () => {
    await service.runTask('tend-webhooks', {})
    const rows = await service.database.read.sql`select 1 from webhook_endpoints where id = ${id}
      union all select 1 from webhook_deliveries where endpoint_id = ${id}`
    expect(rows).toHaveLength(0)
  })
})

test.each([
  ['http://merchant.example/hooks', 'must begin with https://'],
  ['https://10.0.0.1/hooks', 'must not lead to a private network'],
  ['https://[fd00::1]/hooks', 'must not lead to a private network'],
  ['https://169.254.169.254/latest', 'must not lead to a private network'],
  ['https://ada:secret@merchant.example/', 'must not contain a user name or a password'],
])('refuses the URL %s', async (url, detail) => {
  const { status, body } = await ask('POST', '', { url, types: ['order.shipped'] })
  expect([status, body.code, body.errors?.[0]?.detail ?? body.fields?.[0]?.detail]).toEqual([
    422,
    'notification.webhook_url_refused',
    detail,
  ])
})

test('refuses a type that no service publishes', async () => {
  const { status, body } = await ask('POST', '', {
    url: 'https://merchant.example/',
    types: ['order.shipped', 'order.lost'],
  })
  expect([status, body.code]).toEqual([422, 'notification.webhook_type_unknown'])
  expect(JSON.stringify(body)).toContain('/types/1')
})

test('a host with a private address is not reached, and its delivery says why', async () => {
  const receiver = await startReceiver()
  const { id } = await register(receiver)
  await service.database.transaction(
    ({ sql }) => sql`update webhook_endpoints set url = 'https://10.255.255.254/' where id = ${id}`,
  )
  await ship()
  await eventually(async () =>
    expect(await deliveriesOf(id)).toMatchObject([{ state: 'pending', error: 'the host is not on the Internet' }]),
  )
  expect((await ask('DELETE', `/${id}`)).status).toBe(204)
})

test('a redirect is not followed', async () => {
  const [receiver, other] = [await startReceiver(), await startReceiver()]
  const { id } = await register(receiver)
  receiver.respond = (response) => void response.writeHead(307, { location: other.url }).end()
  await ship()
  await eventually(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: 'pending', statusCode: 307 }]))
  expect(other.received).toHaveLength(0)
})

test('of too many webhooks that wait, the oldest of each endpoint are dropped and counted', async () => {
  const receivers = [await startReceiver(), await startReceiver()]
  const endpoints = await Promise.all(receivers.map((receiver) => register(receiver)))
  for (const { id } of endpoints) await ask('PATCH', `/${id}`, { status: 'paused' })
  for (let count = 0; count < 5; count += 1) await ship()
  const waitingFor = async ({ id }: { readonly id: string }) =>
    (await deliveriesOf(id)).map(({ eventId }: { readonly eventId: string }) => eventId)
  const [first] = await eventually(async () => {
    const all = await Promise.all(endpoints.map(waitingFor))
    expect(all.map(({ length }) => length)).toEqual([5, 5])
    return all
  })
  for (const most of [5, 3]) await service.database.transaction((tx) => deleteSurplus(tx, most, 1_000))
  for (const endpoint of endpoints) {
    expect(await waitingFor(endpoint)).toEqual(first.slice(0, 3))
    expect((await ask('GET', `/${endpoint.id}`)).body.dropped).toBe(2)
    await ask('DELETE', `/${endpoint.id}`)
  }
})

test('there are at most 100 endpoints', async () => {
  const { body } = await ask('GET', '?limit=100')
  const { length } = body.items
  await service.database.transaction(
    ({ sql }) => sql`
      insert into webhook_endpoints (id, url, description, types, status, secret, created_at)
      select gen_random_uuid(), '', 'filler', '{}', 'paused', '', now() from generate_series(1, ${100 - length})`,
  )
  const refused = await ask('POST', '', { url: 'https://merchant.example/', types: ['order.shipped'] })
  expect([refused.status, refused.body.code]).toEqual([409, 'notification.too_many_webhook_endpoints'])
  await service.database.transaction(({ sql }) => sql`delete from webhook_endpoints where description = 'filler'`)
  expect((await ask('POST', '', { url: 'https://merchant.example/', types: ['order.shipped'] })).status).toBe(201)
})

test('only those who manage webhooks see endpoints', async () => {
  for (const roles of [['customer'], ['support'], ['staff']]) {
    const as = { subject: newId(), roles }
    expect((await service.request('GET', '/api/v1/webhook-endpoints', { as })).status).toBe(403)
  }
  expect((await ask('GET', `/${randomUUID()}`)).status).toBe(404)
})
