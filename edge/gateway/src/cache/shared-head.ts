import type { RequestHead } from '../exchange.ts'

/** The headers that make a response private or partial; a shared request is sent without them. */
const personal = new Set([
  'authorization',
  'cookie',
  'cache-control',
  'pragma',
  'prefer',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
])

/** Fields that are removed from a shared request, so that no response can depend on them. */
export function isPersonal(name: string): boolean {
  return personal.has(name)
}

/** Returns the head of a shared request, with a condition on the cached tag if there is one. */
export function sharedHead(head: RequestHead, etag: string | undefined): RequestHead {
  const rawHeaders = head.rawHeaders.filter(
    (_, index) => !personal.has((head.rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  )
  const headers = Object.fromEntries(Object.entries(head.headers).filter(([name]) => !personal.has(name)))
  return etag === undefined
    ? { ...head, headers, rawHeaders }
    : { ...head, headers: { ...headers, 'if-none-match': etag }, rawHeaders: [...rawHeaders, 'If-None-Match', etag] }
}
