import { expect, test } from 'vitest'
import { testSpan } from './test-span.ts'
import { hopOf, partsOf } from './trace-parts.ts'

test('splits a batch by trace, in the order of the ids, each described by its earliest and longest span', () => {
  const [a, b] = ['a'.repeat(32), 'b'.repeat(32)]
  const parts = partsOf([
    testSpan({ traceId: b, name: 'other' }),
    testSpan({ traceId: a, name: 'child', startMs: 10, durationMs: 2 }),
    testSpan({ traceId: a, name: 'root', startMs: 10, durationMs: 5 }),
    testSpan({ traceId: a, name: 'late', startMs: 12, status: 'error' }),
  ])
  expect(parts.map(({ traceId, first, errors }) => [traceId, first.name, errors])).toEqual([
    [a, 'root', 1],
    [b, 'other', 0],
  ])
})

test('a request, a message and a root enter a process; a call and a publication leave it; a statement does neither', () => {
  const parentSpanId = '2'.repeat(16)
  expect(hopOf(testSpan({ kind: 'server', parentSpanId }))).toBe('entry')
  expect(hopOf(testSpan({ kind: 'consumer', parentSpanId }))).toBe('entry')
  expect(hopOf(testSpan({}))).toBe('entry')
  expect(hopOf(testSpan({ kind: 'client', parentSpanId }))).toBe('exit')
  expect(hopOf(testSpan({ kind: 'producer', parentSpanId }))).toBe('exit')
  expect(
    hopOf(testSpan({ kind: 'client', parentSpanId, attributes: { 'db.system.name': 'postgresql' } })),
  ).toBeUndefined()
  expect(hopOf(testSpan({ parentSpanId }))).toBeUndefined()
})
