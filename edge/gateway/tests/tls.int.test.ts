import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectH2, constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import { Agent, request as sendHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { eventually } from '@stoa/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'
import { selfSigned } from './self-signed.ts'

let [certFile, keyFile] = ['', '']
let gateway: GatewayUnderTest
let first: ReturnType<typeof selfSigned>

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-gateway-tls-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  ;[certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  first = selfSigned(1)
  await writeCertificate(first)
  gateway = await gatewayUnderTest({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, CLIENT_TIMEOUT_MS: '1000' })
  onTestFinished(gateway.stop)
})

async function writeCertificate({ cert, key }: ReturnType<typeof selfSigned>): Promise<void> {
  await writeFile(certFile, cert)
  await writeFile(keyFile, key)
}

const port = () => Number(new URL(gateway.url).port)
const product = '/api/v1/products/0192'

function openH2(): ClientHttp2Session {
  const session = connectH2(`https://localhost:${port()}`, { rejectUnauthorized: false })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

interface Answered {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: string
}

function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Answered> {
  const stream = session.request({ ':path': product, ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  let [answered, text] = [{} as Record<string, unknown>, '']
  stream.on('response', (given) => (answered = given as Record<string, unknown>))
  stream.setEncoding('utf8').on('data', (data: string) => (text += data))
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.on('close', () => resolve({ status: Number(answered[':status']), headers: answered, body: text }))
  })
}

/** The serial number of the certificate that a new connection gets. */
async function serial(): Promise<string> {
  const socket = await openTls(['http/1.1'])
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return new X509Certificate(raw).serialNumber
}

function openTls(protocols: readonly string[]): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { port: port(), host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [...protocols] }
    const socket: TLSSocket = connect(options, () => resolve(socket))
    socket.once('error', reject)
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
  })
}

const closed = (socket: TLSSocket) => new Promise((resolve) => socket.resume().once('close', resolve))

test('HTTP/2 and HTTP/1.1 reach the services with the same policies, and say that TLS was used', async () => {
  const session = openH2()
  const own = { ':path': '/api/v1/users/0192/orders', authorization: 'Bearer customer-ada', cookie: ['a=1', 'b=2'] }
  const answer = await ask(session, own)
  expect(answer).toMatchObject({ status: 200, body: '{"ok":true}' })
  expect(answer.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    ratelimit: expect.stringContaining('authenticated'),
  })
  expect(gateway.upstream.requests[0]?.headers).toMatchObject({
    'x-forwarded-proto': 'https',
    'x-forwarded-host': `localhost:${port()}`,
    cookie: 'a=1; b=2',
  })
  const orders = { ':path': '/api/v1/orders', ':method': 'POST', 'content-type': 'application/json' }
  expect((await ask(session, orders, '{}')).status).toBe(401)
  const headers = { ...orders, authorization: 'Bearer customer-ada', 'idempotency-key': 'one' }
  expect((await ask(session, headers, '{"a":1}')).status).toBe(200)
  expect(gateway.upstream.requests[1]).toMatchObject({ method: 'POST', body: '{"a":1}' })
  expect((await ask(session, { ':path': '/nothing' })).body).toContain('request.path_unknown')

  const agent = new Agent({ rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  const status = await new Promise((resolve, reject) => {
    sendHttps(`${gateway.url.replace('http:', 'https:')}${product}`, { agent }, (response) => {
      resolve([response.statusCode, response.httpVersion, response.headers['strict-transport-security']])
      response.resume()
    })
      .on('error', reject)
      .end()
  })
  expect(status).toEqual([200, '1.1', 'max-age=31536000'])
})

test('new connections get a new certificate, open ones go on, and files that do not fit change nothing', async () => {
  const session = openH2()
  expect((await ask(session, {})).status).toBe(200)
  expect(await serial()).toBe('01')
  await writeFile(certFile, selfSigned(3).cert)
  await writeCertificate(selfSigned(2))
  await eventually(async () => expect(await serial()).toBe('02'))
  expect((await ask(session, {})).status).toBe(200)
  await writeFile(keyFile, selfSigned(4).key)
  expect(await serial()).toBe('02')
})

test('a connection that is kept after its response does not hold up the stop', async () => {
  const draining = await gatewayUnderTest({
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    DRAIN_TIMEOUT_MS: '120000',
  })
  const answers = Promise.withResolvers<() => void>()
  draining.upstream.answer = (_request, response) => answers.resolve(() => response.end('{}'))
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  onTestFinished(() => agent.destroy())
  const status = new Promise((resolve, reject) => {
    sendHttps(`${draining.url.replace('http:', 'https:')}${product}`, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
      .on('error', reject)
      .end()
  })
  const answer = await answers.promise
  const stopped = draining.stop()
  answer()
  expect(await status).toBe(200)
  await stopped
}, 60_000)

test('a certificate without its key stops the start with one sentence', async () => {
  await writeFile(keyFile, selfSigned(9).key)
  await expect(gatewayUnderTest({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile })).rejects.toThrow(
    'expected a certificate and its key in PEM',
  )
  await expect(gatewayUnderTest({ TLS_CERT_FILE: certFile })).rejects.toThrow('TLS_KEY_FILE is not set')
})

test('a client that opens and resets streams is disconnected, and holds nothing', async () => {
  gateway.upstream.answer = () => {}
  const session = openH2()
  let isClosed = false
  session.once('close', () => (isClosed = true))
  while (!isClosed) {
    for (let index = 0; index < 50 && !session.destroyed; index++) {
      const stream = session.request({ ':path': product })
      stream.on('error', () => {})
      stream.close(constants.NGHTTP2_CANCEL)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  const admin = await gateway.bulkheads()
  await eventually(async () => expect((await gateway.bulkheads()).every(({ active }) => active === 0)).toBe(true))
  expect(admin.length).toBeGreaterThan(0)
})

test('a connection has at most 100 streams at once, and header lists as large as those of HTTP/1.1', async () => {
  const session = openH2()
  await ask(session, {})
  expect(session.remoteSettings).toMatchObject({
    maxConcurrentStreams: 100,
    maxHeaderListSize: 16_384,
    enablePush: false,
  })
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-${index}`, '1']))
  await expect(ask(openH2(), many)).rejects.toThrow('NGHTTP2_ENHANCE_YOUR_CALM')
  const long = await ask(openH2(), { 'x-long': 'x'.repeat(20_000) })
  expect([long.status, JSON.parse(long.body)]).toMatchObject([431, { code: 'request.malformed', status: 431 }])
  expect(gateway.upstream.requests).toHaveLength(1)
  expect((await ask(openH2(), {})).status).toBe(200)
})

test('a header block that never ends closes the connection', async () => {
  const socket = await openTls(['h2'])
  const isClosed = closed(socket)
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(4, 0, 0, Buffer.alloc(0)))
  // HEADERS without END_HEADERS, then CONTINUATION with literal fields
  socket.write(frame(1, 0, 1, literal('x-0')))
  let sent = 0
  while (!socket.destroyed && sent < 100_000) {
    for (let index = 0; index < 50; index++) socket.write(frame(9, 0, 1, literal(`x-${sent++}`)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await isClosed
  expect(sent).toBeLessThan(100_000)
})

/** A frame of HTTP/2 (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A field that is not indexed (RFC 7541, 6.2.2). */
function literal(name: string): Buffer {
  return Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([1]), Buffer.from('x')])
}

test('a client that does not read its response is cut off, and its upstream call ends', async () => {
  let isOver = false
  gateway.upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).write(Buffer.alloc(4_000_000))
    response.once('close', () => (isOver = true))
  }
  const session = openH2()
  const stream = session.request({ ':path': product, authorization: 'Bearer customer-ada' })
  stream.on('error', () => {})
  const isClosed = new Promise((resolve) => stream.once('close', resolve))
  stream.pause()
  await isClosed
  await eventually(() => expect(isOver).toBe(true))
})

test('an upload without a length is refused over HTTP/2 too', async () => {
  const path = '/api/v1/products/0198c0de-0000-7000-8000-00000000000a/images'
  const headers = { ':path': path, ':method': 'POST', authorization: 'Bearer staff', 'content-type': 'image/png' }
  expect((await ask(openH2(), headers, 'x')).status).toBe(411)
  expect((await ask(openH2(), { ...headers, 'content-length': '1' }, 'x')).status).toBe(200)
})
