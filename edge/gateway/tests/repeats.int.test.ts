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
