import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { ask, newCustomer, place, type Customer } from './shop.ts'
import { system } from './system.ts'

let ada: Customer
let eve: Customer
let orderId: string

beforeAll(async () => {
  ada = await newCustomer()
  eve = await newCustomer()
  orderId = (await place(ada)).body.id
})

test('another account can neither read nor change an order', async () => {
  for (const [method, path] of [
    ['GET', `/api/v1/orders/${orderId}`],
    ['GET', `/api/v1/orders/${orderId}/timeline`],
    ['POST', `/api/v1/orders/${orderId}/cancel`],
    ['GET', `/api/v1/users/${ada.id}/orders`],
    ['GET', `/api/v1/orders/customer/${ada.id}`],
  ] as const) {
    expect((await ask(method, path, { as: eve.token })).status, `${method} ${path}`).toBe(404)
  }
  expect((await ask('GET', '/api/v1/orders', { as: eve.token })).body.items).toEqual([])
})

test('another account’s payment, shipment, method and messages cannot be read', async () => {
  const { body: payments } = await ask('GET', `/api/v1/payments?orderId=${orderId}`, { as: ada.token })
  const { body: shipments } = await ask('GET', `/api/v1/shipments?orderId=${orderId}`, { as: ada.token })
  for (const path of [
    `/api/v1/payments/${payments.items[0].id}`,
    `/api/v1/shipments/${shipments.items[0].id}`,
    `/api/v1/users/${ada.id}/notifications`,
  ]) {
    expect((await ask('GET', path, { as: eve.token })).status, path).toBe(404)
  }
  expect((await ask('GET', `/api/v1/payments?orderId=${orderId}`, { as: eve.token })).body.items).toEqual([])
  const stolen = await place({ token: eve.token, paymentMethodId: ada.paymentMethodId })
  expect([stolen.status, stolen.body.code]).toEqual([422, 'order.payment_method_unusable'])
})

test('another account’s profile and addresses cannot be read or changed', async () => {
  const address = { name: 'Ada', line1: 'Row 1', city: 'Wien', postalCode: '1080', country: 'AT' }
  const path = `/api/v1/users/${ada.id}/addresses`
  const { body: made } = await ask('POST', path, { as: ada.token, body: address, key: randomUUID() })
  for (const [method, at] of [
    ['GET', `/api/v1/users/${ada.id}`],
    ['GET', path],
    ['POST', path],
    ['GET', `${path}/${made.id}`],
    ['DELETE', `${path}/${made.id}`],
  ] as const) {
    const { status } = await ask(method, at, {
      as: eve.token,
      headers: { 'if-match': '*' },
      ...(method === 'POST' ? { body: address } : {}),
    })
    expect(status, `${method} ${at}`).toBe(404)
  }
  expect((await ask('GET', `${path}/${made.id}`, { as: eve.token })).status).toBe(404)
  expect((await ask('GET', `/api/v1/users/${eve.id}/addresses/${made.id}`, { as: eve.token })).status).toBe(404)
  expect((await ask('GET', `${path}/${made.id}`, { as: ada.token })).status).toBe(200)
})

test('the role of one service cannot connect to the database of another', async () => {
  const read = async (file: string) => JSON.parse(await readFile(join(system.home, file), 'utf8'))
  const { databasePasswords } = (await read('secrets.json')) as { databasePasswords: Record<string, string> }
  const { postgres: port } = (await read('ports.json')) as { postgres: number }
  const connect = async (role: string, database: string) => {
    const credentials = { user: `stoa_${role}`, password: databasePasswords[role], database: `stoa_${database}` }
    const client = new pg.Client({ host: '127.0.0.1', port, ...credentials })
    try {
      await client.connect()
      return 'connected'
    } catch (error) {
      return (error as { code?: string }).code
    } finally {
      await client.end()
    }
  }
  const names = Object.keys(databasePasswords).filter((name) => name !== 'event_log')
  expect(names.length).toBeGreaterThan(5)
  for (const role of names) {
    for (const database of names)
      expect(await connect(role, database), `${role} → ${database}`).toBe(role === database ? 'connected' : '42501')
  }
})
