import { connect } from 'node:net'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { orderCreated } from '@stoa/contracts/order/events'
import { staticResolver } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import type { Claims } from '@stoa/security'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway, type RunningGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

let first: UpstreamServer
let second: UpstreamServer
let gateway: RunningGateway
let url: string

const tokens: Record<string, Claims> = {
  ada: claimsOf('ada', ['customer']),
  admin: claimsOf('admin', ['admin']),
}

beforeEach(async () => {
  first = await upstreamServer()
  second = await upstreamServer()
  gateway = await startGateway({
    config: config.parse({ PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent', TRACE_SAMPLE_RATIO: '0' }),
    services: catalogue,
    access: accessTable,
    resolver: staticResolver({
      order: [`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`],
      inventory: [`127.0.0.1:${first.port}`],
      user: [`127.0.0.1:${first.port}`],
      auth: [`127.0.0.1:${first.port}`],
    }),
    verifier: testVerifier((token) => {
      const known = tokens[token]
      if (known === undefined) throw platformError('auth.token_invalid', 'not a token')
      return known
    }),
  })
  url = `http://127.0.0.1:${gateway.port}`
})

afterEach(async () => {
  await gateway.stop()
  await Promise.all([first.stop(), second.stop()])
})

const call = (
  path: string,
  init: Omit<RequestInit, 'headers'> & { as?: string; headers?: Record<string, string> } = {},
) => {
  const { as = 'ada', headers, ...rest } = init
  return fetch(url + path, {
    ...rest,
    headers: { ...(as === '' ? {} : { authorization: `Bearer ${as}` }), ...headers },
  })
}
const problem = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]
const all = () => [...first.requests, ...second.requests]

test('a request reaches its service with its way through the gateway said again', async () => {
  const response = await call('/api/v1/orders?limit=1', {
    headers: { 'x-forwarded-for': '6.6.6.6', 'x-request-id': 'mine', connection: 'x-secret', 'x-secret': '1' },
  })
  expect([response.status, await response.json(), response.headers.get('x-request-id')]).toEqual([
    200,
    { ok: true },
    'mine',
  ])
  expect(response.headers.get('ratelimit')).toMatch(/^"authenticated";r=999;t=\d+$/)
  const [request] = all()
  expect(request?.url).toBe('/api/v1/orders?limit=1')
  expect(request?.headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-request-id': 'mine',
    authorization: 'Bearer ada',
  })
  expect(Number(request?.headers['x-request-deadline'])).toBeGreaterThan(Date.now())
  expect(request?.headers['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[01]$/)
})

test('no token, a bad one and one without the permission are told apart', async () => {
  expect(await problem(await call('/api/v1/orders', { as: '' }))).toEqual([401, 'auth.token_missing'])
  expect(await problem(await call('/api/v1/orders', { as: 'eve' }))).toEqual([401, 'auth.token_invalid'])
  expect(await problem(await call('/api/v1/users'))).toEqual([403, 'auth.permission_missing'])
  expect(all()).toEqual([])
})

test('an answer has one request id, whatever the service has said', async () => {
  first.answer = (_request, response) => response.writeHead(200, { 'x-request-id': 'mine' }).end('{}')
  const { headers } = await call('/api/v1/products', { headers: { 'x-request-id': 'mine' } })
  expect(headers.get('x-request-id')).toBe('mine')
})

test('unknown paths, wrong methods and internal ones end at the gateway', async () => {
  expect(await problem(await call('/api/v1/nothing'))).toEqual([404, 'request.path_unknown'])
  expect(await problem(await call('/admin/sagas'))).toEqual([404, 'request.path_unknown'])
  expect(await problem(await call('/api/services'))).toEqual([404, 'request.path_unknown'])
  const wrong = await call('/api/v1/orders', { method: 'DELETE' })
  expect(wrong.headers.get('allow')).toMatch(/GET, HEAD/)
  expect(await problem(wrong)).toEqual([405, 'request.method_not_allowed'])
  expect(all()).toEqual([])
})

test('an instance that is gone is passed over for what may be repeated', async () => {
  await second.stop()
  for (let index = 0; index < 10; index++) expect((await call('/api/v1/orders')).status).toBe(200)
})

test('a repeat goes to an instance that was not tried yet', async () => {
  second.answer = (_request, response) => response.writeHead(503).end()
  for (let index = 0; index < 10; index++) {
    const before = all().length
    expect((await call('/api/v1/orders')).status).toBe(200)
    expect(all().length - before).toBeLessThanOrEqual(2)
  }
})

test('a write is repeated under its key, and never without one', async () => {
  const unwell = (upstream: UpstreamServer) => {
    upstream.answer = (_request, response) =>
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"code":"busy"}')
  }
  unwell(first)
  unwell(second)
  expect((await call('/api/v1/orders', { method: 'POST', body: '{}' })).status).toBe(503)
  expect(all()).toHaveLength(1)
  const [unkeyed] = all()
  const response = await call('/api/v1/orders', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'idempotency-key': 'k' },
  })
  expect(await problem(response)).toEqual([503, 'busy'])
  const repeats = all().filter((request) => request !== unkeyed)
  expect(repeats.length).toBeGreaterThan(1)
  expect(new Set(repeats.map(({ body, headers }) => `${body} ${String(headers['idempotency-key'])}`))).toEqual(
    new Set(['{"a":1} k']),
  )
})

test('a write whose service keeps no record of the key is sent once', async () => {
  first.answer = (request) => request.socket.destroy()
  const headers = { 'idempotency-key': 'k' }
  for (const path of ['/api/v1/api-keys', '/oauth2/token']) {
    expect(await problem(await call(path, { method: 'POST', body: '{}', headers }))).toEqual([
      503,
      'service.unavailable',
    ])
  }
  expect(all().map((request) => request.url)).toEqual(['/api/v1/api-keys', '/oauth2/token'])
})

test('an instance that operators drain is sent nothing until they end that', async () => {
  const admin = `http://127.0.0.1:${gateway.adminPort}/admin/upstreams`
  const headers = { authorization: 'Bearer admin' }
  const instances = async () => {
    const { items } = (await (await fetch(admin, { headers })).json()) as {
      items: { service: string; instances: { id: string; port: number; isDrained: boolean }[] }[]
    }
    return items.find(({ service }) => service === 'order')?.instances ?? []
  }
  const [one] = await instances()
  const path = `${admin}/order/${encodeURIComponent(one?.id ?? '')}`
  expect((await fetch(`${path}/resume`, { method: 'POST', headers })).status).toBe(404)
  expect((await fetch(`${path}/drain`, { method: 'POST', headers })).status).toBe(200)
  expect((await instances()).map(({ isDrained }) => isDrained)).toEqual([true, false])
  const [drained, other] = one?.port === first.port ? [first, second] : [second, first]
  for (let index = 0; index < 10; index++) await call('/api/v1/orders')
  expect([drained.requests.length, other.requests.length]).toEqual([0, 10])
  expect((await fetch(`${path}/resume`, { method: 'POST', headers })).status).toBe(200)
  expect((await instances()).map(({ isDrained }) => isDrained)).toEqual([false, false])
  for (let index = 0; index < 50; index++) await call('/api/v1/orders')
  expect(drained.requests.length).toBeGreaterThan(0)
})

test('a client above its rate limit is told when to retry', async () => {
  const answers = await Promise.all(Array.from({ length: 150 }, () => call('/api/v1/products', { as: '' })))
  const [refused, ...others] = answers.filter(({ status }) => status === 429)
  // A hundred at once, and on a slow machine what came back meanwhile.
  expect(answers.length - others.length - 1).toBeGreaterThanOrEqual(100)
  expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(refused?.headers.get('ratelimit')).toMatch(/^"public";r=0/)
  expect(await problem(refused as Response)).toEqual([429, 'request.rate_limited'])
})

test('an address from which sign-ins keep failing has to wait', async () => {
  first.answer = (_request, response) => response.writeHead(401).end('{}')
  const signIn = () => call('/api/v1/users/authenticate', { method: 'POST', body: '{}', as: '' })
  for (let index = 0; index < 21; index++) await signIn()
  const before = first.requests.length
  expect((await signIn()).status).toBe(429)
  expect(first.requests).toHaveLength(before)
})

test('a body over 1 MiB is refused', async () => {
  expect(await problem(await call('/api/v1/orders', { method: 'POST', body: 'x'.repeat(1_048_577) }))).toEqual([
    413,
    'request.too_large',
  ])
})

test('a large answer in chunks arrives whole', async () => {
  const part = 'y'.repeat(100_000)
  first.answer = (_request, response) => {
    for (let index = 0; index < 20; index++) response.write(part)
    response.end()
  }
  expect(await (await call('/api/v1/products')).text()).toBe(part.repeat(20))
})

test('the gateway’s own pages answer a wrong method with 405 and the methods that they have', async () => {
  for (const path of ['/openapi.json', '/errors/request.invalid', '/health/live', '/health/ready', '/docs']) {
    for (const method of ['POST', 'DELETE']) {
      const wrong = await call(path, { method })
      expect([path, wrong.headers.get('allow')]).toEqual([path, 'GET, HEAD'])
      expect(await problem(wrong)).toEqual([405, 'request.method_not_allowed'])
    }
  }
  expect((await call('/errors/no.such', { method: 'POST' })).status).toBe(404)
})

test('an answer that breaks off is not passed for a whole one', async () => {
  first.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('only a part', () => response.destroy())
  }
  await expect(call('/api/v1/products').then((response) => response.text())).rejects.toThrow(
    /terminated|aborted|closed/,
  )
})

test('the upstream is let go when the client leaves', async () => {
  const { promise: isGone, resolve } = Promise.withResolvers<void>()
  first.answer = (_request, response) => {
    response.on('close', resolve)
    response.write('begun')
  }
  const abort = new AbortController()
  const response = await call('/api/v1/products', { signal: abort.signal })
  abort.abort()
  await isGone
  expect(response.status).toBe(200)
})

const raw = (text: string) =>
  new Promise<string>((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text, 'latin1'))
    let answer = ''
    socket.on('data', (data) => (answer += data.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', () => {})
  })

test('requests that could be read in two ways are refused and their connection closed', async () => {
  const head = 'POST /api/v1/orders HTTP/1.1\r\nHost: a\r\n'
  for (const bad of [
    `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${head}Content-Length : 3\r\n\r\nabc`,
    `GET /api/v1/products HTTP/1.1\nHost: a\n\n`,
    `GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n`,
  ]) {
    const answer = await raw(bad)
    expect(answer, bad).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.toLowerCase(), bad).toContain('connection: close')
    expect(answer, bad).toMatch(/"traceId":"[\da-f]{32}"/)
  }
  expect(all()).toEqual([])
})

test('a request without Host, and a path of the admin API that cannot be read, are refused in words', async () => {
  const unknown = await raw('GET /api/v1/products HTTP/1.1\r\nConnection: close\r\n\r\n')
  expect(unknown).toMatch(/^HTTP\/1\.1 400 [^]*"code":"request.malformed"/)
  const headers = { authorization: 'Bearer admin' }
  const unread = await fetch(`http://127.0.0.1:${gateway.adminPort}/admin/%zz`, { headers })
  expect(await problem(unread)).toEqual([400, 'request.malformed'])
})

test('a path is matched on what is sent on', async () => {
  const answer = await raw('GET /api/v1/products/%2e%2e/users HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  expect(all()).toEqual([])
})

test('the gateway serves the documents made from the contracts', async () => {
  const openApi = (await (await call('/openapi.json')).json()) as { openapi: string; paths: object }
  expect(openApi.openapi).toMatch(/^3\.1/)
  expect(Object.keys(openApi.paths)).toContain('/api/v1/orders/{id}')
  const page = await (await call('/errors/order.already_shipped')).text()
  for (const said of ['The order has left the warehouse', '409', 'cannot be cancelled', 'return it', 'Retry?<dd>No'])
    expect(page).toContain(said)
  const { version } = orderCreated
  expect(version).not.toBe('1.0.0')
  // events of earlier releases are in the log, and name the schema of their version
  for (const each of [version, '1.0.0']) {
    const schema = (await (await call(`/schemas/order.created/${each}`)).json()) as { properties: object }
    expect(schema.properties).toHaveProperty('orderId')
  }
  expect((await call('/schemas/order.created/2.0.0')).status).toBe(404)
  expect((await call('/health/ready', { as: '' })).status).toBe(200)
})

test('metrics are on the admin port, not on the clients’', async () => {
  await call('/api/v1/products')
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text()
  expect(metrics).toContain('http_route="/api/v1/products"')
  expect((await call('/metrics')).status).toBe(404)
})
