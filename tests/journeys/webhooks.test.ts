import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, eventually, newCustomer, place, signIn } from './shop.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: any
}

const received: Received[] = []
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    received.push({ headers: request.headers, body, event: JSON.parse(body) })
    response.writeHead(204).end()
  })
})
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
})
afterAll(() => void receiver.close())

const types = ['order.created', 'order.confirmed', 'order.shipped', 'order.delivered']

test('a merchant gets the events of an order, signed and in order, until the endpoint is deleted', async () => {
  const admin = await signIn('admin@stoa.example')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
  const { status, body: endpoint } = await ask('POST', '/api/v1/webhook-endpoints', {
    as: admin,
    body: { url, types },
  })
  expect(status).toBe(201)
  const { token, paymentMethodId } = await newCustomer()
  const { body: order } = await place({ token, paymentMethodId })
  const ofOrder = () => received.filter(({ event }) => event.subject === order.id)
  await eventually(() => expect(ofOrder().map(({ event }) => event.type)).toEqual(types))
  const key = Buffer.from(endpoint.secret.replace('whsec_', ''), 'base64')
  for (const { headers, body, event } of ofOrder()) {
    const signed = `${event.id}.${String(headers['webhook-timestamp'])}.${body}`
    expect(headers['webhook-id']).toBe(event.id)
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  }
  const path = `/api/v1/webhook-endpoints/${endpoint.id}`
  const { body: log } = await ask('GET', `${path}/deliveries?state=delivered`, { as: admin })
  expect(log.items.map((each: { eventId: string }) => each.eventId)).toContain(ofOrder()[0]?.event.id)
  const removed = await ask('DELETE', path, { as: admin, headers: { 'if-match': '*' } })
  expect(removed.status).toBe(204)
})
