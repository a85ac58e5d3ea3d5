import type { StoredSpan } from '@stoa/telemetry'
import { expect, test } from 'vitest'
import { hopOf, partsOf } from './trace-parts.ts'

const span = (more: Partial<StoredSpan>): StoredSpan => ({
  traceId: 'a'.repeat(32),
  spanId: '1'.repeat(16),
  service: 'order',
  instance: 'order-1',
  name: 'x',
  kind: 'internal',
  startMs: 10,
  durationMs: 1,
  ...more,
})

test('splits a batch by trace, in the order of the ids, each described by its earliest and longest span', () => {
  const [a, b] = ['a'.repeat(32), 'b'.repeat(32)]
  const parts = partsOf([
    span({ traceId: b, name: 'other' }),
    span({ traceId: a, name: 'child', startMs: 10, durationMs: 2 }),
    span({ traceId: a, name: 'root', startMs: 10, durationMs: 5 }),
    span({ traceId: a, name: 'late', startMs: 12, status: 'error' }),
  ])
  expect(parts.map(({ traceId, first, errors }) => [traceId, first.name, errors])).toEqual([
    [a, 'root', 1],
    [b, 'other', 0],
  ])
})

test('a request, a message and a root enter a process; a call and a publication leave it; a statement does neither', () => {
  const parentSpanId = '2'.repeat(16)
  expect(hopOf(span({ kind: 'server', parentSpanId }))).toBe('entry')
  expect(hopOf(span({ kind: 'consumer', parentSpanId }))).toBe('entry')
  expect(hopOf(span({}))).toBe('entry')
  expect(hopOf(span({ kind: 'client', parentSpanId }))).toBe('exit')
  expect(hopOf(span({ kind: 'producer', parentSpanId }))).toBe('exit')
  expect(hopOf(span({ kind: 'client', parentSpanId, attributes: { 'db.system.name': 'postgresql' } }))).toBeUndefined()
  expect(hopOf(span({ parentSpanId }))).toBeUndefined()
})
