/** The metadata that travels with a call between services. */
export const callHeaders = {
  authorization: 'authorization',
  idempotencyKey: 'idempotency-key',
  /** In a compensation: the key of the action it undoes. */
  compensates: 'compensates',
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  deadline: 'x-request-deadline',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  requestId: 'x-request-id',
} as const
