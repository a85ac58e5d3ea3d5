import { connect, type Socket } from 'node:net'
import { bodyDecoder, type BodyDecoder } from './body-decoder.ts'
import { BadResponse, parseResponseHead, type ResponseHead } from './response-head.ts'

/** Who takes an answer as it comes. */
export interface ResponseSink {
  readonly onHead: (head: ResponseHead) => void
  /** False asks the connection to pause until `resume`. */
  readonly onData: (data: Buffer) => boolean
  readonly onEnd: () => void
  /** Nothing more comes: the connection broke, or the upstream's answer was not HTTP. */
  readonly onFailure: (error: Error) => void
}

/** One connection to an upstream with at most one request in flight. */
export interface Connection {
  /** Whether it has served a request before: then the upstream may have closed it meanwhile. */
  readonly hasServed: () => boolean
  readonly send: (
    request: { readonly head: string; readonly body: Buffer | undefined; readonly method: string },
    sink: ResponseSink,
  ) => void
  readonly resume: () => void
  /** Breaks off whatever is under way. */
  readonly destroy: (error?: Error) => void
}

interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
  /** The answer has ended and the connection can take the next request. */
  readonly onIdle: (connection: Connection) => void
  readonly onClosed: (connection: Connection) => void
}

interface Exchange {
  readonly sink: ResponseSink
  readonly method: string
  decoder: BodyDecoder | undefined
  isKeptAlive: boolean
}

const largestHeadBytes = 65_536
const headEnd = Buffer.from('\r\n\r\n')

/** Opens a connection: HTTP/1.1, head and small body in one write, the answer parsed strictly. */
export function openConnection(options: ConnectionOptions): Connection {
  const socket = connect({ host: options.host, port: options.port, noDelay: true })
  let current: Exchange | undefined
  let pending: Buffer | undefined
  let sent = 0
  let isConnected = false
  const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), options.connectTimeoutMs)
  socket.once('connect', () => {
    isConnected = true
    clearTimeout(timer)
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      receive(chunk)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.on('end', () => {
    if (current?.decoder?.mayEnd() === true) finish()
    socket.destroy()
  })
  let failure: Error | undefined
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('close', () => {
    clearTimeout(timer)
    const failed = current
    current = undefined
    options.onClosed(connection)
    failed?.sink.onFailure(failure ?? new Error(isConnected ? 'the connection was closed' : 'no connection'))
  })

  function receive(chunk: Buffer): void {
    if (current === undefined) throw new BadResponse('an answer nobody asked for')
    if (current.decoder !== undefined) return push(current, current.decoder, chunk)
    const head = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const end = head.indexOf(headEnd)
    if (end < 0) {
      if (head.length > largestHeadBytes) throw new BadResponse('a head without end')
      pending = head
      return
    }
    pending = undefined
    const parsed = parseResponseHead(head.toString('latin1', 0, end), current.method)
    const rest = head.subarray(end + headEnd.length)
    // an interim answer (100, 103) is followed by the real one
    if (parsed.status < 200) return rest.length > 0 ? receive(rest) : undefined
    begin(current, parsed, rest)
  }

  function begin(exchange: Exchange, head: ResponseHead, rest: Buffer): void {
    exchange.isKeptAlive = head.isKeptAlive
    const decoder = bodyDecoder(head.framing, (data) => {
      if (!exchange.sink.onData(data)) socket.pause()
    })
    exchange.decoder = decoder
    exchange.sink.onHead(head)
    push(exchange, decoder, rest)
  }

  function push(exchange: Exchange, decoder: BodyDecoder, data: Buffer): void {
    const hasEnded = data.length > 0 ? decoder.push(data) : decoder.mayEnd() && exchange.isKeptAlive
    if (hasEnded) finish()
  }

  function finish(): void {
    const done = current
    current = undefined
    if (done === undefined) return
    socket.resume()
    if (done.isKeptAlive) options.onIdle(connection)
    else socket.destroy()
    done.sink.onEnd()
  }

  const connection: Connection = {
    hasServed: () => sent > 0,
    send({ head, body, method }, sink) {
      sent += 1
      current = { sink, method, decoder: undefined, isKeptAlive: false }
      if (body === undefined || body.length === 0) socket.write(head, 'latin1')
      else writeTogether(socket, head, body)
    },
    resume: () => void socket.resume(),
    destroy: (error) => void socket.destroy(error),
  }
  return connection
}

function writeTogether(socket: Socket, head: string, body: Buffer): void {
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}
