import { ServerResponse, type IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Upgrade } from './handshake.ts'

type Serve = (request: IncomingMessage, response: ServerResponse, upgrade: Upgrade) => void

/**
 * Serves requests for an upgrade like all others, so that they are refused like all others: each gets a response on its connection,
 * which is closed behind it unless the connection has become a WebSocket.
 */
export function upgradeListener(serve: Serve): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    // a client that has not waited for the response before this one
    if (!(socket instanceof Socket) || hasResponseInProgress(socket)) return void socket.destroy()
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.destroySoon())
    serve(request, response, { socket, head })
  }
}

/** Node assigns a connection to one response at a time, and marks it so. */
function hasResponseInProgress(socket: Socket): boolean {
  const { _httpMessage: response } = socket as { readonly _httpMessage?: unknown }
  return response !== undefined && response !== null
}
