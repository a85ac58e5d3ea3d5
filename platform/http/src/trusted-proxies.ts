import { BlockList, isIP } from 'node:net'
import type { IsTrustedProxy } from './exchange.ts'

/** Whether a text is an address or a network in CIDR notation (RFC 4632, RFC 4291). */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** Trusts proxies on the same machine and in the given networks (`10.0.0.0/8` or single addresses). */
export function trustProxies(networks: readonly string[]): IsTrustedProxy {
  return trustNetworks(['127.0.0.0/8', '::1', ...networks])
}

/** Trusts proxies in these networks alone. */
export function trustNetworks(networks: readonly string[]): IsTrustedProxy {
  const trusted = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network === undefined) throw new TypeError(`${text} is neither an address nor a network`)
    trusted.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const family = isIP(address)
    // an IPv4 address on an IPv6 socket is treated as IPv4
    return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}

interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const longest = version === 4 ? 32 : 128
  const length = prefix === undefined ? longest : Number(prefix)
  return length > longest ? undefined : { address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' }
}
