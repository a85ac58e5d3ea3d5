/** The metadata that travels with a call between services. */
export const callHeaders = {
  authorization: 'authorization',
  idempotencyKey: 'idempotency-key',
  /** In a compensation: the key of the action it undoes. */
  compensates: 'compensates',
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  deadline: 'x-request-deadline',
  /** How much of that is left when it is sent: the clocks of two hosts differ. */
  timeout: 'grpc-timeout',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  requestId: 'x-request-id',
} as const

// `%` is written in hexadecimal too, so that reading is the reverse of writing
const isPlain = /^[\x21-\x24\x26-\x7e]+$/

/** Writes an idempotency key, any text, as a header's value: as it is where that fits, else percent-encoded. */
export function writeKey(key: string): string {
  return isPlain.test(key) ? key : encodeURIComponent(key.toWellFormed())
}

/** Reads what `writeKey` wrote; what it cannot have written is taken as it is. */
export function readKey(value: string | undefined): string | undefined {
  if (value === undefined || !value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
