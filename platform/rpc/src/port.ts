import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { defaultConnectionLimits, limitConnections, type ConnectionLimits } from './connection-limits.ts'
import { listen } from './listen.ts'
import { notePeer, type MeshPeer } from './mesh-peer.ts'
import { isTls, meshPort, type PortMesh } from './mesh-port.ts'

/** The connection preface of HTTP/2 with prior knowledge (RFC 9113, 3.4) begins with these bytes, no HTTP/1.1 request does. */
const preface = Buffer.from('PRI * HTTP/2.0')

/** A port that serves HTTP/1.1 and HTTP/2 without TLS, and HTTP/2 with mutual TLS, distinguished by the first bytes of a connection. */
export interface Port {
  readonly port: number
  /** Accepts no more connections, closes idle ones, and waits for the others up to the timeout; then it closes them too. */
  close(timeoutMs: number): Promise<void>
}

interface PortOptions {
  readonly host: string
  /** 0 chooses a free port. */
  readonly port: number
  readonly http1: RequestListener
  /** Responds to input that is not an HTTP/1.1 request; if omitted, Node responds without a body. */
  readonly onUnreadable?: (error: Error, socket: Duplex) => void
  /** Whether a request for an upgrade gets one; if omitted, all are served as if they had not asked. */
  readonly takesUpgrade?: (request: IncomingMessage) => boolean
  /** Gets the connection of such a request, and what has arrived behind its head. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Responds to CONNECT; if omitted, Node closes the connection without a response. */
  readonly onConnect?: (request: IncomingMessage, socket: Duplex) => void
  /** Call `onAdmitted` when the caller of the request has been admitted. */
  readonly http2: (request: Http2ServerRequest, response: Http2ServerResponse, onAdmitted: () => void) => void
  /** Gets each HTTP/2 stream first, and returns whether it serves the stream. */
  readonly takesStream?: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, onAdmitted: () => void) => boolean
  /** Tells requests whose body may take any time as long as it arrives; the body of any other must be complete within a minute. */
  readonly takesLongBody?: (request: IncomingMessage) => boolean
  readonly limits?: Partial<ConnectionLimits>
  /** Takes connections with mutual TLS too; without it they are unreadable input. */
  readonly mesh?: PortMesh
}

const bodyTimeMs = 60_000

/** Opens a port for REST and RPC. @throws AppError `service.port_taken` if another process uses the port */
export async function openPort(options: PortOptions): Promise<Port> {
  const http1 = createHttpServer(
    // the listener rejects a request without Host, with a body that Node would not send
    {
      keepAliveTimeout: 65_000,
      headersTimeout: 10_000,
      // Node's limit is the same for all requests
      requestTimeout: options.takesLongBody === undefined ? bodyTimeMs : 0,
      requireHostHeader: false,
      shouldUpgradeCallback: options.takesUpgrade ?? (() => false),
    },
    options.http1,
  )
  if (options.onUnreadable !== undefined) http1.on('clientError', options.onUnreadable)
  if (options.onConnect !== undefined) http1.on('connect', options.onConnect)
  // This server never listens itself; the event starts its tracking of connections, for timeouts and for closing idle ones.
  http1.emit('listening')
  const limits = { ...defaultConnectionLimits, ...options.limits }
  const connections = limitConnections(limits)
  http1.prependListener('request', connections.onRequest)
  const upgraded = new Set<Duplex>()
  const { takesLongBody, onUpgrade } = options
  if (onUpgrade !== undefined) {
    http1.on('upgrade', (request, socket, head) => {
      connections.onUpgrade(socket)
      upgraded.add(socket)
      socket.once('close', () => upgraded.delete(socket))
      onUpgrade(request, socket, head)
    })
  }
  if (takesLongBody !== undefined) {
    http1.prependListener('request', (request) => {
      if (!takesLongBody(request)) limitBodyTime(request, bodyTimeMs)
    })
  }
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: limits.streams } })
  http2.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
    const onAdmitted = connections.onStream(stream)
    if (options.takesStream?.(stream, headers, onAdmitted) === true) return
    options.http2(new Http2ServerRequest(stream, headers, {}, raw), new Http2ServerResponse(stream), onAdmitted)
  })
  http2.on('session', connections.onSession)
  const mesh = options.mesh === undefined ? undefined : secureWay(options.mesh, http2, connections)
  const silent = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    silent.add(socket)
    const speaks = () => silent.delete(socket)
    socket.once('data', speaks).once('close', speaks)
    connections.onSocket(socket)
    route(socket, {
      ...(mesh === undefined ? {} : { secure: mesh.accept }),
      clear: (isHttp2) => connections.accept(socket, () => (isHttp2 ? http2 : http1).emit('connection', socket)),
    })
  })
  const port = await listen(server, options.host, options.port)
  return { port, close: (timeoutMs) => close({ server, http1, connections, silent, upgraded, mesh }, timeoutMs) }
}

/** Lets HTTP/2 serve connections with mutual TLS, and notes the peer of each session. */
function secureWay(options: PortMesh, http2: Http2Server, connections: ReturnType<typeof limitConnections>) {
  const port = meshPort(options)
  let accepted: MeshPeer | undefined
  // a session begins while its connection is handed over
  http2.on('session', (session) => {
    if (accepted !== undefined) notePeer(session, accepted)
  })
  return {
    close: port.close,
    accept: (socket: Socket) =>
      port.accept(socket, (secure, peer) => {
        accepted = peer
        connections.accept(socket, () => http2.emit('connection', secure))
        accepted = undefined
      }),
  }
}

/** Closes the connection of a request whose body is not complete in time. */
function limitBodyTime(request: IncomingMessage, timeMs: number): void {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, timeMs)
  request.once('close', () => clearTimeout(timer))
}

interface Ways {
  readonly clear: (isHttp2: boolean) => void
  readonly secure?: (socket: Socket) => void
}

function route(socket: Socket, { clear, secure }: Ways): void {
  const onError = () => socket.destroy()
  socket.on('error', onError)
  socket.setTimeout(10_000, onError)
  socket.once('data', (first: Buffer) => {
    socket.pause()
    socket.setTimeout(0)
    socket.removeListener('timeout', onError)
    socket.unshift(first)
    // the handshake reads the socket itself
    if (secure !== undefined && isTls(first)) return secure(socket)
    const length = Math.min(first.length, preface.length)
    clear(first.compare(preface, 0, length, 0, length) === 0)
    return process.nextTick(() => socket.resume())
  })
}

interface Connections {
  readonly server: Server
  readonly http1: HttpServer
  readonly connections: ReturnType<typeof limitConnections>
  /** Connections without a request, which neither server knows. */
  readonly silent: Set<Socket>
  /** Connections that are no longer HTTP. */
  readonly upgraded: ReadonlySet<Duplex>
  readonly mesh: { readonly close: () => void } | undefined
}

async function close(
  { server, http1, connections, silent, upgraded, mesh }: Connections,
  timeoutMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  http1.closeIdleConnections()
  for (const socket of silent) socket.destroy()
  mesh?.close()
  for (const session of connections.sessions()) session.close()
  const idle = setInterval(() => http1.closeIdleConnections(), 50)
  const force = setTimeout(() => {
    http1.closeAllConnections()
    for (const socket of upgraded) socket.destroy()
    for (const session of connections.sessions()) session.destroy()
    resolve()
  }, timeoutMs)
  await promise
  // ends the tracking; it has no listener to close
  http1.close(() => {})
  clearInterval(idle)
  clearTimeout(force)
  connections.stop()
}
