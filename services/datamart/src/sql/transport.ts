import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import { fatal, sqlStates } from '../wire/sql-error.ts'
import { makeMessageReader, type Message } from '../wire/message-reader.ts'

/** The bytes of one connection: whole messages in, and messages out no faster than the client reads them. */
export interface Transport {
  /** The next message; undefined once the connection has ended. @throws SqlError fatal, for a length that is not allowed */
  readonly read: (expects: { readonly hasType: boolean; readonly mostBytes: number }) => Promise<Message | undefined>
  readonly send: (...messages: readonly Buffer[]) => void
  /** Resolves when what was sent no longer waits for the client; undefined if little of it does. Rejects with the reason of the signal. */
  readonly drained: (until: AbortSignal) => Promise<void> | undefined
  /** Aborted when the client has left or the connection was closed. */
  readonly closed: AbortSignal
  readonly isSecure: () => boolean
  readonly startTls: (context: SecureContext) => void
  /** Sends what is left and closes; at once if the client does not read. */
  readonly end: () => void
  readonly address: string
}

const mostUnsentBytes = 256 * 1_024
const mostUnreadBytes = 64 * 1_024
const lingerMs = 2_000
const ends = ['end', 'close', 'error']

/** Makes the transport of a socket. */
export function makeTransport(accepted: Socket): Transport {
  let socket = accepted
  const reader = makeMessageReader()
  const closing = new AbortController()
  let wake = () => {}

  const onData = (chunk: Buffer) => {
    reader.add(chunk)
    // A client that sends ahead waits; `read` resumes it for a longer message.
    if (reader.size() > mostUnreadBytes) socket.pause()
    wake()
  }
  const onClosed = () => {
    closing.abort(new Error('the client has left'))
    wake()
    socket.destroySoon()
  }
  const listen = () => {
    socket.on('data', onData)
    for (const name of ends) socket.on(name, onClosed)
  }
  listen()
  accepted.setNoDelay(true)
  accepted.setKeepAlive(true, 60_000)

  return {
    address: accepted.remoteAddress ?? '',
    closed: closing.signal,
    isSecure: () => socket instanceof TLSSocket,
    async read(expects) {
      for (;;) {
        if (closing.signal.aborted) return undefined
        const message = reader.next(expects)
        if (message !== undefined) return message
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        socket.resume()
        await promise
      }
    },
    send(...messages) {
      if (!closing.signal.aborted && !socket.destroyed) socket.write(Buffer.concat(messages))
    },
    drained(until) {
      return socket.writableLength <= mostUnsentBytes ? undefined : whenDrained(socket, until)
    },
    startTls(secureContext) {
      // Bytes before the handshake could be of someone else on the way (CVE-2021-23214).
      if (reader.size() > 0) throw fatal(sqlStates.protocolViolation, 'received unencrypted data after SSL request')
      accepted.off('data', onData)
      accepted.off('end', onClosed)
      accepted.pause()
      socket = new TLSSocket(accepted, { isServer: true, secureContext })
      listen()
    },
    end() {
      if (socket.destroyed) return
      socket.end()
      setTimeout(() => socket.destroy(), lingerMs).unref()
      closing.abort(new Error('the connection was closed'))
      wake()
    },
  }
}

function whenDrained(socket: Socket, until: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => reject(until.reason)
  if (until.aborted) giveUp()
  until.addEventListener('abort', giveUp, { once: true })
  socket.once('drain', resolve)
  return promise.finally(() => {
    until.removeEventListener('abort', giveUp)
    socket.off('drain', resolve)
  })
}

/** A certificate for new connections, from PEM. */
export function secureContextOf(pem: { readonly cert: string; readonly key: string }): SecureContext {
  return createSecureContext({ ...pem, minVersion: 'TLSv1.2' })
}
