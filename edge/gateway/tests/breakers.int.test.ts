import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver } from '@stoa/discovery'
import { eventually } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway, type RunningGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

interface Breaker {
  readonly service: string
  readonly scope: string
  readonly state: string
  readonly calls: number
  readonly failures: number
}

let order: UpstreamServer
let gateway: RunningGateway
let lines: string[]

beforeEach(async () => {
  lines = []
  order = await upstreamServer()
  gateway = await startGateway({
    config: config.parse({ PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'info', TRACE_SAMPLE_RATIO: '0' }),
    services: catalogue,
    access: accessTable,
    logDestination: { write: (line) => void lines.push(line), flush: () => true, close() {} },
    resolver: staticResolver({ order: [`127.0.0.1:${order.port}`] }),
    verifier: testVerifier((token) => claimsOf(token, [token])),
  })
})

afterEach(async () => {
  await gateway.stop()
  await order.stop()
})

async function get(path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers: { authorization: 'Bearer staff' } })
  const body = (await answer.json()) as { code?: string }
  return `${answer.status} ${body.code ?? ''}`.trim()
}

async function admin<Answer>(path: string, { method = 'GET', as = 'admin' } = {}): Promise<Answer> {
  const url = `http://127.0.0.1:${gateway.adminPort}/admin/circuit-breakers${path}`
  return (await (await fetch(url, { method, headers: { authorization: `Bearer ${as}` } })).json()) as Answer
}

async function breakerOf(scope: string): Promise<Breaker | undefined> {
  const { items } = await admin<{ items: Breaker[] }>(`?callee=order&scope=${scope}`)
  return items[0]
}

/** Hangs up on everything, the question for its readiness too. */
async function hangUpUntilOpen(path: string): Promise<void> {
  order.answer = (request) => request.socket.destroy()
  while ((await get(path)) !== '503 service.circuit_open') expect(order.requests.length).toBeLessThan(20)
}

test('an upstream that hangs up is not asked for those routes any more, and is for the others', async () => {
  await hangUpUntilOpen('/api/v1/orders')
  expect(await breakerOf('orders')).toMatchObject({ service: 'order', state: 'open' })
  order.answer = (request, response) => {
    if (request.url === '/health/ready') request.socket.destroy()
    else response.end('{}')
  }
  expect(await get('/api/v1/orders')).toBe('503 service.circuit_open')
  expect(await get('/api/v1/returns')).toBe('200')
  expect(await breakerOf('returns')).toMatchObject({ state: 'closed' })
})

test('it closes by itself once the instance says that it is ready, also when nobody asks anything', async () => {
  await hangUpUntilOpen('/api/v1/orders')
  order.answer = (_request, response) => response.end('{}')
  await eventually(async () => expect(await breakerOf('orders')).toMatchObject({ state: 'closed' }))
  expect(await get('/api/v1/orders')).toBe('200')
})

test.each([
  ['refuses as another is unavailable', 503, 'payment.provider_unavailable'],
  ['keeps away from another itself', 503, 'service.circuit_open'],
  ['is draining', 503, 'service.draining'],
  ['had no time left', 504, 'request.deadline_exceeded'],
  ['passes on what another answered', 502, 'shipping.carrier_failed'],
])('an upstream that %s has answered, and is asked again', async (_, status, code) => {
  order.answer = (_request, response) => response.writeHead(status).end(JSON.stringify({ code }))
  for (let count = 0; count < 6; count++) expect(await get('/api/v1/orders')).toBe(`${status} ${code}`)
  expect(await breakerOf('orders')).toMatchObject({ state: 'closed', failures: 0 })
})

test('operators reset one breaker or all, each change is logged with its reason, and the state is a metric', async () => {
  await hangUpUntilOpen('/api/v1/orders')
  await hangUpUntilOpen('/api/v1/returns')
  const metrics = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text()
  expect(await metrics()).toMatch(/^circuit_breaker_state\{callee="order",callee_instance="[^"]+",scope="orders"\} 2$/m)
  expect(await admin('/reset', { method: 'POST', as: 'customer' })).toMatchObject({ status: 403 })
  expect(await admin('/reset?callee=order&scope=orders', { method: 'POST' })).toEqual({ reset: 1 })
  expect([(await breakerOf('orders'))?.state, (await breakerOf('returns'))?.state]).toEqual(['closed', 'open'])
  expect(await admin('/reset', { method: 'POST' })).toEqual({ reset: 2 })
  expect((await breakerOf('returns'))?.state).toBe('closed')
  expect(await admin('/reset?callee=nothing', { method: 'POST' })).toEqual({ reset: 0 })
  expect(await admin('/reset?caller=order', { method: 'POST' })).toMatchObject({ status: 422 })
  expect(await metrics()).toMatch(/^circuit_breaker_state\{.*scope="returns"\} 0$/m)
  const changes = lines.filter((line) => line.includes('circuit breaker')).map((line) => JSON.parse(line) as object)
  const reason = { callee: 'order', scope: 'orders', cause: 'failures_in_a_row', lastFailure: expect.any(String) }
  expect(changes).toContainEqual(expect.objectContaining(reason))
  expect(changes).toContainEqual(expect.objectContaining({ scope: 'returns', to: 'closed', cause: 'reset' }))
})
