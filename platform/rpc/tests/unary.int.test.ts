import { once } from 'node:events'
import { connect } from 'node:http2'
import { Code, ConnectError, createClient, type ConnectRouter } from '@connectrpc/connect'
import { connectNodeAdapter, createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { AppError } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Health, HealthCheckResponse_ServingStatus as Status } from '../src/gen/health_pb.js'
import { connectRpc, openPort, type Port } from '../src/index.ts'
import { unaryStreams, type UnaryCall } from '../src/unary-stream.ts'

const { check } = Health.method
const headers = { 'idempotency-key': 'k' }
const gone: string[] = []
let taken = 0
let begun = 0
let port: Port

const call: UnaryCall = async (readInput, { header, signal }) => {
  const { service } = (await readInput()) as { service: string }
  if (service === 'refused')
    throw new AppError('invalid', 'shop.closed', 'closed today', { fields: [{ pointer: '/service', detail: 'no' }] })
  if (service === 'broken') throw new Error('secret')
  if (service === 'slow') {
    begun++
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    gone.push(service)
  }
  return { status: header('idempotency-key') === 'k' ? Status.SERVING : Status.NOT_SERVING }
}

beforeAll(async () => {
  const streams = unaryStreams(new Map([['/grpc.health.v1.Health/Check', { method: check, call }]]))
  const routes = (router: ConnectRouter) => router.service(Health, { check: () => ({ status: Status.UNKNOWN }) })
  port = await openPort({
    host: '127.0.0.1',
    port: 0,
    http1: (_request, response) => response.end(),
    http2: connectNodeAdapter({ routes }),
    takesStream: (stream, head) => {
      const isTaken = streams(stream, head)
      if (isTaken) taken++
      return isTaken
    },
  })
})
afterAll(() => port.close(1_000))

const ask = async (service: string, timeoutMs = 5_000, signal?: AbortSignal) => {
  const connection = connectRpc('127.0.0.1', port.port, 'shop')
  try {
    return await connection.unary(check, { service }, { headers, timeoutMs, signal })
  } finally {
    connection.close()
  }
}

test('a call and its answer cross with their metadata', async () => {
  expect(await ask('any')).toMatchObject({ status: Status.SERVING })
})

test('a refusal crosses with its code and fields, a bug without its text', async () => {
  await expect(ask('refused')).rejects.toMatchObject({
    kind: 'invalid',
    code: 'shop.closed',
    message: 'closed today',
    fields: [{ pointer: '/service', detail: 'no' }],
  })
  const error: AppError = await ask('broken').then(
    () => expect.unreachable(),
    (thrown) => thrown,
  )
  expect([error.kind, error.code]).toEqual(['unavailable', 'service.unavailable'])
  expect(String(error.message)).not.toContain('secret')
})

test('a call ends at its deadline or when it is cancelled, and the callee is notified', async () => {
  // on a busy machine a deadline can be over before the callee has begun
  await expect
    .poll(async () => {
      await expect(ask('slow', 50)).rejects.toMatchObject({ code: 'request.deadline_exceeded' })
      return gone
    })
    .toContain('slow')
  const [before, notified] = [begun, gone.length]
  const off = new AbortController()
  const cancel = async () => {
    await expect.poll(() => begun).toBeGreaterThan(before)
    off.abort()
  }
  await Promise.all([
    expect(ask('slow', 60_000, off.signal)).rejects.toMatchObject({ code: 'request.deadline_exceeded' }),
    cancel(),
  ])
  await expect.poll(() => gone.length).toBeGreaterThan(notified)
  await expect(ask('any', 5_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'request.deadline_exceeded' })
})

test('a call to a closed port fails as unavailable', async () => {
  const other = await openPort({ host: '127.0.0.1', port: 0, http1: (_, response) => response.end(), http2: () => {} })
  await other.close(10)
  const connection = connectRpc('127.0.0.1', other.port, 'shop')
  const options = { headers, timeoutMs: 2_000, signal: undefined }
  await expect(connection.unary(check, {}, options)).rejects.toMatchObject({ code: 'service.unavailable' })
  connection.close()
})

test("the library's own clients are understood: Connect here, gRPC and timeouts by the library", async () => {
  const baseUrl = `http://127.0.0.1:${port.port}`
  const connectClient = createClient(Health, createConnectTransport({ baseUrl, httpVersion: '2' }))
  const before = taken
  expect((await connectClient.check({ service: 'any' }, { headers })).status).toBe(Status.SERVING)
  const refusal = await connectClient.check({ service: 'refused' }).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ConnectError)
  expect((refusal as ConnectError).code).toBe(Code.InvalidArgument)
  expect(taken - before).toBe(2)
  const grpc = createClient(Health, createGrpcTransport({ baseUrl }))
  expect((await grpc.check({ service: 'any' })).status).toBe(Status.UNKNOWN)
  expect((await connectClient.check({}, { timeoutMs: 1_000 })).status).toBe(Status.UNKNOWN)
  expect(taken - before).toBe(2)
})

test.each([
  ['what is no message', Buffer.from([0xff, 0xff, 0xff]), 400, 'invalid_argument'],
  ['one that is too large', Buffer.alloc(4 * 1024 * 1024 + 1), 429, 'resource_exhausted'],
])('refuses %s', async (_, body, status, code) => {
  const session = connect(`http://127.0.0.1:${port.port}`)
  const path = '/grpc.health.v1.Health/Check'
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/proto' })
  stream.end(body)
  const [head] = await once(stream, 'response')
  let text = ''
  for await (const part of stream) text += String(part)
  expect([head[':status'], (JSON.parse(text) as { code: string }).code]).toEqual([status, code])
  session.close()
})
