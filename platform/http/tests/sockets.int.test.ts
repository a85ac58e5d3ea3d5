import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describeService, errors, socket, type Caller } from '@stoa/contract'
import { newId, platformError } from '@stoa/kernel'
import { connectSocket, eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { createTelemetry, type LogDestination } from '@stoa/telemetry'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createHttpApp, type HttpApp, type OnInvalidated } from '../src/index.ts'

const contract = describeService({
  name: 'talk',
  port: 9_998,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    talk: socket('/api/v1/talk', {
      summary: 'Returns what it gets, and floods on demand',
      permission: 'talk:join',
      owner: 'none',
      receives: { say: Type.Object({ text: Type.String() }), flood: Type.Object({ bytes: Type.Integer() }) },
      sends: { said: Type.Object({ text: Type.String() }) },
    }),
  },
  personalData: 'none',
})

interface Open {
  readonly messages: AsyncIterable<{ readonly type: string; readonly data: any }>
  readonly send: (message: object) => Promise<void>
}

/** What the handler waits for before it accepts. */
let beforeAccept: Promise<unknown> = Promise.resolve()
/** With what the handler has failed. */
let failure: unknown

function talk(context: { readonly caller: Caller; readonly accept: () => Promise<Open> }): Promise<void> {
  return talkOn(context).catch((error: unknown) => {
    failure = error
    throw error
  })
}

async function talkOn({ accept }: { readonly accept: () => Promise<Open> }): Promise<void> {
  await beforeAccept
  const { messages, send } = await accept()
  for await (const { type, data } of messages) {
    if (type === 'say') await send({ type: 'said', data })
    // not awaited: the limit of what waits ends it
    else
      for (let sent = 0; sent < data.bytes; sent += 10_000)
        void send({ type: 'said', data: { text: 'x'.repeat(10_000) } })
  }
}

let db: TestDatabase
let server: Server
let app: HttpApp
let tell: Parameters<OnInvalidated>[0] = () => {}

beforeAll(async () => {
  db = await testDatabase({ sets: [], name: 'http-sockets' })
})

afterAll(() => db?.close())

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  await app.close()
  await closed
})

/** Starts a service; a token is a session and a lifetime in milliseconds, `one+500`. */
async function start(): Promise<void> {
  const destination: LogDestination = { write() {}, flush() {}, close() {} } as never
  app = await createHttpApp({
    service: contract,
    bindings: { talk },
    database: db.database,
    calls: () => ({}),
    makeTx: (tx) => tx as never,
    authenticate: async ({ headers }) => {
      const [sessionId, lifeMs = '3600000'] = String(headers['x-session']).split('+')
      if (sessionId === 'none') throw platformError('auth.token_invalid', 'no token')
      const can = () => true
      return { kind: 'user', subject: 'ada', roles: [], can, sessionId, expiresAtMs: Date.now() + Number(lifeMs) }
    },
    onInvalidated(listener) {
      tell = listener
      return () => {}
    },
    telemetry: createTelemetry({ service: 'talk', environment: 'test', version: '1', instance: 'a', destination }),
    newId,
    changes: { watch: () => ({ changed: new Promise(() => {}), stop() {} }) },
    version: '1.0.0',
    checkAnswers: true,
  })
  server = createServer({ shouldUpgradeCallback: app.takesUpgrade }, app.listener)
  server.on('upgrade', app.onUpgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

const connect = (session = 'one') => {
  const { port } = server.address() as AddressInfo
  return connectSocket(`http://127.0.0.1:${port}/api/v1/talk`, { headers: { 'x-session': session } })
}

test('a socket ends with its token, and with its session', async () => {
  await start()
  const brief = await connect('one+300')
  expect(await brief.closed).toEqual({ code: 4401, reason: 'the token has expired' })
  const [one, two] = await Promise.all([connect('one'), connect('two')])
  tell(new Set(['two']))
  expect(await two.closed).toEqual({ code: 4401, reason: 'the session has ended' })
  one.send('say', { text: 'still here' })
  await eventually(async () => expect(one.of('said')).toEqual([{ text: 'still here' }]))
  one.close()
  await eventually(async () => expect(app.inFlight()).toBe(0))
  await expect(connect('none')).rejects.toMatchObject({ status: 401, code: 'auth.token_invalid' })
})

test('a client that does not read is disconnected, and the others are not', async () => {
  await start()
  const [slow, other] = await Promise.all([connect(), connect()])
  slow.pause()
  slow.send('flood', { bytes: 100_000_000 })
  await eventually(async () => expect(app.inFlight()).toBe(1))
  other.send('say', { text: 'hello' })
  await eventually(async () => expect(other.of('said')).toEqual([{ text: 'hello' }]))
  other.close()
})

test('a service that stops closes its sockets with a time to come back after', async () => {
  await start()
  const open = await Promise.all([connect(), connect()])
  const stopped = app.close()
  for (const each of open) {
    expect(await each.closed).toEqual({
      code: 1001,
      reason: expect.stringMatching(/^service\.draining retry-after=[1-4]$/),
    })
  }
  await stopped
  expect(app.inFlight()).toBe(0)
})

test('a message that is too large closes its socket', async () => {
  await start()
  const open = await connect()
  open.send('say', { text: 'x'.repeat(70_000) })
  expect(await open.closed).toMatchObject({ code: 1009 })
})

test('a handshake that offers no valid subprotocol is refused, and leaves nothing in progress', async () => {
  await start()
  const { port } = server.address() as AddressInfo
  const request = get({
    port,
    host: '127.0.0.1',
    path: '/api/v1/talk',
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'stoa, stoa',
    },
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(426)
  response.resume()
  await eventually(async () => expect(app.inFlight()).toBe(0))
})

test.each(['before its handler accepts', 'while it accepts'])(
  'a client that leaves %s leaves nothing in progress',
  async (when) => {
    await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    beforeAccept = promise
    failure = undefined
    const sockets: Socket[] = []
    server.once('upgrade', (_request, socket) => sockets.push(socket as Socket))
    connect().catch(() => {})
    await eventually(async () => expect(app.inFlight()).toBe(1))
    const [socket] = sockets
    socket?.destroy()
    if (when === 'before its handler accepts') await vi.waitUntil(() => app.inFlight() === 0, { timeout: 300_000 })
    resolve()
    beforeAccept = Promise.resolve()
    await eventually(async () => expect(failure).toMatchObject({ code: 'request.upgrade_required' }))
    await eventually(async () => expect(app.inFlight()).toBe(0))
  },
)
