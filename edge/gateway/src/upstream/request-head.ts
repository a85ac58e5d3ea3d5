import type { Exchange } from '../exchange.ts'

const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'host',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'x-request-id',
  'x-request-deadline',
  'traceparent',
  'tracestate',
])

/** What the gateway says itself to an upstream. */
export interface Said {
  readonly host: string
  readonly bodyBytes: number | undefined
  readonly deadlineMs: number
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
}

/**
 * The head of the request as it is sent on: hop-by-hop headers (RFC 9110, 7.6.1) and whatever the client said of its own
 * way here are left out, and said anew.
 */
export function requestHead({ head }: Exchange, { host, bodyBytes, deadlineMs, trace }: Said): string {
  const named = connectionTokens(head.headers.connection)
  let text = `${head.method} ${head.path}${head.search} HTTP/1.1\r\nHost: ${host}\r\n`
  const { rawHeaders } = head
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (dropped.has(lower) || named.has(lower)) continue
    text += `${name}: ${rawHeaders[index + 1] ?? ''}\r\n`
  }
  text += `X-Request-Id: ${head.requestId}\r\nX-Request-Deadline: ${Math.floor(deadlineMs)}\r\n`
  text += `X-Forwarded-For: ${head.address}\r\nX-Forwarded-Proto: http\r\n`
  const forwardedHost = head.headers.host
  if (forwardedHost !== undefined) text += `X-Forwarded-Host: ${forwardedHost}\r\n`
  if (trace.traceparent !== undefined) text += `traceparent: ${trace.traceparent}\r\n`
  if (trace.tracestate !== undefined) text += `tracestate: ${trace.tracestate}\r\n`
  if (bodyBytes !== undefined) text += `Content-Length: ${bodyBytes}\r\n`
  return `${text}\r\n`
}

const noTokens: ReadonlySet<string> = new Set()

function connectionTokens(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return noTokens
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((token) => token.trim()),
  )
}
