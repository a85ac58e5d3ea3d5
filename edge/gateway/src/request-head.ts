import type { RequestHead } from './exchange.ts'

/** The head with one value of a header, or without it. */
export function withHeader(
  head: RequestHead,
  name: 'authorization' | 'cookie' | 'dpop' | 'sec-websocket-protocol',
  value: string | undefined,
): RequestHead {
  const { [name]: _given, ...others } = head.headers
  const rawHeaders = head.rawHeaders.filter(
    (_, index) => (head.rawHeaders[index - (index % 2)] ?? '').toLowerCase() !== name,
  )
  if (value === undefined) return { ...head, headers: others, rawHeaders }
  return { ...head, headers: { ...others, [name]: value }, rawHeaders: [...rawHeaders, name, value] }
}
