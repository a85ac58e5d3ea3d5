import { isIPv4, isIPv6 } from 'node:net'

/**
 * The range that sign-ins from an address are counted in: /24 for IPv4, /56 for IPv6, which is about what one household
 * or office has. An address that cannot be read is a range of its own kind, shared by all such.
 */
export function addressRange(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  if (isIPv4(mapped)) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  const unscoped = mapped.split('%')[0] ?? ''
  if (!isIPv6(unscoped)) return 'unknown'
  const [first = 0, second = 0, third = 0, fourth = 0] = groupsOf(unscoped)
  return `${[first, second, third, fourth & 0xff00].map((group) => group.toString(16)).join(':')}::/56`
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const left = parseGroups(head)
  if (tail === undefined) return left
  const right = parseGroups(tail)
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function parseGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
