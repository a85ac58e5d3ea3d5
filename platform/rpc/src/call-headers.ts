/** The headers of a call between services. */
export const callHeaders = {
  authorization: 'authorization',
  idempotencyKey: 'idempotency-key',
  /** In a compensation: the key of the action it undoes. */
  compensates: 'compensates',
  /** Deadline in milliseconds since the epoch. */
  deadline: 'x-request-deadline',
  /** Time left until the deadline when the call is sent, because the clocks of two hosts differ. */
  timeout: 'grpc-timeout',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  requestId: 'x-request-id',
} as const

// `%` is written in hexadecimal too, so that reading is the reverse of writing
const isPlain = /^[\x21-\x24\x26-\x7e]+$/

/** Writes an idempotency key, which may be any text, as a header value; percent-encoded where necessary. */
export function writeKey(key: string): string {
  return isPlain.test(key) ? key : encodeURIComponent(key.toWellFormed())
}

/** Reads a header value that `writeKey` wrote; any other value is returned unchanged. */
export function readKey(value: string | undefined): string | undefined {
  if (value === undefined || !value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
