import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { IsTrustedProxy } from '@stoa/http'

/**
 * Returns the key of an address for limits: an IPv6 network is one client, because a client with one address has 2^64
 * (RFC 6177 gives a site a /64 at least).
 */
export function limitedAddress(address: string): string {
  if (!address.includes(':') || isIP(address) !== 6) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = tail === undefined ? before : [...before, ...zeros, ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Returns the address of the client: that of the peer or, behind a trusted proxy, the last address that the proxy reports. */
export function clientAddress({ socket, headers }: IncomingMessage, isTrustedProxy: IsTrustedProxy): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (!isTrustedProxy(peer)) return peer
  const hops = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => hop.trim())
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) return peer
    if (!isTrustedProxy(hop)) return hop
  }
  return peer
}
