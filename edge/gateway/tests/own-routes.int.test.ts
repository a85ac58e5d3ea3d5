import { catalogue } from '@stoa/contracts/catalogue'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

const keepers = catalogue.filter(({ personalData }) => personalData !== 'none').map(({ name }) => name)
const ada = '0198c5a0-0000-7000-8000-000000000001'
let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
})
beforeEach(() => {
  gateway.upstream.requests.length = 0
  gateway.upstream.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kept":true}')
})
afterAll(() => gateway.stop())

const ask = (method: string, path: string, token?: string, body?: string) =>
  fetch(gateway.url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
const exportFor = (token: string) => ask('POST', `/api/v1/users/${ada}/export`, token)

test('an export holds the part of every service with personal data, asked as the caller', async () => {
  const answer = await exportFor('customer-one')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { userId, services } = (await answer.json()) as { userId: string; services: object }
  expect(userId).toBe(ada)
  expect(services).toEqual(Object.fromEntries(keepers.map((name) => [name, { kept: true }])))
  expect(gateway.upstream.requests).toHaveLength(keepers.length)
  for (const { method, url, headers } of gateway.upstream.requests) {
    expect([method, url, headers.authorization]).toEqual(['GET', `/personal-data/${ada}`, 'Bearer customer-one'])
  }
})

test('an export that a service refuses is refused as that service does', async () => {
  gateway.upstream.answer = (_request, response) =>
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"request.path_unknown"}')
  const answer = await exportFor('customer-two')
  expect([answer.status, await answer.json()]).toEqual([404, { code: 'request.path_unknown' }])
})

test('an export without the part of one service is not given: it says which is missing', async () => {
  let isFirst = true
  gateway.upstream.answer = (_request, response) => {
    const status = isFirst ? 500 : 200
    isFirst = false
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }
  const answer = await exportFor('customer-three')
  const { code, detail } = (await answer.json()) as { code: string; detail: string }
  expect([answer.status, code]).toEqual([503, 'service.unavailable'])
  expect(keepers.filter((name) => detail.includes(` ${name}.`))).toHaveLength(1)
})

test('exports are limited for each caller', async () => {
  const statuses = []
  for (let index = 0; index < 6; index++) statuses.push((await exportFor('customer-four')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  expect((await exportFor('customer-five')).status).toBe(200)
})

test('an export needs a token', async () => {
  expect((await ask('POST', `/api/v1/users/${ada}/export`)).status).toBe(401)
  expect(gateway.upstream.requests).toEqual([])
})

test('an operator reaches the operating endpoints of a service, with method, query and body', async () => {
  const answer = await ask('POST', '/api/v1/ops/order/sagas/x%3Ay/retry?limit=2', 'ops-olga', '{"reason":"tried"}')
  expect([answer.status, await answer.json()]).toEqual([200, { kept: true }])
  expect(gateway.upstream.requests).toEqual([
    expect.objectContaining({ method: 'POST', url: '/admin/sagas/x%3Ay/retry?limit=2', body: '{"reason":"tried"}' }),
  ])
})

test('nobody else reaches them, and a service that is not there is named', async () => {
  expect((await ask('GET', '/api/v1/ops/order/sagas')).status).toBe(401)
  expect((await ask('GET', '/api/v1/ops/order/sagas', 'staff-sam')).status).toBe(403)
  expect((await ask('GET', '/admin/sagas', 'ops-olga')).status).toBe(404)
  expect((await ask('GET', '/api/v1/ops/order/../../../../personal-data/x', 'ops-olga')).status).toBe(404)
  const unknown = await ask('GET', '/api/v1/ops/ordre/sagas', 'ops-olga')
  const { detail } = (await unknown.json()) as { detail: string }
  expect([unknown.status, detail]).toEqual([404, expect.stringContaining('There is no service "ordre"')])
  expect(gateway.upstream.requests).toEqual([])
})

test("the gateway's own operating endpoints are reached in the same way", async () => {
  const routes = await ask('GET', '/api/v1/ops/gateway/routes', 'ops-olga')
  const { items } = (await routes.json()) as { items: { path: string }[] }
  expect(items.map(({ path }) => path)).toEqual(expect.arrayContaining(['/api/v1/orders', '/api/v1/ops/*']))
  expect((await ask('GET', '/api/v1/ops/gateway/nothing', 'ops-olga')).status).toBe(404)
})

test('the query of an own operating endpoint is read, and an unknown field of it is refused', async () => {
  const some = await ask('GET', '/api/v1/ops/gateway/circuit-breakers?callee=nothing', 'ops-olga')
  expect([some.status, await some.json()]).toEqual([200, { items: [] }])
  expect((await ask('POST', '/api/v1/ops/gateway/circuit-breakers/reset?callee=nothing', 'ops-olga')).status).toBe(200)
  expect((await ask('GET', '/api/v1/ops/gateway/circuit-breakers?called=order', 'ops-olga')).status).toBe(422)
})

test('a body that an own operating endpoint does not take is refused before anything is done', async () => {
  const purge = (body: string) =>
    fetch(`${gateway.url}/api/v1/ops/gateway/cache/purge`, {
      method: 'POST',
      headers: { authorization: 'Bearer ops-olga', 'content-type': 'application/json' },
      body,
    })
  expect((await purge('{"prefix":"/api/v1/products"}')).status).toBe(422)
  expect((await purge('{bad')).status).toBe(400)
  expect((await purge('{}')).status).toBe(200)
})

test('shows the state of every instance with its reason; one examination for all who ask within a second', async () => {
  gateway.upstream.answer = (_request, response) =>
    response
      .writeHead(503, { 'content-type': 'application/json' })
      .end('{"status":"down","components":{"database":{"status":"down","reason":"refused"},"log":{"status":"up"}}}')
  const answers = await Promise.all(['admin', 'admin'].map((token) => ask('GET', '/api/v1/ops/gateway/states', token)))
  const [first, second] = (await Promise.all(answers.map((answer) => answer.json()))) as { items: any[] }[]
  expect(first).toEqual(second)
  expect(first?.items.find(({ service }) => service === 'order')).toMatchObject({
    state: 'down',
    instances: [{ state: 'down', isDrained: false, broken: [{ name: 'database', reason: 'refused' }] }],
  })
  const asked = gateway.upstream.requests.filter(({ url }) => url === '/health')
  expect(asked).toHaveLength(catalogue.length)
  // nothing listens where the registry would be
  expect(first?.items.find(({ service }) => service === 'registry')).toMatchObject({
    state: 'down',
    instances: [{ broken: [{ name: 'response' }] }],
  })
})

test('lists what the contracts of the services declare', async () => {
  const { items } = (await (await ask('GET', '/api/v1/ops/gateway/services', 'admin')).json()) as { items: any[] }
  expect(items.map(({ service }) => service)).toEqual(catalogue.map(({ name }) => name))
  const order = items.find(({ service }) => service === 'order')
  expect(order.sagas).toContain('order-fulfilment')
  expect(order.publishes).toContain('order.created')
  expect(order.calls).toContain('pricing')
  expect((await ask('GET', '/api/v1/ops/gateway/services', 'staff')).status).toBe(403)
})
