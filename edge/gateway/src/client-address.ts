import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** The address a request came from: the peer's or, behind a trusted proxy, the last one that proxy says it had it from. */
export function clientAddress({ socket, headers }: IncomingMessage, trustedProxies: ReadonlySet<string>): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (!trustedProxies.has(peer)) return peer
  const hops = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => hop.trim())
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) return peer
    if (!trustedProxies.has(hop)) return hop
  }
  return peer
}
