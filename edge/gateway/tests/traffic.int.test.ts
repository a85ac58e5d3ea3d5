import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

let path: string
let older: UpstreamServer
let newer: UpstreamServer
let legacy: UpstreamServer

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-gateway-traffic-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  path = join(folder, 'traffic.json')
  ;[older, newer, legacy] = [await named('older'), await named('newer'), await named('legacy')]
})

async function named(name: string): Promise<UpstreamServer> {
  const upstream = await upstreamServer()
  onTestFinished(upstream.stop)
  upstream.answer = (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=60' })
      .end(`{"by":"${name}"}`)
  return upstream
}

const write = (...rules: object[]) => writeFile(path, JSON.stringify({ format: 1, rules }))
const canary = (weight: number, rest: object = {}) => ({
  name: 'products',
  service: 'inventory',
  versions: [
    { version: '1.4.0', weight: 100 - weight },
    { version: '1.5.0', weight },
  ],
  ...rest,
})
const strangler = (percent: number, paths = ['/api/v1/users/*']) => ({
  name: 'users',
  paths,
  legacy: { upstream: 'shop', percent },
})

/** A gateway before inventory in two versions, all else in one, and a legacy application. */
async function start() {
  const instances = [
    { host: '127.0.0.1', port: older.port, version: '1.4.0' },
    { host: '127.0.0.1', port: newer.port, version: '1.5.0' },
  ]
  const services = catalogue.map(
    ({ name }) => [name, name === 'inventory' ? instances : instances.slice(0, 1)] as const,
  )
  const gateway = await startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_SCALE: '10000',
      TRACE_SAMPLE_RATIO: '0',
      TRAFFIC_FILE: path,
      LEGACY_UPSTREAMS: `shop=http://127.0.0.1:${legacy.port}`,
    }),
    services: catalogue,
    access: accessTable,
    resolver: staticResolver(Object.fromEntries(services)),
    verifier: testVerifier(async (token) => {
      const [role = '', name = role] = token.split('-')
      if (!Object.hasOwn(accessTable.roles, role)) throw platformError('auth.token_invalid', 'no token')
      return claimsOf(name, [role])
    }),
  })
  onTestFinished(gateway.stop)
  const url = `http://127.0.0.1:${gateway.port}`
  const by = async (at: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${url}${at}`, { ...init, headers })
    const body = (await response.json()) as { readonly by?: string; readonly code?: string }
    return body.by ?? body.code ?? String(response.status)
  }
  const admin = async () => {
    const response = await fetch(`http://127.0.0.1:${gateway.adminPort}/admin/traffic`, {
      headers: { authorization: 'Bearer admin' },
    })
    return (await response.json()) as {
      readonly items: readonly { readonly name: string }[]
      readonly trouble?: string
    }
  }
  return { gateway, url, by, admin }
}

const as = (name: string) => ({ authorization: `Bearer customer-${name}` })
const product = '/api/v1/products/0192'

test('10,000 requests are split by the weights', { timeout: 240_000 }, async () => {
  await write(canary(20))
  const { gateway } = await start()
  const countOf = async (lane: number): Promise<number> => {
    const socket = connect(gateway.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answers = ''
    socket.setEncoding('latin1').on('data', (text: string) => (answers += text))
    for (let sent = 0; sent < 2_500; sent += 50) {
      socket.write(Array.from({ length: 50 }, (_, index) => requestOf(`${lane}x${sent + index}`, index)).join(''))
      await eventually(() => expect(answers.split('"by"')).toHaveLength(sent + 51), 60_000)
    }
    return answers.split('"by":"newer"').length - 1
  }
  const counts = await Promise.all([0, 1, 2, 3].map(countOf))
  // those of the usual version are cached
  expect(newer.requests).toHaveLength(counts.reduce((sum, count) => sum + count))
  expect(Math.abs(newer.requests.length / 100 - 20)).toBeLessThan(2)
})

/** Half of them are anonymous, half have an account of their own. */
function requestOf(name: string, index: number): string {
  const field = index % 2 === 0 ? 'Accept: */*' : `Authorization: Bearer customer-${name}`
  return `GET ${product} HTTP/1.1\r\nHost: shop\r\n${field}\r\n\r\n`
}

test('an account keeps its version, and header and cookie choose one', async () => {
  await write(canary(50, { header: 'x-version', cookie: 'version' }))
  const { by } = await start()
  const first = await Promise.all(Array.from({ length: 40 }, (_, index) => by(product, as(`n${index}`))))
  expect(new Set(first)).toEqual(new Set(['older', 'newer']))
  const again = await Promise.all(Array.from({ length: 40 }, (_, index) => by(product, as(`n${index}`))))
  expect(again).toEqual(first)
  for (let index = 0; index < 10; index++) {
    expect(await by(product, { ...as(`n${index}`), 'x-version': '1.5.0' })).toBe('newer')
    expect(await by(product, { ...as(`n${index}`), cookie: 'a=b; version=1.4.0' })).toBe('older')
  }
})

test('cached responses are those of the usual version, for its clients alone', async () => {
  await write(canary(0, { header: 'x-version' }))
  const { by, url } = await start()
  expect(await by(product)).toBe('older')
  expect(await by(product)).toBe('older')
  expect(older.requests).toHaveLength(1)
  expect(await by(product, { 'x-version': '1.5.0' })).toBe('newer')
  expect(await by(product)).toBe('older')
  // a cache in front of the gateway does not know which version has answered
  const control = async (headers: Record<string, string>) =>
    (await fetch(`${url}${product}`, { headers })).headers.get('cache-control')
  expect(await control({})).toBe('max-age=60')
  expect(await control({ 'x-version': '1.5.0' })).toBe('private, no-cache')
})

test('a version without an instance that may be called leaves its requests to the others', async () => {
  await write({ ...canary(0), versions: [{ version: '9.0.0', weight: 1 }] })
  const { by } = await start()
  expect(['older', 'newer']).toContain(await by(product))
})

test('a version that cannot be reached costs no request: the retry goes to the other', async () => {
  await write(canary(100))
  const { by } = await start()
  await newer.stop()
  expect(await by(product, as('ada'))).toBe('older')
})

test('a file is followed without losing a request, and a bad one changes nothing', async () => {
  await write(canary(0))
  const { by, admin } = await start()
  const running = { isOn: true }
  const answers = new Set<string>()
  const asking = (async () => {
    while (running.isOn) answers.add(await by(product, as('ada')))
  })()
  expect(await by(product, as('bob'))).toBe('older')
  await write(canary(100))
  await eventually(async () => expect(await by(product, as('bob'))).toBe('newer'))
  await write({ ...canary(0), service: 'inventry' })
  await eventually(async () =>
    expect((await admin()).trouble).toBe(
      'the traffic file is refused: the rule products is about inventry, which is not served',
    ),
  )
  expect(await by(product, as('bob'))).toBe('newer')
  await writeFile(path, '{"format":1,')
  await eventually(async () => expect((await admin()).trouble).toBe('the traffic file is refused: it is not JSON'))
  expect((await admin()).items).toMatchObject([canary(100)])
  expect(await by(product, as('bob'))).toBe('newer')
  await write()
  await eventually(async () => expect(await admin()).toEqual({ items: [] }))
  running.isOn = false
  await asking
  expect([...answers].toSorted()).toEqual(['newer', 'older'])
})

test('the files of the guide apply as they are', async () => {
  const fileOf = (name: string) => join(import.meta.dirname, 'traffic', name)
  await copyFile(fileOf('canary.json'), path)
  const { by, admin } = await start()
  expect(await by(product, { 'x-canary': '1.5.0' })).toBe('newer')
  expect(await by(product, { cookie: 'canary=1.4.0' })).toBe('older')
  await copyFile(fileOf('legacy.json'), path)
  await eventually(async () => expect(await by('/shop/basket')).toBe('legacy'))
  expect((await admin()).items.map(({ name }) => name)).toEqual(['products', 'pages'])
})

test('a file that is not valid stops the start with one sentence', async () => {
  await write({ ...strangler(1), legacy: { upstream: 'other', percent: 1 } })
  await expect(start()).rejects.toThrow(
    `TRAFFIC_FILE is "${path}", expected a file of traffic rules: the rule users names the legacy upstream other, which LEGACY_UPSTREAMS does not have`,
  )
})

test('another version gets a copy of reads and never of writes, and cannot slow the client down', async () => {
  await write({ name: 'shadow', service: 'inventory', paths: ['/api/v1/products/*'], mirror: { version: '1.5.0' } })
  const { by } = await start()
  const post = { method: 'POST', body: '{}' }
  const headers = { authorization: 'Bearer admin', 'content-type': 'application/json', 'idempotency-key': 'one' }
  const { requests } = newer
  const copies = () => requests.filter((request) => request.headers['x-stoa-mirrored'] === '1')
  newer.answer = (request, response) => {
    // a copy gets no answer
    if (request.headers['x-stoa-mirrored'] === undefined) response.writeHead(200).end('{"by":"newer"}')
  }
  // more than are copied at once
  for (let index = 0; index < 60; index++) await by(`${product}?n=${index}`, as('ada'))
  await eventually(() => expect(copies()).toHaveLength(32))
  expect(copies().every(({ method }) => method === 'GET')).toBe(true)
  await by('/api/v1/products', headers, post)
  const writes = [...older.requests, ...requests].filter(({ method }) => method === 'POST')
  expect(writes).toHaveLength(1)
  expect(writes[0]?.headers['x-stoa-mirrored']).toBeUndefined()
})

test('requests move path by path between a legacy upstream and the services, by account', async () => {
  await write(strangler(0))
  const { by, admin } = await start()
  const names = Array.from({ length: 100 }, (_, index) => `n${index}`)
  const orders = '/api/v1/users/0192/orders'
  const byAll = async () => {
    const answers: string[] = []
    for (const name of names) answers.push(await by(orders, as(name)))
    return answers
  }
  const before = new Set<string>()
  for (const percent of [0, 30, 70, 100]) {
    await write(strangler(percent))
    await eventually(async () => expect((await admin()).items).toMatchObject([strangler(percent)]))
    const answers = await byAll()
    const found = names.filter((_, index) => answers[index] === 'legacy')
    expect(Math.abs(found.length - percent)).toBeLessThan(percent % 100 === 0 ? 0.1 : 16)
    for (const name of before) expect(found).toContain(name)
    for (const name of found) before.add(name)
  }
  // other paths stay
  expect(await by('/api/v1/orders/0192', as('n1'))).toBe('older')
})

test('a legacy upstream gets what no service has, with its own sign-in, and nothing without a rule', async () => {
  await write(strangler(100, ['/shop/*']))
  const { by, url } = await start()
  expect(await by('/shop/basket', { authorization: 'Basic abc' }, { method: 'POST', body: 'x' })).toBe('legacy')
  expect(legacy.requests[0]).toMatchObject({ url: '/shop/basket', headers: { authorization: 'Basic abc' }, body: 'x' })
  expect(legacy.requests[0]?.headers['x-forwarded-host']).toBe(new URL(url).host)
  expect(await by('/shops')).toBe('request.path_unknown')
  await write()
  await eventually(async () => expect(await by('/shop/basket')).toBe('request.path_unknown'))
})

test('a write is sent to a legacy upstream once, and its policies hold', async () => {
  await write(strangler(100, ['/api/v1/orders/*', '/api/v1/orders']))
  const { by } = await start()
  expect(await by('/api/v1/orders/0192')).toBe('auth.token_missing')
  legacy.answer = (_request, response) => void response.socket?.destroy()
  const headers = { ...as('ada'), 'content-type': 'application/json', 'idempotency-key': 'one' }
  expect(await by('/api/v1/orders', headers, { method: 'POST', body: '{}' })).toBe('service.unavailable')
  expect(legacy.requests).toHaveLength(1)
})
