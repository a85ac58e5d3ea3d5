import type { IncomingMessage } from 'node:http'

/** Whether a request has come over TLS to this gateway. */
export function isSecure({ socket }: IncomingMessage): boolean {
  return 'encrypted' in socket && socket.encrypted === true
}
