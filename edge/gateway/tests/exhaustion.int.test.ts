import { setTimeout as delay } from 'node:timers/promises'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exhaustionSize } from './config.ts'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

/** At full size: EXHAUSTION=10000,100 npm test -- --project int edge/gateway/tests/exhaustion */
const { leaving, silent } = exhaustionSize()
const atOnce = 64

let gateway: GatewayUnderTest

beforeEach(async () => {
  gateway = await gatewayUnderTest()
})

afterEach(() => gateway.stop())

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
const asAda = 'Authorization: Bearer customer-ada\r\n'
const taken = async () => (await gateway.bulkheads()).filter(({ active, waiting }) => active + waiting > 0)
const large = 'x'.repeat(400_000)

test('answers that are not read take no place of a service, and others are served', async () => {
  gateway.upstream.answer = (_request, response) => response.end(large)
  const greedy = await Promise.all(
    Array.from({ length: 8 }, () => gateway.open(get('/openapi.json').repeat(20) + get('/oauth2/jwks').repeat(75))),
  )
  const slow = await Promise.all(Array.from({ length: 150 }, () => gateway.open(get('/api/v1/orders', asAda))))
  expect((await fetch(`${gateway.url}/oauth2/jwks`)).status).toBe(200)
  const others = { headers: { authorization: 'Bearer customer-bob' } }
  expect((await fetch(`${gateway.url}/api/v1/orders`, others)).status).toBe(200)
  await expect.poll(taken).toEqual([])
  for (const socket of [...greedy, ...slow]) socket.destroy()
})

test('a connection that sends over 100 requests at once is closed', async () => {
  const socket = await gateway.open(get('/api/v1/orders', asAda).repeat(300))
  await new Promise((resolve) => socket.resume().once('close', resolve))
  await expect.poll(taken).toEqual([])
})

test('pipelined requests are answered in their order, each after the one before', async () => {
  let underWay = 0
  let mostUnderWay = 0
  gateway.upstream.answer = (request, response) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    setImmediate(() => {
      underWay -= 1
      response.end(`<${request.method} ${request.url}>`)
    })
  }
  const paths = Array.from({ length: 60 }, (_, index) => `/api/v1/orders?limit=${index + 1}`)
  const post = `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\n${asAda}Connection: close\r\nContent-Length: 150000\r\n\r\n`
  const answer = await gateway.raw(paths.map((path) => get(path, asAda)).join('') + post + 'y'.repeat(150_000))
  const said = [...answer.matchAll(/<(\w+ [^>]+)>/g)].map(([, what]) => what)
  expect(said).toEqual([...paths.map((path) => `GET ${path}`), 'POST /api/v1/orders'])
  expect(mostUnderWay).toBe(1)
})

test('a client that leaves while its token is verified leaves no place taken', async () => {
  for (let index = 0; index < 60; index++) {
    const socket = await gateway.open(get('/api/v1/inventory/availability?sku=A', asAda.replace('ada', 'slow')))
    socket.resetAndDestroy()
  }
  expect((await fetch(`${gateway.url}/api/v1/inventory/availability?sku=A`)).status).toBe(200)
  await expect.poll(taken).toEqual([])
})

test('requests behind a stream wait for it, and no place of the service with them', async () => {
  gateway.upstream.answer = (request, response) => {
    if (!request.url?.endsWith('/events')) return response.end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    return undefined
  }
  const stream = get('/api/v1/orders/01920000-0000-7000-8000-000000000001/events', asAda)
  const socket = await gateway.open(stream + get('/api/v1/orders', asAda).repeat(6))
  await new Promise((resolve) => socket.once('data', resolve))
  expect((await taken()).map(({ name, active }) => [name, active])).toEqual([['streams', 1]])
  expect(gateway.upstream.requests).toHaveLength(1)
  socket.destroy()
  await expect.poll(taken).toEqual([])
})

test('one client may have 20 streams open, and another after it has closed one', async () => {
  gateway.upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
  }
  const open = async (name: string) => {
    const abort = new AbortController()
    const response = await fetch(`${gateway.url}/api/v1/orders/01920000-0000-7000-8000-000000000001/events`, {
      headers: { authorization: `Bearer customer-${name}` },
      signal: abort.signal,
    })
    // The response is held on to: fetch cancels the body of one that is collected as garbage.
    return { status: response.status, response, close: () => abort.abort() }
  }
  const streams = await Promise.all(Array.from({ length: 20 }, () => open('ada')))
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await open('ada')).status).toBe(429)
  expect((await open('bob')).status).toBe(200)
  streams[0]?.close()
  await expect.poll(async () => (await open('ada')).status).toBe(200)
})

test('a client that does not read is disconnected', async () => {
  await gateway.stop()
  gateway = await gatewayUnderTest({ CLIENT_TIMEOUT_MS: '1000' })
  const socket = await gateway.open(get('/openapi.json').repeat(90))
  // one that does not read learns of it when it writes
  const timer = setInterval(() => socket.write('\r\n'), 100)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(timer)
})

/** Sends a request that never is read to its end, and leaves at a moment of chance. */
async function leave(): Promise<void> {
  const requests = [
    get('/api/v1/orders', asAda),
    get('/api/v1/products'),
    get('/api/v1/inventory/availability?sku=A', asAda),
    get('/api/v1/orders', asAda).repeat(20),
    `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\n${asAda}Content-Length: 10\r\n\r\n12345`,
  ]
  const socket = await gateway.open(requests[Math.floor(Math.random() * requests.length)] ?? '')
  if (Math.random() < 0.3) socket.resume()
  if (Math.random() < 0.7) await delay(Math.random() * 60)
  if (Math.random() < 0.5) socket.resetAndDestroy()
  else socket.destroy()
}

test('however many clients leave at any moment or never read, no place stays taken and others are served', async () => {
  gateway.upstream.answer = ({ url }, response) => {
    const body = url?.endsWith('limit=100') === true || Math.random() < 0.1 ? large : '{"items":[]}'
    setTimeout(() => response.end(body), Math.random() * 20)
  }
  const greedy = get('/openapi.json') + get('/api/v1/orders?limit=100', asAda).repeat(60)
  const never: Socket[] = []
  for (let index = 0; index < silent; index++) never.push(await gateway.open(greedy))
  // they are stuck, and took what they needed to be so
  await expect.poll(async () => [gateway.upstream.requests.length >= silent, await taken()]).toEqual([true, []])
  const statuses: number[] = []
  let isOver = false
  const others = (async () => {
    const headers = { authorization: 'Bearer customer-bob' }
    while (!isOver) {
      statuses.push((await fetch(`${gateway.url}/api/v1/orders`, { headers })).status)
      await delay(5)
    }
  })()
  let begun = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (begun++ < leaving || statuses.length < 20) await leave()
    }),
  )
  isOver = true
  await others
  await delay(1_000)
  const afterOneSecond = await taken()
  process.stdout.write(
    `${begun} clients left and ${silent} never read: ${statuses.length} requests of others answered meanwhile, ` +
      `bulkheads not empty one second later: ${JSON.stringify(afterOneSecond)}\n`,
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  await expect.poll(taken).toEqual([])
  for (const socket of never) socket.destroy()
})
