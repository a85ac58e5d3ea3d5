import type { RequestHead } from '../exchange.ts'

/** What makes an answer one person's, or a part: an answer for everybody is asked for without it. */
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

/** Fields that never reach the service with a shared request, so that no answer can be chosen by them. */
export function isPersonal(name: string): boolean {
  return personal.has(name)
}

/** The head of a request as anybody could have made it, asking whether what is kept still holds when its tag is given. */
export function sharedHead(head: RequestHead, etag: string | undefined): RequestHead {
  const rawHeaders = head.rawHeaders.filter(
    (_, index) => !personal.has((head.rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  )
  const headers = Object.fromEntries(Object.entries(head.headers).filter(([name]) => !personal.has(name)))
  return etag === undefined
    ? { ...head, headers, rawHeaders }
    : { ...head, headers: { ...headers, 'if-none-match': etag }, rawHeaders: [...rawHeaders, 'If-None-Match', etag] }
}
