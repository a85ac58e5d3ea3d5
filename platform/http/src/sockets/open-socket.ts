import { socketCloseCodes, socketErrorMessage } from '@stoa/contract'
import { AppError } from '@stoa/kernel'
import { rateLimiter } from '@stoa/resilience'
import type { WebSocket } from 'ws'
import type { Problem } from '../problem.ts'
import { refusalOf } from '../refusals.ts'
import { makeInbox } from './inbox.ts'
import type { ParsedMessage, ParseMessage } from './parse-message.ts'

/** Sizes and times of one socket; each has a default. */
export interface SocketLimits {
  /** The most that waits for a client that does not read; 262,144 bytes. */
  readonly queueBytes: number
  /** How long a client may read nothing of what waits for it; 30,000. */
  readonly stalledMs: number
  /** A ping is sent this often; 15,000. A client that sends nothing during four of them is disconnected. */
  readonly heartbeatMs: number
  /** Messages that are refused within a minute until the socket is closed; 20. */
  readonly refusedPerMinute: number
  /** Messages that one socket may send within 10 seconds; 100. */
  readonly messagesPer10Seconds: number
}

/** The default limits of sockets. */
export const defaultSocketLimits: SocketLimits = {
  queueBytes: 262_144,
  stalledMs: 30_000,
  heartbeatMs: 15_000,
  refusedPerMinute: 20,
  messagesPer10Seconds: 100,
}

interface OpenOptions {
  readonly limits: SocketLimits
  readonly parse: ParseMessage
  readonly problemOf: (error: AppError) => Problem
  readonly onEnd: (code: number) => void
}

/** A WebSocket after its handshake, as the platform sees it. */
export interface Conversation {
  readonly messages: AsyncIterable<ParsedMessage>
  readonly send: (message: unknown) => Promise<void>
  readonly sendIfCurrent: (message: unknown) => void
  readonly refuse: (error: AppError) => Promise<void>
  readonly close: (code: number, reason: string) => void
}

/** How long a client has to answer a close frame. */
const closingMs = 2_000
const silentBeats = 4

/** Begins to read and write a WebSocket within limits, so that neither a client that does not read nor one that floods takes memory. */
export function openSocket(webSocket: WebSocket, { limits, parse, problemOf, onEnd }: OpenOptions): Conversation {
  const inbox = makeInbox<ParsedMessage>({ pause: () => webSocket.pause(), resume: () => webSocket.resume() })
  const rate = rateLimiter({ limit: limits.messagesPer10Seconds, windowSeconds: 10 })
  const refusals = rateLimiter({ limit: limits.refusedPerMinute, windowSeconds: 60 })
  const outbox = makeOutbox(webSocket, limits, () => close(socketCloseCodes.tryAgainLater, 'slow reader'))
  let lost: NodeJS.Timeout | undefined
  let silent = 0

  function close(code: number, reason: string): void {
    inbox.end({ isDropped: true })
    if (webSocket.readyState !== webSocket.OPEN) return
    webSocket.close(code, reason)
    // a paused socket would not see the answer
    webSocket.resume()
    lost = setTimeout(() => webSocket.terminate(), closingMs)
  }

  function refuse(error: AppError): Promise<void> {
    const { allowed } = refusals.take('refused')
    if (allowed) return outbox.send({ type: socketErrorMessage, data: problemOf(error) })
    close(socketCloseCodes.policyViolation, 'too many messages were refused')
    return Promise.resolve()
  }

  const beat = setInterval(() => {
    silent += 1
    if (silent > silentBeats || outbox.isStalled()) return webSocket.terminate()
    webSocket.ping()
  }, limits.heartbeatMs)
  webSocket.on('pong', () => (silent = 0))
  webSocket.on('message', (bytes, isBinary) => {
    silent = 0
    if (inbox.hasEnded()) return
    const parsed = rate.take('message').allowed
      ? parse(bytes as Buffer, isBinary)
      : refusalOf('request.rate_limited', 'Too many messages; send them more slowly.', { retryAfterSeconds: 10 })
    if (parsed instanceof AppError) void refuse(parsed)
    else inbox.push(parsed)
  })
  // it is followed by `close`
  webSocket.on('error', () => {})
  webSocket.once('close', (code) => {
    clearInterval(beat)
    clearTimeout(lost)
    inbox.end()
    onEnd(code)
  })
  return { messages: inbox.messages, send: outbox.send, sendIfCurrent: outbox.sendIfCurrent, refuse, close }
}

interface Outbox {
  readonly send: (message: unknown) => Promise<void>
  readonly sendIfCurrent: (message: unknown) => void
  readonly isStalled: () => boolean
}

function makeOutbox(webSocket: WebSocket, { queueBytes, stalledMs }: SocketLimits, onFull: () => void): Outbox {
  let pending = 0
  let movedAtMs = performance.now()
  function send(message: unknown): Promise<void> {
    if (webSocket.readyState !== webSocket.OPEN) return Promise.resolve()
    const text = JSON.stringify(message)
    if (webSocket.bufferedAmount + text.length > queueBytes) {
      onFull()
      // the close frame would wait behind what the client does not read
      webSocket.terminate()
      return Promise.resolve()
    }
    if (pending === 0) movedAtMs = performance.now()
    pending += 1
    return new Promise((resolve) => {
      webSocket.send(text, () => {
        pending -= 1
        movedAtMs = performance.now()
        resolve()
      })
    })
  }
  return {
    send,
    sendIfCurrent(message) {
      if (pending === 0) void send(message)
    },
    isStalled: () => pending > 0 && performance.now() - movedAtMs > stalledMs,
  }
}
