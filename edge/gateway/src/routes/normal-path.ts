// one way alone to match each path: with a choice, a long path that does not match would be tried in all of them
const plain =
  /^\/(?:[\w\-~!$&'()*+,;=:@]+(?:\.[\w\-~!$&'()*+,;=:@]+)*\/)*(?:[\w\-~!$&'()*+,;=:@]+(?:\.[\w\-~!$&'()*+,;=:@]+)*)?$/
const unreserved = /^[A-Za-z0-9\-._~]$/

/**
 * The path in its one normal form (RFC 3986, 6.2.2): unreserved characters decoded, dot segments removed. What is matched
 * is what is sent on. Undefined for one that could be read in two ways: a bad or encoded slash, a NUL, an empty segment.
 */
export function normalPath(path: string): string | undefined {
  if (plain.test(path)) return path
  if (!path.startsWith('/') || path.includes('//') || path.includes('\\')) return undefined
  const decoded = decodeUnreserved(path)
  if (decoded === undefined || !/^[\x21-\x7e]*$/.test(decoded)) return undefined
  return removeDotSegments(decoded)
}

function decodeUnreserved(path: string): string | undefined {
  let isBad = false
  const decoded = path.replace(/%(.{0,2})/g, (whole, hex: string) => {
    if (!/^[\da-fA-F]{2}$/.test(hex)) isBad = true
    const code = Number.parseInt(hex, 16)
    if (code === 0 || code === 0x2f || code === 0x5c) isBad = true
    const character = String.fromCharCode(code)
    return unreserved.test(character) ? character : whole.toUpperCase()
  })
  return isBad ? undefined : decoded
}

function removeDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment === '..') kept.pop()
    if (segment === '..' || segment === '.') {
      if (isLast) kept.push('')
    } else kept.push(segment)
  }
  return `/${kept.join('/')}`
}
