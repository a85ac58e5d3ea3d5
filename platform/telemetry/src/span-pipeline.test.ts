import { expect, test, vi } from 'vitest'
import { newContext } from './context.ts'
import { makeSpanPipeline, type SpanSink } from './span-pipeline.ts'
import type { EndedSpan } from './span.ts'

function endedSpan(change: Partial<EndedSpan> = {}): EndedSpan {
  const context = { ...newContext(), spanId: 'b'.repeat(16), sampled: true }
  const times = { startMs: 1, endMs: 2, status: 'unset', statusMessage: undefined } as const
  return {
    context,
    parentSpanId: undefined,
    name: 'x',
    kind: 'internal',
    attributes: {},
    links: [],
    events: [],
    ...times,
    ...change,
  }
}

function collectingSink(): SpanSink & { batches: EndedSpan[][] } {
  const batches: EndedSpan[][] = []
  return {
    batches,
    write: async (spans) => {
      batches.push([...spans])
      return Promise.resolve()
    },
    close: async () => Promise.resolve(),
  }
}

test('hands spans on in batches, after half a second or at 512', async () => {
  vi.useFakeTimers()
  const sink = collectingSink()
  const pipeline = makeSpanPipeline({ sinks: [sink], onDropped: () => undefined })
  pipeline.add(endedSpan())
  pipeline.add(endedSpan())
  expect(sink.batches).toEqual([])
  vi.advanceTimersByTime(500)
  for (let i = 0; i < 512; i += 1) pipeline.add(endedSpan())
  vi.advanceTimersByTime(0)
  vi.useRealTimers()
  expect(sink.batches.map((batch) => batch.length)).toEqual([2, 512])
  await pipeline.close()
})

test('holds a bounded number and counts what is over', async () => {
  const sink = collectingSink()
  let dropped = 0
  const pipeline = makeSpanPipeline({ sinks: [sink], onDropped: (count) => (dropped += count), maxHeld: 10 })
  for (let i = 0; i < 25; i += 1) pipeline.add(endedSpan())
  await pipeline.flush()
  expect([sink.batches.flat().length, dropped]).toEqual([10, 15])
})

test('counts what a sink fails to take; the others get it', async () => {
  const sink = collectingSink()
  const lost: unknown[] = []
  const broken: SpanSink = {
    write: async () => Promise.reject(new Error('disk full')),
    close: async () => Promise.resolve(),
  }
  const onDropped = (count: number, error: unknown) => lost.push([count, String(error)])
  const pipeline = makeSpanPipeline({ sinks: [broken, sink], onDropped })
  pipeline.add(endedSpan())
  await pipeline.close()
  expect(lost).toEqual([[1, 'Error: disk full']])
  expect(sink.batches).toHaveLength(1)
})

test('lets no personal data through', async () => {
  const sink = collectingSink()
  const pipeline = makeSpanPipeline({ sinks: [sink], onDropped: () => undefined })
  pipeline.add(
    endedSpan({
      name: 'GET /users/planted@example.org',
      attributes: {
        'user.email': 'planted',
        'url.full': 'http://u:planted@host/?token=planted',
        'http.route': '/users/{id}',
      },
      events: [{ name: 'exception', timeMs: 1, attributes: { 'exception.message': 'Bearer planted' } }],
      statusMessage: 'for planted@example.org',
    }),
  )
  await pipeline.close()
  expect(JSON.stringify(sink.batches)).not.toContain('planted')
  expect(sink.batches[0]?.[0]?.attributes['http.route']).toBe('/users/{id}')
})
