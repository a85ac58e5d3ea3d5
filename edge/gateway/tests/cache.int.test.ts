import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver } from '@stoa/discovery'
import { newId, platformError } from '@stoa/kernel'
import type { Claims } from '@stoa/security'
import { eventually } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway, type RunningGateway } from '../src/start-gateway.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

let upstream: UpstreamServer
let gateway: RunningGateway

const person = (roles: string[]) =>
  ({
    iss: 'i',
    sub: newId(),
    aud: 'stoa',
    exp: 0,
    iat: 0,
    jti: newId(),
    client_id: 'c',
    scope: 'stoa',
    roles,
    tier: 'free',
  }) as Claims
const tokens: Record<string, Claims> = { ada: person(['customer']), staff: person(['staff']), admin: person(['admin']) }
const verify = (token: string) => {
  const known = tokens[token]
  if (known === undefined) throw platformError('auth.token_invalid', 'not a token')
  return known
}

beforeEach(async () => {
  upstream = await upstreamServer()
  gateway = await startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_SCALE: '100',
      CACHE_MEGABYTES: '1',
    }),
    services: catalogue,
    access: accessTable,
    resolver: staticResolver({ inventory: [`127.0.0.1:${upstream.port}`], order: [`127.0.0.1:${upstream.port}`] }),
    verifier: { verify, forget() {}, revokeSessions() {}, knowsEnded() {}, checkKeys: async () => 1 },
  })
})
afterEach(async () => {
  await gateway.stop()
  await upstream.stop()
})

interface Asking {
  readonly as?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** By node:http: fetch says no-cache by itself where it says If-None-Match. */
const ask = async (path: string, { as, method = 'GET', headers = {} }: Asking = {}) => {
  const authorization = as === undefined ? {} : { authorization: `Bearer ${as}` }
  const sent = request({ port: gateway.port, path, method, headers: { ...authorization, ...headers } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, text: await text(response) }
}
const admin = async (method: string, path: string) =>
  fetch(`http://127.0.0.1:${gateway.adminPort}/admin/cache${path}`, {
    method,
    headers: { authorization: 'Bearer admin' },
  })

/** Lets the service answer with the number of the request and these fields. */
const answering = (headers: Readonly<Record<string, string>>, status = 200) => {
  upstream.answer = (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${upstream.requests.length}`)
}
const fresh = { 'cache-control': 'max-age=60' }
const stale = { 'cache-control': 'max-age=60, stale-while-revalidate=60', age: '70' }
const products = '/api/v1/products'

test('what is fresh is given again without asking, with its age and how it came', async () => {
  answering({ ...fresh, age: '7', etag: '"a"' })
  const first = await ask(`${products}?limit=1`)
  expect([first.text, first.headers['cache-status']]).toEqual(['1', 'stoa; fwd=uri-miss; stored'])
  const second = await ask(`${products}?limit=1`)
  expect([second.text, second.headers['cache-status'], second.headers.etag]).toEqual(['1', 'stoa; hit', '"a"'])
  expect(Number(second.headers.age)).toBeGreaterThanOrEqual(7)
  expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
  expect((await ask(`${products}?limit=2`)).text).toBe('2')
  expect(upstream.requests).toHaveLength(2)
})

test('what the service wants kept by nobody, or by one client, is asked for each time', async () => {
  for (const field of ['no-store', 'private, max-age=60', 'public']) {
    answering({ 'cache-control': field })
    const before = upstream.requests.length
    await ask(products)
    await ask(products)
    expect(upstream.requests.length - before, field).toBe(2)
  }
})

test('an answer is kept only of routes that say it is the same for all', async () => {
  answering({ 'cache-control': 'public, max-age=60' })
  for (const path of ['/api/v1/inventory/availability?sku=A', '/api/v1/orders']) {
    await ask(path, { as: 'ada' })
    await ask(path, { as: 'ada' })
  }
  expect(upstream.requests).toHaveLength(4)
})

test('customers share an answer that was asked for without a token; who sees more never gets it', async () => {
  answering(fresh)
  expect((await ask(products, { as: 'ada', headers: { cookie: 'a=b' } })).text).toBe('1')
  expect(upstream.requests[0]?.headers).not.toHaveProperty('authorization')
  expect(upstream.requests[0]?.headers).not.toHaveProperty('cookie')
  expect((await ask(products)).text).toBe('1')
  expect((await ask(products, { as: 'staff' })).text).toBe('2')
  expect(upstream.requests[1]?.headers.authorization).toBe('Bearer staff')
  expect((await ask(products)).text).toBe('1')
})

test('a hundred who ask at once are answered by one request', async () => {
  upstream.answer = (_request, response) =>
    void setTimeout(() => response.writeHead(200, fresh).end(`${upstream.requests.length}`), 50)
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(products)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 1']))
  expect(upstream.requests).toHaveLength(1)
})

test('those who waited for what cannot be shared ask for themselves', async () => {
  upstream.answer = (_request, response) =>
    void setTimeout(
      () => response.writeHead(200, { 'cache-control': 'private' }).end(`${upstream.requests.length}`),
      50,
    )
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(products)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(upstream.requests).toHaveLength(5)
})

test('a stale answer is given at once and renewed behind it, once', async () => {
  answering(stale)
  expect((await ask(products)).text).toBe('1')
  answering(fresh)
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(products)))
  expect(answers.map(({ text }) => text)).toContain('1')
  await eventually(async () => expect((await ask(products)).text).toBe('2'))
  expect(upstream.requests).toHaveLength(2)
})

test('what must be asked for again is asked for with its tag, and given when it still holds', async () => {
  answering({ 'cache-control': 'max-age=60, must-revalidate', age: '70', etag: '"v1"' })
  await ask(products)
  upstream.answer = (_request, response) => response.writeHead(304, { etag: '"v1"', ...fresh }).end()
  const second = await ask(products)
  expect([second.status, second.text, second.headers['cache-status']]).toEqual([
    200,
    '1',
    'stoa; fwd=stale; fwd-status=304',
  ])
  expect(upstream.requests[1]?.headers['if-none-match']).toBe('"v1"')
  // the 304 has made it fresh
  expect((await ask(products)).headers['cache-status']).toBe('stoa; hit')
  expect(upstream.requests).toHaveLength(2)
})

test('a client that holds the answer is told so, weakly compared, from what is kept', async () => {
  answering({ ...fresh, etag: 'W/"v1"', 'x-more': '1' })
  await ask(products)
  const second = await ask(products, { headers: { 'if-none-match': '"v0", "v1"' } })
  expect([second.status, second.text, second.headers.etag, second.headers['x-more']]).toEqual([
    304,
    '',
    'W/"v1"',
    undefined,
  ])
  expect((await ask(products, { headers: { 'if-none-match': '"v2"' } })).status).toBe(200)
  expect(upstream.requests).toHaveLength(1)
})

test('a client may insist: no-cache asks again, no-store keeps nothing, only-if-cached asks nobody', async () => {
  const wanting = (control: string) => ask(products, { headers: { 'cache-control': control } })
  answering(fresh)
  expect((await wanting('only-if-cached')).status).toBe(504)
  expect((await wanting('no-store')).text).toBe('1')
  expect((await ask(products)).text).toBe('2')
  expect((await wanting('no-cache')).text).toBe('3')
  expect((await ask(products)).text).toBe('3')
  expect((await wanting('only-if-cached')).text).toBe('3')
})

test('each value of a field that the answer varies with has its own', async () => {
  answering({ ...fresh, vary: 'Accept-Language' })
  const inLanguage = (language: string) => ask(products, { headers: { 'accept-language': language } })
  const texts: string[] = []
  for (const language of ['de', 'en', 'de', 'en']) texts.push((await inLanguage(language)).text)
  expect(texts).toEqual(['1', '2', '1', '2'])
})

test('HEAD is answered from what GET brought', async () => {
  answering(fresh)
  await ask(products)
  const head = await ask(products, { method: 'HEAD' })
  expect([head.status, head.text, head.headers['cache-status']]).toEqual([200, '', 'stoa; hit'])
  expect(upstream.requests).toHaveLength(1)
})

test('a change takes what was kept of its path, also what is on its way', async () => {
  const path = `${products}/${newId()}`
  answering(fresh)
  await ask(path)
  await ask(path, { as: 'staff', method: 'DELETE', headers: { 'if-match': '"1"' } })
  expect((await ask(path)).text).toBe('3')
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
  upstream.answer = ({ method }, response) => {
    const text = `${upstream.requests.length}`
    if (method === 'GET') void mayAnswer.then(() => response.writeHead(200, fresh).end(text))
    else response.writeHead(204).end()
  }
  const early = ask(`${path}?x`)
  await eventually(() => expect(upstream.requests).toHaveLength(4))
  await ask(path, { as: 'staff', method: 'DELETE', headers: { 'if-match': '"1"' } })
  answer()
  expect((await early).text).toBe('4')
  expect((await ask(`${path}?x`)).text).toBe('6')
})

test('a service that is unavailable, or unwell, is stood in for as long as its answer allows', async () => {
  answering({ 'cache-control': 'max-age=1, stale-if-error=600', age: '5' })
  await ask(products)
  upstream.answer = (_request, response) => response.writeHead(500).end()
  expect(await ask(products)).toMatchObject({ status: 200, text: '1' })
  upstream.answer = (_request, response) => response.destroy()
  expect(await ask(products)).toMatchObject({ status: 200, text: '1' })
  expect((await ask(`${products}?limit=3`)).status).toBe(503)
})

test('an answer that breaks off is kept by nobody and given to nobody', async () => {
  upstream.answer = (_request, response) => {
    response.writeHead(200, { ...fresh, 'content-length': 100 })
    response.write('only a part', () => response.destroy())
  }
  expect((await ask(products)).status).toBe(503)
  answering(fresh)
  expect((await ask(products)).status).toBe(200)
})

test('an answer too large to keep arrives whole all the same', async () => {
  const part = 'z'.repeat(300_000)
  upstream.answer = (_request, response) => {
    response.writeHead(200, fresh)
    for (let index = 0; index < 10; index++) response.write(part)
    response.end()
  }
  expect((await ask(products)).text).toBe(part.repeat(10))
  expect((await ask(products)).text).toBe(part.repeat(10))
  expect(upstream.requests).toHaveLength(2)
})

test('requests that failed leave their places at the service', async () => {
  upstream.answer = (_request, response) => response.destroy()
  for (let index = 0; index < 4; index++) expect((await ask(`${products}?limit=${index + 1}`)).status).toBe(503)
  const upstreams = await fetch(`http://127.0.0.1:${gateway.adminPort}/admin/upstreams`, {
    headers: { authorization: 'Bearer admin' },
  })
  const { items } = (await upstreams.json()) as { items: { service: string; slots: { active: number } }[] }
  expect(items.find(({ service }) => service === 'inventory')?.slots).toMatchObject({ active: 0 })
})

test('operators see how much is kept, and empty it', async () => {
  answering(fresh)
  await ask(products)
  await ask('/api/v1/categories')
  await ask(products)
  expect(await (await admin('GET', '')).json()).toMatchObject({ entries: 2, evictions: 0 })
  expect(await (await admin('POST', `/purge?prefix=${encodeURIComponent(products)}`)).json()).toEqual({ purged: 1 })
  expect((await ask(products)).text).toBe('3')
  expect(await (await admin('POST', '/purge')).json()).toEqual({ purged: 2 })
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text()
  expect(metrics).toMatch(/http_cache_requests_total\{http_route="\/api\/v1\/products",result="hit"\} 1/)
})
