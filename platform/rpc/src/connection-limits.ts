import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The limits of the connections of a port; times in milliseconds. */
export interface ConnectionLimits {
  /** Concurrent streams of one connection; the bulkhead of a caller allows at most 100 calls. */
  readonly streams: number
  /** Connections that are idle, or on which no caller has been admitted. */
  readonly strangers: number
  /** How long a session without a stream stays open until a caller is admitted on it. */
  readonly strangerIdleMs: number
  /** How long it stays open afterwards: longer than callers keep theirs (5 minutes), so that no call meets its end. */
  readonly idleMs: number
}

export const defaultConnectionLimits: ConnectionLimits = {
  streams: 128,
  strangers: 512,
  strangerIdleMs: 10_000,
  idleMs: 330_000,
}

interface SessionState {
  readonly socket: Socket
  openStreams: number
  lastMs: number
  isAdmitted: boolean
}

/**
 * Limits the connections of a port. Above the limit of strangers the oldest of them is closed, never the newest, so that idle
 * connections keep no caller out. An HTTP/1.1 connection is a stranger except while a request is in progress on it, an HTTP/2
 * connection until a caller is admitted. Sessions without streams are closed after a time.
 */
export function limitConnections(limits: ConnectionLimits) {
  const strangers = new Set<Socket>()
  const sessions = new Map<ServerHttp2Session, SessionState>()
  let accepting: Socket | undefined
  const addStranger = (socket: Socket) => {
    if (socket.destroyed) return
    strangers.add(socket)
    const [oldest] = strangers
    if (strangers.size > limits.strangers) oldest?.destroy()
  }
  const sweeping = setInterval(() => closeIdle(sessions, limits), Math.min(5_000, limits.strangerIdleMs / 2)).unref()
  return {
    sessions: () => sessions.keys(),
    stop: () => clearInterval(sweeping),
    onSocket(socket: Socket) {
      socket.once('close', () => strangers.delete(socket))
      addStranger(socket)
    },
    onRequest({ socket }: IncomingMessage, response: ServerResponse) {
      strangers.delete(socket)
      response.once('close', () => addStranger(socket))
    },
    /** A connection that is no longer HTTP is limited by what serves it. */
    onUpgrade(socket: Duplex) {
      strangers.delete(socket as Socket)
    },
    /** Lets a server take the socket; a session that it opens is on this socket. */
    accept(socket: Socket, take: () => void) {
      accepting = socket
      take()
      accepting = undefined
    },
    onSession(session: ServerHttp2Session) {
      session.once('close', () => sessions.delete(session))
      session.on('error', () => session.destroy())
      if (accepting === undefined) return
      sessions.set(session, { socket: accepting, openStreams: 0, lastMs: performance.now(), isAdmitted: false })
    },
    /** Returns the function that notes that the caller of the stream was admitted. */
    onStream(stream: ServerHttp2Stream): () => void {
      const state = sessions.get(stream.session as ServerHttp2Session)
      if (state === undefined) return () => {}
      state.openStreams += 1
      stream.once('close', () => {
        state.openStreams -= 1
        state.lastMs = performance.now()
      })
      return () => {
        state.isAdmitted = true
        strangers.delete(state.socket)
      }
    },
  }
}

function closeIdle(sessions: ReadonlyMap<ServerHttp2Session, SessionState>, limits: ConnectionLimits): void {
  for (const [session, { openStreams, lastMs, isAdmitted }] of sessions) {
    const limitMs = isAdmitted ? limits.idleMs : limits.strangerIdleMs
    if (openStreams > 0 || performance.now() - lastMs < limitMs) continue
    if (session.closed) session.destroy()
    else session.close()
  }
}
