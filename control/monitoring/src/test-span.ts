import type { StoredSpan } from '@stoa/telemetry'

/** A span of order for tests, with what is given in place of the usual. */
export function testSpan(more: Partial<StoredSpan> = {}): StoredSpan {
  return {
    traceId: 'a'.repeat(32),
    spanId: '1'.repeat(16),
    service: 'order',
    instance: 'order-1',
    name: 'x',
    kind: 'internal',
    startMs: 10,
    durationMs: 1,
    ...more,
  }
}
