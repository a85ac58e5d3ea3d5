import type { Server as HttpServer } from 'node:http'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Door } from '../door.ts'
import type { H2Server } from './h2-server.ts'
import { tlsOptions, type Certificate } from './tls-files.ts'

interface DoorOptions {
  readonly certificate: Certificate
  /** Serves what the same parser and limits as without TLS allow. */
  readonly http1: HttpServer
  readonly http2: H2Server
}

const handshakeTimeoutMs = 10_000

/** A port with TLS: HTTP/2 for clients that offer it by ALPN (RFC 7301), else HTTP/1.1. */
export function makeTlsDoor({ certificate, http1, http2 }: DoorOptions): Door & { readonly server: Server } {
  const server = createServer({
    ...certificate,
    ...tlsOptions,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: handshakeTimeoutMs,
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true)
    // its close tells the requests
    socket.on('error', () => {})
    if (socket.alpnProtocol === 'h2') http2.server.emit('connection', socket)
    else http1.emit('connection', socket)
  })
  // so that it enforces its timeouts on connections that it gets from here
  http1.emit('listening')
  return {
    server,
    closeIdle() {
      http1.closeIdleConnections()
      http2.closeGracefully()
    },
    closeAll() {
      http1.closeAllConnections()
      http2.closeAll()
      http1.close()
    },
  }
}
