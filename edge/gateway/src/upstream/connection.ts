import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { answerReader, type AnswerReader, type ResponseSink } from './answer-reader.ts'
import { BadResponse } from './response-head.ts'

/** A body as it is sent on: complete, or as it arrives from the client. */
export type OutgoingBody = Buffer | IncomingMessage | undefined

/** Follows a body that is sent as it arrives. */
export interface BodyProgress {
  /** The upstream takes no more for the time. */
  readonly onWait: () => void
  readonly onMove: () => void
  readonly onSent: () => void
}

/** One connection to an upstream with at most one request in flight. */
export interface Connection {
  /** Whether it has served a request before: then the upstream may have closed it meanwhile. */
  readonly hasServed: () => boolean
  readonly send: (
    request: { readonly head: string; readonly body: OutgoingBody; readonly method: string },
    sink: ResponseSink,
    progress?: BodyProgress,
  ) => void
  readonly resume: () => void
  /** Aborts the request in progress. */
  readonly destroy: (error?: Error) => void
}

interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
  /** Called when the response has ended and the connection can be reused. */
  readonly onIdle: (connection: Connection) => void
  readonly onClosed: (connection: Connection) => void
}

/** Opens a connection: HTTP/1.1, head and small body in one write, strict parsing of the response. */
export function openConnection(options: ConnectionOptions): Connection {
  const socket = connect({ host: options.host, port: options.port, noDelay: true })
  let current: AnswerReader | undefined
  let sent = 0
  let stopBody: (() => boolean) | undefined
  const connection: Connection = {
    hasServed: () => sent > 0,
    send({ head, body, method }, sink, progress) {
      sent += 1
      current = answerReader(method, sink, () => socket.pause())
      if (body !== undefined && !Buffer.isBuffer(body)) {
        socket.write(head, 'latin1')
        stopBody = sendArriving(socket, body, progress)
      } else if (body === undefined || body.length === 0) socket.write(head, 'latin1')
      else writeTogether(socket, head, body)
    },
    resume: () => void socket.resume(),
    destroy: (error) => void socket.destroy(error),
  }

  function finish(): void {
    const done = current
    if (done === undefined) return
    current = undefined
    socket.resume()
    const isBodySent = stopBody?.() ?? true
    stopBody = undefined
    if (done.isKeptAlive() && isBodySent) options.onIdle(connection)
    else socket.destroy()
    done.sink.onEnd()
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      if (current === undefined) throw new BadResponse('an unsolicited response')
      if (current.push(chunk)) finish()
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.on('end', () => {
    if (current?.mayEnd() === true) finish()
    socket.destroy()
  })
  onceClosed(socket, options.connectTimeoutMs, (error) => {
    const failed = current
    current = undefined
    stopBody?.()
    options.onClosed(connection)
    failed?.sink.onFailure(error)
  })
  return connection
}

/** Calls back with why a socket has closed; one that is not connected in time is closed. */
function onceClosed(socket: Socket, connectTimeoutMs: number, onClosed: (error: Error) => void): void {
  let failure = new Error('no connection')
  const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), connectTimeoutMs)
  socket.once('connect', () => {
    clearTimeout(timer)
    failure = new Error('the connection was closed')
  })
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('close', () => {
    clearTimeout(timer)
    onClosed(failure)
  })
}

/** Sends a body as it arrives, at the speed of the upstream. Returns a function that ends this, and returns whether all was sent. */
function sendArriving(socket: Socket, body: IncomingMessage, progress: BodyProgress | undefined): () => boolean {
  let isSent = false
  const onData = (chunk: Buffer) => {
    if (socket.write(chunk)) return
    body.pause()
    progress?.onWait()
  }
  const onDrain = () => {
    progress?.onMove()
    body.resume()
  }
  const onEnd = () => {
    isSent = true
    progress?.onSent()
  }
  body.on('data', onData).on('end', onEnd)
  socket.on('drain', onDrain)
  return () => {
    body.off('data', onData).off('end', onEnd)
    socket.off('drain', onDrain)
    // what else arrives is read and dropped, so that the client gets to its response
    body.resume()
    return isSent
  }
}

function writeTogether(socket: Socket, head: string, body: Buffer): void {
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}
