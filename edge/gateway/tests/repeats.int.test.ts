import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver } from '@stoa/discovery'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway, type RunningGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

let order: UpstreamServer
let gateway: RunningGateway

beforeEach(async () => {
  order = await upstreamServer()
  gateway = await startGateway({
    config: config.parse({ PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent', TRACE_SAMPLE_RATIO: '0' }),
    services: catalogue,
    access: accessTable,
    resolver: staticResolver({ order: [`127.0.0.1:${order.port}`] }),
    verifier: testVerifier(() => claimsOf('ada', ['customer'])),
  })
})
afterEach(async () => {
  await gateway.stop()
  await order.stop()
})

interface Refusal {
  readonly status: number
  readonly code: string
  readonly retryAfter?: string
}

/** Refuses the first request like this and accepts those after it; returns the status the client gets and the number of requests. */
async function sendThrough(refusal: Refusal, method: string): Promise<{ status: number; requests: number }> {
  order.answer = (_request, response) => {
    if (order.requests.length > 1) return response.writeHead(200).end('{}')
    const { status, code, retryAfter } = refusal
    const headers = { 'content-type': 'application/problem+json', ...(retryAfter && { 'retry-after': retryAfter }) }
    return response.writeHead(status, headers).end(JSON.stringify({ code }))
  }
  const response = await fetch(`http://127.0.0.1:${gateway.port}/api/v1/orders`, {
    method,
    headers: { authorization: 'Bearer ada' },
    ...(method === 'POST' && { body: '{}' }),
  })
  await response.text()
  return { status: response.status, requests: order.requests.length }
}

test.each<[string, Refusal, string]>([
  ['is unavailable', { status: 503, code: 'service.unavailable' }, 'GET'],
  ['got a bad response itself', { status: 502, code: 'shipping.carrier_failed' }, 'GET'],
  ['is shutting down', { status: 503, code: 'service.draining', retryAfter: '1' }, 'GET'],
  ['is shutting down, also without a key', { status: 503, code: 'service.draining', retryAfter: '1' }, 'POST'],
])('a request is sent again when the service %s', async (_, refusal, method) => {
  expect(await sendThrough(refusal, method)).toEqual({ status: 200, requests: 2 })
})

test.each<[string, Refusal, string]>([
  ['is overloaded', { status: 503, code: 'service.overloaded', retryAfter: '1' }, 'GET'],
  ['waits for the circuit breaker of another', { status: 503, code: 'service.circuit_open', retryAfter: '2' }, 'GET'],
  ['had no time left', { status: 504, code: 'request.deadline_exceeded' }, 'GET'],
  ['may have done something', { status: 503, code: 'service.unavailable' }, 'POST'],
])('a request is sent once when the service %s', async (_, refusal, method) => {
  expect(await sendThrough(refusal, method)).toEqual({ status: refusal.status, requests: 1 })
})

/** Sends a PUT whose first attempt gets no response, and whose further attempts get these; returns what the client gets. */
async function putTwice(later: readonly Refusal[], headers: Record<string, string> = {}) {
  order.answer = (request, response) => {
    const nth = order.requests.length
    if (nth === 1) return request.socket.destroy()
    const { status, code, retryAfter } = later[nth - 2] ?? later.at(-1) ?? { status: 200, code: 'none' }
    const said = { 'content-type': 'application/problem+json', ...(retryAfter && { 'retry-after': retryAfter }) }
    return response.writeHead(status, said).end(JSON.stringify({ code }))
  }
  const response = await fetch(`http://127.0.0.1:${gateway.port}/api/v1/carts/0192/items`, {
    method: 'PUT',
    headers: { authorization: 'Bearer ada', 'content-type': 'application/json', ...headers },
    body: '{}',
  })
  const { code } = (await response.json()) as { code: string }
  const keys = order.requests.map((request) => request.headers['idempotency-key'])
  return { status: response.status, code, keys }
}

const inProgress = { status: 409, code: 'idempotency.in_progress', retryAfter: '1' }

test('a PUT without a key is sent under one key of the gateway, so that the service knows its retry', async () => {
  const { status, keys } = await putTwice([])
  expect({ status, sent: keys.length, different: new Set(keys).size }).toEqual({ status: 200, sent: 2, different: 1 })
  expect(keys[0]).toMatch(/^"[0-9a-f-]{36}"$/)
})

test("a key of the client is sent as it came, and its conflicts are the client's to see", async () => {
  const sent = await putTwice([inProgress], { 'idempotency-key': 'mine' })
  expect(sent).toEqual({ status: 409, code: inProgress.code, keys: ['mine', 'mine'] })
})

test('while the first attempt is still in progress, its retries wait for it', async () => {
  expect(await putTwice([inProgress, { status: 200, code: 'none' }])).toMatchObject({ status: 200 })
  order.requests.length = 0
  const tooLong = await putTwice([inProgress])
  expect(tooLong).toMatchObject({ status: 504, code: 'request.deadline_exceeded' })
  expect(tooLong.keys).toHaveLength(4)
})

test('a conflict of the change itself is not retried', async () => {
  const conflict = { status: 409, code: 'cart.checked_out' }
  expect(await putTwice([conflict])).toMatchObject({ ...conflict, keys: { length: 2 } })
})
