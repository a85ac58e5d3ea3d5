import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeEach(async () => {
  gateway = await gatewayUnderTest()
})

afterEach(() => gateway.stop())

const decoders = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync }
const list = JSON.stringify({ items: Array.from({ length: 200 }, (_, index) => ({ id: index, name: 'Green tea' })) })

interface Asking {
  readonly method?: string
  readonly headers?: Record<string, string>
}

const ask = async (path: string, { method = 'GET', headers = {} }: Asking = {}) => {
  const sent = request(gateway.url + path, {
    method,
    headers: { authorization: 'Bearer customer-ada', 'accept-encoding': 'br', ...headers },
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const bytes = await buffer(response)
  const coding = response.headers['content-encoding'] as keyof typeof decoders | undefined
  const text = (coding === undefined || bytes.length === 0 ? bytes : decoders[coding](bytes)).toString()
  return { status: response.statusCode, headers: response.headers, coding, text, sizeBytes: bytes.length }
}

const answering = (body: string, headers: Record<string, string> = {}, status = 200) => {
  gateway.upstream.answer = (_request, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
      .end(body)
}

test.each(['br', 'gzip', 'zstd'] as const)('a large answer is sent in %s to clients that take it', async (coding) => {
  answering(list)
  for (const path of ['/api/v1/orders', '/openapi.json']) {
    const answer = await ask(path, { headers: { 'accept-encoding': coding } })
    expect([answer.coding, answer.headers.vary], path).toEqual([coding, 'Accept-Encoding'])
    const plain = await ask(path, { headers: { 'accept-encoding': 'identity' } })
    expect([plain.coding, plain.headers.vary, plain.text === answer.text], path).toEqual([
      undefined,
      'Accept-Encoding',
      true,
    ])
    expect(answer.sizeBytes, path).toBeLessThan(plain.sizeBytes / 3)
  }
})

test('a kept answer is sent in each coding, with its tag, and a client that holds it is told so', async () => {
  answering(list, { 'cache-control': 'public, max-age=60', etag: 'W/"a"' })
  for (const coding of ['br', 'gzip', 'identity', 'br']) {
    const answer = await ask('/api/v1/products', { headers: { 'accept-encoding': coding } })
    expect([answer.coding ?? 'identity', answer.text, answer.headers.etag, answer.headers.vary]).toEqual([
      coding,
      list,
      'W/"a"',
      'Accept-Encoding',
    ])
  }
  expect(gateway.upstream.requests).toHaveLength(1)
  const held = await ask('/api/v1/products', { headers: { 'if-none-match': 'W/"a"' } })
  expect([held.status, held.headers.etag, held.headers.vary, held.coding]).toEqual([
    304,
    'W/"a"',
    'Accept-Encoding',
    undefined,
  ])
  const head = await ask('/api/v1/products', { method: 'HEAD' })
  expect([head.status, head.coding, head.headers.vary, head.text]).toEqual([200, undefined, 'Accept-Encoding', ''])
})

test('what is small, tagged by its bytes, of a sign-in or encoded by its service is sent as it is', async () => {
  answering('{"items":[]}')
  expect((await ask('/api/v1/orders')).coding).toBeUndefined()
  answering(list, { etag: '"2"' })
  const tagged = await ask('/api/v1/orders/01920000-0000-7000-8000-000000000001')
  expect([tagged.coding, tagged.headers.etag, tagged.text]).toEqual([undefined, '"2"', list])
  answering(list)
  expect((await ask('/oauth2/jwks')).coding).toBeUndefined()
  expect((await ask('/api/v1/orders', { method: 'POST' })).coding).toBeUndefined()
  gateway.upstream.answer = (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(gzipSync('own'))
  const own = await ask('/api/v1/orders')
  expect([own.coding, own.text]).toEqual(['gzip', 'own'])
})

test('a stream of events is not held back by an encoder', async () => {
  gateway.upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
  }
  const sent = request(`${gateway.url}/api/v1/orders/01920000-0000-7000-8000-000000000001/events`, {
    headers: { authorization: 'Bearer customer-ada', 'accept-encoding': 'br, gzip' },
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const [first] = (await once(response, 'data')) as [Buffer]
  expect([first.toString(), response.headers['content-encoding']]).toEqual(['data: 1\n\n', undefined])
  response.destroy()
})

test('an answer that breaks off while it is encoded is not passed for a whole one', async () => {
  gateway.upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100_000 })
    response.write(list, () => response.destroy())
  }
  await expect(ask('/api/v1/orders')).rejects.toThrow(/aborted|hang up|ended/)
})

test('a large answer in many parts is encoded whole, and leaves no place taken', async () => {
  const part = Buffer.alloc(100_000, 'tea and coffee ')
  gateway.upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    for (let count = 0; count < 40; count++) response.write(part)
    response.end()
  }
  expect((await ask('/api/v1/orders')).text).toBe(part.toString().repeat(40))
  const sent = request(`${gateway.url}/api/v1/orders`, {
    headers: { authorization: 'Bearer customer-ada', 'accept-encoding': 'br' },
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.destroy()
  await expect.poll(async () => (await gateway.bulkheads()).filter(({ active }) => active > 0)).toEqual([])
})
