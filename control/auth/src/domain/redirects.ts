import type { FieldError } from '@stoa/kernel'

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * The redirect URIs that a client of this type may not have, by pointer: a web client has https addresses, or http ones of
 * the same machine; a native one may also have a scheme of its own (RFC 8252, section 7).
 */
export function wrongRedirects(type: 'web' | 'native', uris: readonly string[], pointer: string): FieldError[] {
  return uris.flatMap((uri, index) => {
    const detail = wrongWith(type, uri)
    return detail === undefined ? [] : [{ pointer: `${pointer}/${index}`, detail }]
  })
}

function wrongWith(type: 'web' | 'native', uri: string): string | undefined {
  const url = URL.parse(uri)
  if (url === null) return 'must be an absolute URI'
  if (url.hash !== '' || uri.endsWith('#')) return 'must have no fragment'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:') return LOOPBACK.has(url.hostname) ? undefined : 'must use https'
  // a domain of its own backwards, so that two programs do not claim the same one
  if (type === 'native' && /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)) return undefined
  return type === 'native' ? 'must use https, or a scheme such as com.example.app' : 'must use https'
}
