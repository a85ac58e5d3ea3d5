import { hash } from 'node:crypto'
import { request as sendHttp } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeEach(async () => {
  gateway = await gatewayUnderTest()
})

afterEach(() => gateway.stop())

const path = '/api/v1/products/0198c0de-0000-7000-8000-00000000000a/images'
const taken = async () => (await gateway.bulkheads()).filter(({ active, waiting }) => active + waiting > 0)

test('an upload reaches its service unchanged, with its length and without a deadline', async () => {
  const body = 'x'.repeat(5_000_000)
  const headers = { authorization: 'Bearer staff', 'content-type': 'image/png' }
  const answer = await fetch(gateway.url + path, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  const [received] = gateway.upstream.requests
  expect(hash('sha256', received?.body ?? '')).toBe(hash('sha256', body))
  expect(received?.headers).toMatchObject({ 'content-length': '5000000' })
  expect(received?.headers['x-request-deadline']).toBeUndefined()
})

test('an upload without the permission is refused before its body is sent', async () => {
  const headers = { authorization: 'Bearer customer', 'content-type': 'image/png' }
  const answer = await fetch(gateway.url + path, { method: 'POST', headers, body: 'x' })
  expect(answer.status).toBe(403)
  expect(gateway.upstream.requests).toHaveLength(0)
})

test('an upload without a length is refused, so that its body is not read as another request', async () => {
  const head = `POST ${path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer staff\r\nContent-Type: image/png\r\n`
  const smuggled = 'DELETE /internal/anything HTTP/1.1\r\nHost: shop\r\n\r\n'
  const body = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
  const answer = await gateway.raw(`${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`)
  expect(answer).toMatch(/^HTTP\/1\.1 411 /)
  expect(answer).toContain('request.length_required')
  expect(gateway.upstream.requests).toEqual([])
})

test('a client that leaves in the middle of an upload holds nothing at the gateway', async () => {
  const headers = { authorization: 'Bearer staff', 'content-type': 'image/png', 'content-length': '1000' }
  const sent = sendHttp(gateway.url + path, { method: 'POST', headers })
  sent.on('error', () => {})
  sent.write('half')
  await new Promise((resolve) => setImmediate(resolve))
  sent.destroy()
  await expect.poll(taken).toEqual([])
  expect(
    (await fetch(gateway.url + path, { method: 'POST', headers: { ...headers, 'content-length': '1' }, body: 'x' }))
      .status,
  ).toBe(200)
})
