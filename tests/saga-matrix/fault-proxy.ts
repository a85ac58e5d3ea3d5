import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { callHeaders } from '@stoa/rpc'

/** What crosses, as it crosses. */
export interface Message {
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

/** One attempt of a saga's call, seen between order and its callee. */
export interface SagaCall {
  readonly callee: string
  /** `/stoa.payment.v1.PaymentRpc/Pay` */
  readonly path: string
  readonly saga: string
  readonly key: string
  readonly step: string
  readonly part: 'action' | 'compensation'
  readonly request: Message
}

/** What order gets: an answer, a connection cut as by a process that died, or nothing at all. */
export type Answer = Message | 'cut' | 'silence'

/** Stands between one saga and its callees. `forward` rejects when the callee is gone. */
export type Interceptor = (call: SagaCall, forward: () => Promise<Message>) => Promise<Answer>

/** A proxy that knows the call and the saga it is made for. */
export interface FaultProxy {
  /** Ports that lead to a callee, as many as it pretends to have instances. */
  readonly portsOf: (callee: string) => readonly number[]
  /** Where a callee listens. */
  readonly lead: (callee: string, port: number) => void
  /** Whatever a saga of this key calls goes through it from now on; calls that came before have waited for it. */
  readonly intercept: (key: string, interceptor: Interceptor) => void
  /** Sends a message to a callee as it is, but with a deadline to come and a token that holds. */
  readonly deliver: (callee: string, request: Message) => Promise<Message>
  /** Every `saga step part` that was called. */
  readonly seen: ReadonlySet<string>
  readonly close: () => Promise<void>
}

const sagaKey = /^([^:/]+):([^/]+)\/([^/]+)\/(action|compensation)$/
const preface = Buffer.from('PRI * HTTP/2.0')
// An order is known by its id only once it is placed; its first call may come before the answer to that has.
const unknownForMs = 10_000

interface State {
  readonly leads: Map<string, number>
  readonly interceptors: Map<string, Interceptor>
  readonly waiting: Map<string, PromiseWithResolvers<void>>
  readonly seen: Set<string>
  readonly tokens: Map<string, string>
  readonly sessions: Map<string, ClientHttp2Session>
}

/** Opens so many ports for each callee. */
export async function openFaultProxy(callees: readonly string[], instances: number): Promise<FaultProxy> {
  const state: State = {
    leads: new Map(),
    interceptors: new Map(),
    waiting: new Map(),
    seen: new Set(),
    tokens: new Map(),
    sessions: new Map(),
  }
  const doors = await Promise.all(
    callees.flatMap((callee) => Array.from({ length: instances }, () => openDoor(state, callee))),
  )
  return {
    portsOf: (callee) => doors.filter((door) => door.callee === callee).map(({ port }) => port),
    lead: (callee, port) => void state.leads.set(callee, port),
    intercept(key, interceptor) {
      state.interceptors.set(key, interceptor)
      state.waiting.get(key)?.resolve()
    },
    deliver(callee, request) {
      const token = state.tokens.get(callee) ?? ''
      const fresh = { [callHeaders.authorization]: token, [callHeaders.deadline]: String(Date.now() + 10_000) }
      return forward(state, callee, { ...request, headers: { ...request.headers, ...fresh } })
    },
    seen: state.seen,
    async close() {
      for (const session of state.sessions.values()) session.destroy()
      await Promise.all(doors.map(({ close }) => close()))
    },
  }
}

interface Door {
  readonly callee: string
  readonly port: number
  readonly close: () => Promise<void>
}

async function openDoor(state: State, callee: string): Promise<Door> {
  const http2 = createHttp2Server()
  http2.on('session', (session) => session.on('error', () => session.destroy()))
  http2.on('stream', (stream, headers) => void serve(state, callee, stream as ServerHttp2Stream, headers))
  const http1 = createHttpServer((_request, response) => {
    // Readiness, asked while a breaker is open.
    fetch(`http://127.0.0.1:${state.leads.get(callee) ?? 0}/health/ready`)
      .then(({ status }) => response.writeHead(status).end())
      .catch(() => response.destroy())
  })
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    route(socket, http1, http2)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    callee,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function route(socket: Socket, http1: HttpServer, http2: Http2Server): void {
  socket.on('error', () => socket.destroy())
  socket.once('data', (first: Buffer) => {
    socket.pause()
    socket.unshift(first)
    const length = Math.min(first.length, preface.length)
    const isHttp2 = first.compare(preface, 0, length, 0, length) === 0
    ;(isHttp2 ? http2 : http1).emit('connection', socket)
    process.nextTick(() => socket.resume())
  })
}

async function serve(state: State, callee: string, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
  stream.on('error', () => stream.destroy())
  const answer = await bodyOf(stream)
    .then((body) => answerOf(state, callee, { headers, body }))
    .catch((): Answer => 'cut')
  if (stream.destroyed || answer === 'silence') return
  if (answer === 'cut') {
    stream.session?.destroy()
    return
  }
  stream.respond(ownHeaders(answer.headers))
  stream.end(answer.body)
}

async function answerOf(state: State, callee: string, request: Message): Promise<Answer> {
  const [, saga, key, step, part] = sagaKey.exec(String(request.headers[callHeaders.idempotencyKey])) ?? []
  const token = request.headers[callHeaders.authorization]
  if (typeof token === 'string') state.tokens.set(callee, token)
  const pass = () => forward(state, callee, request)
  if (saga === undefined || key === undefined || step === undefined) return pass()
  const path = String(request.headers[':path'])
  const call = { callee, path, saga, key, step, part: part as SagaCall['part'], request }
  state.seen.add(`${saga} ${step} ${part}`)
  const interceptor = state.interceptors.get(key) ?? (await interceptorOf(state, key))
  return interceptor === undefined ? pass() : interceptor(call, pass)
}

async function interceptorOf(state: State, key: string): Promise<Interceptor | undefined> {
  const known = state.waiting.get(key) ?? Promise.withResolvers<void>()
  state.waiting.set(key, known)
  const late = setTimeout(known.resolve, unknownForMs)
  await known.promise
  clearTimeout(late)
  return state.interceptors.get(key)
}

async function forward(state: State, callee: string, request: Message): Promise<Message> {
  const session = await sessionTo(state, callee)
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const stream = session.request(ownHeaders(request.headers))
  stream.on('error', reject)
  stream.on('close', () => reject(new Error(`${callee} has gone away`)))
  stream.on('response', (headers) => {
    bodyOf(stream).then((body) => resolve({ headers, body }), reject)
  })
  stream.end(request.body)
  return promise
}

async function sessionTo({ leads, sessions }: State, callee: string): Promise<ClientHttp2Session> {
  const known = sessions.get(callee)
  if (known !== undefined && !known.closed && !known.destroyed) return known
  const port = leads.get(callee)
  if (port === undefined) throw new Error(`the address of ${callee} is not set`)
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', resolve)
  socket.once('error', reject)
  await promise
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket })
  session.on('error', () => session.destroy())
  sessions.set(callee, session)
  return session
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What belongs to the message, not to the connection it came by. */
function ownHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { ':authority': _authority, ':scheme': _scheme, host: _host, connection: _connection, ...own } = headers
  return own
}
