import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sent } from './send.ts'

/** A moment at which a client goes, and how it sends what it sends before. */
interface Departure {
  readonly when: string
  readonly leave: (socket: Socket, message: Buffer, headBytes: number) => Promise<void>
}

const longMs = 10_000

/** Every moment of a request at which a client can go, and clients that stay and do not read. */
export const departures: readonly Departure[] = [
  {
    when: 'before its head ends',
    leave: (socket, message, headBytes) => write(socket, message.subarray(0, headBytes - 3)),
  },
  {
    when: 'in the middle of its body',
    leave: (socket, message, headBytes) =>
      write(socket, message.subarray(0, Math.ceil((headBytes + message.length) / 2))),
  },
  { when: 'as soon as all is sent', leave: write },
  {
    when: 'a moment after all is sent',
    async leave(socket, message) {
      await write(socket, message)
      await delay(message.length % 7)
    },
  },
  {
    when: 'in the middle of the answer',
    async leave(socket, message) {
      await write(socket, message)
      await Promise.race([once(socket, 'data'), once(socket, 'close'), delay(longMs)])
    },
  },
  {
    when: 'having asked many times and read nothing',
    async leave(socket, message) {
      socket.pause()
      for (let sent = 0; sent < 20; sent += 1) await write(socket, message)
      await delay(200)
    },
  },
]

/** Sends a request from a client that goes without waiting for what it asked for. */
export async function sendAndLeave(door: string, sent: Sent, { leave }: Departure): Promise<void> {
  const { hostname, port } = new URL(door)
  const socket = connect(Number(port), hostname)
  // it is cut off while it writes, as clients are
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const { bytes, headBytes } = messageOf(sent, `${hostname}:${port}`)
  await leave(socket, bytes, headBytes)
  socket.resetAndDestroy()
}

function messageOf({ method, path, headers = {}, body }: Sent, host: string) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = Buffer.from(text)
  const all = { host, ...headers, 'content-length': String(bytes.length) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${String(value)}`)
  const head = Buffer.from(`${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
  return { bytes: Buffer.concat([head, bytes]), headBytes: head.length }
}

async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.writable) return
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
}
