import { lookup as lookUp } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { lookUpsInTurn, type FoundAddress } from './look-ups.ts'

/** Addresses that are not of the Internet: this machine, private networks, metadata of clouds, and ranges that lead to IPv4 (RFC 6890). */
const special = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(net, prefix, 'ipv4')
}
// of IPv6 only what is given out for the Internet, without Teredo, documentation and 6to4
const internet = new BlockList()
internet.addSubnet('2000::', 3, 'ipv6')
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(net, prefix, 'ipv6')
}

/** Whether an address is of the Internet, and not of this machine or a private network. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 0) return false
  if (version === 4) return !special.check(address, 'ipv4')
  return internet.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

/**
 * Which addresses a connection may lead to: those of the Internet, also this machine, or any. Only the first is safe for a URL that someone
 * else has given.
 */
export type Reach = 'internet' | 'this-machine' | 'anywhere'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an address is one of this machine (RFC 1122, RFC 4291). */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** Whether a connection may lead to an address. */
export function mayReach(address: string, reach: Reach): boolean {
  if (reach === 'anywhere') return true
  return isPublicAddress(address) || (reach === 'this-machine' && isLoopbackAddress(address))
}

/** Each look-up holds one of the four threads that files and connections to the database need too, for as long as a name server takes. */
const lookUpInTurn = lookUpsInTurn((host) => lookUp(host, { all: true }), 2)

/**
 * The addresses of a host, all of which may be reached, found two names at a time. A connection that is made to one of them does not look the name up again, so a name
 * whose address changes meanwhile leads nowhere else. @throws Error
 */
export async function reachableAddressesOf(
  hostname: string,
  reach: Reach,
  signal?: AbortSignal,
): Promise<FoundAddress[]> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const found = await lookUpInTurn(host, signal)
  if (found.length === 0) throw new Error('the host has no address')
  if (!found.every(({ address }) => mayReach(address, reach))) throw new Error('the host is not on the Internet')
  return found
}

/** A look-up for a connection that returns given addresses. */
export function lookupOf(addresses: readonly FoundAddress[]): LookupFunction {
  return (_hostname, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family)
  }
}
