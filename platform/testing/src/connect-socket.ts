import { WebSocket } from 'ws'

/** A message of a WebSocket of the platform. */
interface Message {
  readonly type: string
  readonly data: any
}

/** The client side of a WebSocket under test. */
export interface TestSocket {
  /** All messages that have arrived. */
  readonly received: readonly Message[]
  /** The data of all messages of a type that have arrived. */
  readonly of: (type: string) => any[]
  readonly send: (type: string, data: object) => void
  /** Sends a text that may not be a message. */
  readonly sendText: (text: string) => void
  readonly close: () => void
  /** Stops reading from the network. */
  readonly pause: () => void
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: string[]
  /** Is called with each message as it arrives. */
  readonly onMessage?: (message: Message) => void
}

/** Opens a WebSocket. Rejects with the refused response if the handshake is refused: its status, and the code of its problem. */
export function connectSocket(
  url: string,
  { headers = {}, protocols = [], onMessage }: ConnectOptions = {},
): Promise<TestSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TestSocket>()
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { headers, perMessageDeflate: false })
  const received: Message[] = []
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    socket.once('close', (code, reason) => done({ code, reason: reason.toString() }))
  })
  socket.on('message', (bytes: Buffer) => {
    const message = JSON.parse(bytes.toString()) as Message
    received.push(message)
    onMessage?.(message)
  })
  socket.on('error', reject)
  socket.once('unexpected-response', (_request, response) => {
    let text = ''
    response.on('data', (chunk: Buffer) => (text += chunk.toString()))
    response.on('end', () => {
      const code = /json/.test(response.headers['content-type'] ?? '') ? String(JSON.parse(text).code) : text
      reject(new RefusedHandshake(response.statusCode ?? 0, code))
    })
  })
  socket.once('open', () =>
    resolve({
      received,
      of: (type) => received.filter((each) => each.type === type).map(({ data }) => data as unknown),
      send: (type, data) => socket.send(JSON.stringify({ type, data })),
      sendText: (text) => socket.send(text),
      close: () => socket.close(),
      pause: () => socket.pause(),
      closed,
    }),
  )
  return promise
}

/** The response to a handshake that was refused. */
class RefusedHandshake extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`${status} ${code}`)
    this.status = status
    this.code = code
  }
}
