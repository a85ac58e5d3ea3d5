import type { RequestHead } from '../exchange.ts'

const kept = new Set(['authorization', 'accept-language'])

/** Who asks, without the body and the conditions of the request for the whole. */
export function bareHead(head: RequestHead): RequestHead {
  const rawHeaders = head.rawHeaders.filter((_, index) =>
    kept.has((head.rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  )
  const headers = Object.fromEntries(Object.entries(head.headers).filter(([name]) => kept.has(name)))
  return { ...head, headers, rawHeaders }
}
