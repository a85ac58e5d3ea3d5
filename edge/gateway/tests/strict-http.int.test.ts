import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeEach(async () => {
  gateway = await gatewayUnderTest()
})

afterEach(() => gateway.stop())

const close = 'Connection: close\r\n'
const asAda = 'Authorization: Bearer customer-ada\r\n'

test('what RFC 9112 wants refused is refused with problem details, and its connection closed', async () => {
  for (const bad of [
    `GET /api/v1/products HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n`,
    `GET /api/v1/products HTTP/1.1\r\nHost: a\r\n${asAda}${asAda}\r\n`,
    `GET /api/v1/products\r\n\r\n`,
    `GET /api/v1/products HTTP/2.0\r\nHost: a\r\n\r\n`,
    `GET /api/v1/products HTTP/1.1\r\n\r\n`,
    `POST /api/v1/orders HTTP/1.0\r\n${asAda}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `GET http://user@a/api/v1/products HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET * HTTP/1.1\r\nHost: a\r\n\r\n`,
  ]) {
    const answer = await gateway.raw(bad)
    expect(answer, bad).toMatch(/^HTTP\/1\.1 400 [^]*"code":"request.malformed"/)
    expect(answer.toLowerCase(), bad).toContain('connection: close')
  }
  expect(gateway.upstream.requests).toEqual([])
})

test('an expectation that is not known is a 417 with problem details', async () => {
  const request = `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\n${asAda}${close}Expect: banana\r\nContent-Length: 2\r\n\r\n{}`
  expect(await gateway.raw(request)).toMatch(/^HTTP\/1\.1 417 [^]*"code":"request.expectation_failed"/)
  const known = request.replace('banana', '100-Continue')
  expect(await gateway.raw(known)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  expect(gateway.upstream.requests).toHaveLength(1)
})

test('the absolute form is taken, and its host counts', async () => {
  const answer = await gateway.raw(
    `GET http://shop.example:80/api/v1/orders?limit=1 HTTP/1.1\r\nHost: a\r\n${asAda}${close}\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  const [request] = gateway.upstream.requests
  expect([request?.url, request?.headers['x-forwarded-host']]).toEqual(['/api/v1/orders?limit=1', 'shop.example:80'])
})

test('OPTIONS * says what the server takes', async () => {
  const answer = await gateway.raw(`OPTIONS * HTTP/1.1\r\nHost: a\r\n${close}\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*allow: GET, HEAD, POST/)
})

test('a field that Connection names is there for no policy either', async () => {
  gateway.upstream.answer = (_request, response) => response.writeHead(503).end()
  const order = (connection: string) =>
    gateway.raw(
      `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\n${asAda}Connection: ${connection}\r\nIdempotency-Key: k\r\nContent-Length: 2\r\n\r\n{}`,
    )
  await order('close, Idempotency-Key')
  // a write without a key is never repeated
  expect(gateway.upstream.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined])
  expect(await order('close, authorization')).toMatch(/^HTTP\/1\.1 401 /)
  expect(gateway.upstream.requests).toHaveLength(1)
})

test('answers of services and refusals say that their type is not to be guessed, once', async () => {
  gateway.upstream.answer = (_request, response) =>
    response.writeHead(200, { 'x-content-type-options': 'nosniff', ratelimit: '"own";r=1' }).end('{}')
  const headers = { authorization: 'Bearer customer-ada' }
  for (const path of ['/api/v1/orders', '/api/v1/nothing', '/openapi.json']) {
    const answer = await fetch(gateway.url + path, { headers })
    expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(answer.headers.get('ratelimit'), path).toMatch(/^"(public|authenticated)";r=\d+;t=\d+$/)
  }
})
