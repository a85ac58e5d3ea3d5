import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { refuseConnect, refuseUnreadable } from './unreadable.ts'

async function answerTo(request: string): Promise<{ head: string; body: any }> {
  const server = createServer((_, response) => response.end('read'))
    .on('clientError', refuseUnreadable)
    .on('connect', refuseConnect)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(request)
  const answer = await text(socket)
  server.close()
  const [head = '', body = ''] = answer.split('\r\n\r\n').slice(-2)
  return { head, body: JSON.parse(body) }
}

test('what is no HTTP is answered with problem details, and the connection ends', async () => {
  const { head, body } = await answerTo('this is\r\nno request\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/)
  expect(body).toMatchObject({ type: '/errors/request.malformed', status: 400, code: 'request.malformed' })
  expect(body.traceId).toMatch(/^[\da-f]{32}$/)
})

test('headers that are too large are 431', async () => {
  const { head, body } = await answerTo(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`)
  expect(head).toMatch(/^HTTP\/1\.1 431 /)
  expect(body.status).toBe(431)
})

test('a refusal names the request, and no path that it has not read', async () => {
  const { head, body } = await answerTo('GET /orders HTTP/1.1\r\nhost: a\r\nno header\r\n\r\n')
  expect(head).toMatch(/\r\nX-Request-Id: [\da-f-]{36}\r\n/)
  expect(body).not.toHaveProperty('instance')
})

test.each([
  ['alone', ''],
  ['after another request', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'],
])('a method that nothing implements is 501, %s', async (_, before) => {
  const { head, body } = await answerTo(`${before}BREW /pot HTTP/1.1\r\nhost: a\r\n\r\n`)
  expect(head).toMatch(/HTTP\/1\.1 501 Not Implemented\r\n/)
  expect(body).toMatchObject({ code: 'request.method_unknown', detail: 'The method BREW is not implemented.' })
})

test('CONNECT is answered', async () => {
  const { head, body } = await answerTo('CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\nx-request-id: mine\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 501 [^]*\r\nX-Request-Id: mine\r\n/)
  expect(body.code).toBe('request.method_unknown')
})
