import type { IncomingMessage } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import { socketProtocol } from '@stoa/contract'
import { WebSocketServer, type WebSocket } from 'ws'
import { refusalOf } from '../refusals.ts'

/** What Node hands over of a request for an upgrade. */
export interface Upgrade {
  readonly socket: NetSocket
  /** What has arrived behind the head. */
  readonly head: Buffer
}

/** Larger than any message of a contract: texts have at most some thousand characters. */
export const MAX_MESSAGE_BYTES = 65_536

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
  // compression costs memory for each socket, and its window discloses secrets beside the text of others
  perMessageDeflate: false,
  handleProtocols: (offered) => (offered.has(socketProtocol) ? socketProtocol : false),
})

/** Whether a request asks for a WebSocket. */
export function isUpgrade({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** Checks a handshake (RFC 6455, 4.2.1), so that it can be completed. Throws AppError `request.upgrade_required`. */
export function checkHandshake({ headers }: IncomingMessage, upgrade: Upgrade | undefined): Upgrade {
  const isWellFormed =
    upgrade !== undefined &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    areProtocols(headers['sec-websocket-protocol'])
  if (!isWellFormed) throw refusalOf('request.upgrade_required', 'The path serves WebSockets of version 13 only.')
  return upgrade
}

/** Whether a list of subprotocols has only tokens (RFC 9110, 5.6.2), each of them once. */
function areProtocols(list: string | undefined): boolean {
  if (list === undefined) return true
  const names = list.split(',').map((name) => name.trim())
  return names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)) && new Set(names).size === names.length
}

/** Completes a checked handshake. Rejects if the client disconnects, or has done so. */
export function completeHandshake(request: IncomingMessage, { socket, head }: Upgrade): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(refusalOf('request.upgrade_required', 'The client has disconnected.'))
    // its close may have been told already
    if (socket.destroyed) return onClose()
    socket.once('close', onClose)
    server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('close', onClose)
      resolve(webSocket)
    })
  })
}
