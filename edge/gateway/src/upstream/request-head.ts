import { formatGrpcTimeout } from '@stoa/resilience'
import type { ProxiedRequest } from '../exchange.ts'

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
  'x-forwarded-prefix',
  'x-real-ip',
  // some applications read the path from these in place of the one that the rules were applied to
  'x-original-url',
  'x-rewrite-url',
  'x-request-id',
  'x-request-deadline',
  'grpc-timeout',
  'traceparent',
  'tracestate',
  'x-stoa-mirrored',
])

/** The fields that the gateway sends to an upstream. */
export interface ForwardedFields {
  readonly host: string
  readonly bodyBytes: number | undefined
  readonly deadlineMs: number
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
}

/**
 * The head of the request as it is sent on: hop-by-hop headers (RFC 9110, 7.6.1) and whatever the client said of its own
 * way here are left out, and said again.
 */
export function requestHead(
  { head, isCopy, ownKey }: ProxiedRequest,
  { host, bodyBytes, deadlineMs, trace }: ForwardedFields,
): string {
  let text = `${head.method} ${head.path}${head.search} HTTP/1.1\r\nHost: ${host}\r\n`
  const { rawHeaders } = head
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (dropped.has(plainName(name))) continue
    text += `${name}: ${rawHeaders[index + 1] ?? ''}\r\n`
  }
  text += `X-Request-Id: ${head.requestId}\r\n`
  // an upload has none
  if (deadlineMs !== Infinity) {
    text += `X-Request-Deadline: ${Math.floor(deadlineMs)}\r\n`
    // the clocks of two hosts differ, so the remaining time is sent too
    text += `grpc-timeout: ${formatGrpcTimeout(deadlineMs - Date.now())}\r\n`
  }
  text += `X-Forwarded-For: ${head.address}\r\nX-Forwarded-Proto: ${head.isSecure === true ? 'https' : 'http'}\r\n`
  const forwardedHost = head.headers.host
  if (forwardedHost !== undefined) text += `X-Forwarded-Host: ${forwardedHost}\r\n`
  if (trace.traceparent !== undefined) text += `traceparent: ${trace.traceparent}\r\n`
  if (trace.tracestate !== undefined) text += `tracestate: ${trace.tracestate}\r\n`
  if (ownKey !== undefined) text += `Idempotency-Key: "${ownKey}"\r\n`
  if (isCopy === true) text += 'X-Stoa-Mirrored: 1\r\n'
  if (bodyBytes !== undefined) text += `Content-Length: ${bodyBytes}\r\n`
  return `${text}\r\n`
}

/** Applications behind CGI and its successors read `X_Forwarded_For` as `X-Forwarded-For`. */
function plainName(name: string): string {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}
