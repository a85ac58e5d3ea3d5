import type { PlacedSpan } from '@stoa/supervisor/traces'
import { expect, test } from 'vitest'
import { formatTrace } from './trace-tree.ts'

function span(
  name: string,
  place: Pick<PlacedSpan, 'depth' | 'service' | 'startMs' | 'durationMs'> & Partial<PlacedSpan>,
): PlacedSpan {
  return { traceId: 'a'.repeat(32), spanId: name, name, kind: 'server', instance: `${place.service}-1`, ...place }
}

test('each span stands under its parent with its start, its duration and a bar', () => {
  const lines = formatTrace([
    span('POST /orders', { depth: 0, service: 'gateway', startMs: 1_000, durationMs: 40 }),
    span('quote', {
      depth: 1,
      service: 'pricing',
      startMs: 1_020,
      durationMs: 20,
      status: 'error',
      statusMessage: 'no answer',
    }),
  ])
  expect(lines).toEqual([
    `Trace ${'a'.repeat(32)}: 2 spans in 2 services, 40.0 ms`,
    'gateway: POST /orders   +0.00 ms   40.0 ms  ████████████████████████',
    '  pricing: quote        +20.0 ms   20.0 ms              ████████████  no answer',
  ])
})

test('statements to databases are counted, and shown if they are asked for', () => {
  const place = { depth: 1, service: 'order', startMs: 1_000, durationMs: 1 }
  const spans = [
    span('POST /orders', { depth: 0, service: 'order', startMs: 1_000, durationMs: 40 }),
    span('SELECT orders', { ...place, attributes: { 'db.system.name': 'postgresql' } }),
  ]
  expect(formatTrace(spans)[0]).toMatch(/: 1 spans in 1 services, 40.0 ms, and 1 statements \(--sql\)$/)
  expect(formatTrace(spans).join()).not.toContain('SELECT orders')
  expect(formatTrace(spans, { withStatements: true }).join()).toContain('SELECT orders')
})

test('an empty trace has no lines', () => {
  expect(formatTrace([])).toEqual([])
})
