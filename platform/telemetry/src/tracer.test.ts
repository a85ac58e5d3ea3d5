import { AppError } from '@stoa/kernel'
import { describe, expect, test } from 'vitest'
import {
  addLogFields,
  currentContext,
  newContext,
  runWithContext,
  runWithoutContext,
  type TraceContext,
} from './context.ts'
import { parentBased, traceIdRatio } from './sampler.ts'
import type { EndedSpan } from './span.ts'
import { makeTracer, type Tracer } from './tracer.ts'

function tracing(sampleRatio = 1): { tracer: Tracer; ended: EndedSpan[] } {
  const ended: EndedSpan[] = []
  let nowMs = 1_000
  const tracer = makeTracer({
    sampler: parentBased(traceIdRatio(sampleRatio)),
    onEnd: (span) => ended.push(span),
    now: () => (nowMs += 1),
  })
  return { tracer, ended }
}

const caller: TraceContext = { ...newContext(), traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true }

test('the first span is the root of a new trace', () => {
  const { tracer, ended } = tracing()
  tracer.startSpan('tick').end()
  expect(ended[0]?.parentSpanId).toBeUndefined()
  expect(ended[0]?.context.traceId).toMatch(/^[\da-f]{32}$/)
  expect(ended[0]?.context.spanId).toMatch(/^[\da-f]{16}$/)
})

test('spans nest along awaits and keep what the context carries', async () => {
  const { tracer, ended } = tracing()
  const context = { ...caller, requestId: 'r-1', deadlineMs: 9, traceState: 'foo=1' }
  await tracer.inSpan('POST /orders', { kind: 'server', parent: context }, async () => {
    await Promise.resolve()
    await tracer.inSpan('SELECT orders', { kind: 'client' }, async () => {
      await Promise.resolve()
      addLogFields({ orderId: 'o-1' })
    })
    expect(currentContext()).toMatchObject({ requestId: 'r-1', deadlineMs: 9, traceState: 'foo=1' })
  })
  const [select, post] = ended
  expect(ended.map(({ name, kind }) => [name, kind])).toEqual([
    ['SELECT orders', 'client'],
    ['POST /orders', 'server'],
  ])
  expect(post?.parentSpanId).toBe(caller.spanId)
  expect(select?.parentSpanId).toBe(post?.context.spanId)
  expect(select?.context.traceId).toBe(caller.traceId)
  expect(post?.context.logFields).toEqual({ orderId: 'o-1' })
  expect(currentContext()).toBeUndefined()
})

test("parallel spans do not become each other's parents", async () => {
  const { tracer, ended } = tracing()
  await tracer.inSpan('both', {}, () =>
    Promise.all(['left', 'right'].map((name) => tracer.inSpan(name, {}, async () => Promise.resolve()))),
  )
  const both = ended.find(({ name }) => name === 'both')
  expect(ended.filter(({ name }) => name !== 'both').map(({ parentSpanId }) => parentSpanId)).toEqual([
    both?.context.spanId,
    both?.context.spanId,
  ])
})

test('a span without a parent, or in work that outlives its cause, begins another trace', () => {
  const { tracer, ended } = tracing()
  runWithContext(caller, () => {
    tracer.startSpan('apart', { parent: null }).end()
    runWithoutContext(() => tracer.startSpan('later').end())
  })
  expect(ended.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined])
  expect(ended.map(({ context }) => context.traceId)).not.toContain(caller.traceId)
})

test('a context that has no span yet gives its trace id to the root', () => {
  const { tracer, ended } = tracing()
  const context = newContext({ requestId: 'r-1' })
  runWithContext(context, () => tracer.startSpan('job').end())
  expect(ended[0]).toMatchObject({
    parentSpanId: undefined,
    context: { traceId: context.traceId, requestId: 'r-1', sampled: true },
  })
})

describe('sampling', () => {
  test('by ratio keeps about that share of the traces, alike in every process', () => {
    const one = tracing(0.25)
    const other = tracing(0.25)
    const kept = Array.from({ length: 4_000 }, () => newContext()).filter((parent) => {
      const sampled = one.tracer.startSpan('x', { parent }).context.sampled
      expect(other.tracer.startSpan('x', { parent }).context.sampled).toBe(sampled)
      return sampled
    })
    expect(kept.length).toBeGreaterThan(800)
    expect(kept.length).toBeLessThan(1_200)
  })

  test('by ratio looks at the end of the id, the part that every caller makes at random', () => {
    const { tracer } = tracing(0.25)
    const isSampled = (traceId: string) =>
      tracer.startSpan('x', { parent: { ...newContext(), traceId } }).context.sampled
    expect(isSampled(`${'f'.repeat(19)}${'3'.repeat(13)}`)).toBe(true)
    expect(isSampled(`${'0'.repeat(19)}${'4'.repeat(13)}`)).toBe(false)
  })

  test('goes by the caller, whatever the ratio', () => {
    const none = tracing(0)
    const all = tracing(1)
    none.tracer.startSpan('x', { parent: caller }).end()
    all.tracer.startSpan('x', { parent: { ...caller, sampled: false } }).end()
    expect([none.ended.length, all.ended.length]).toEqual([1, 0])
  })

  test('an unsampled trace still has its ids and hands them on', () => {
    const { tracer, ended } = tracing(0)
    const parent = { ...caller, sampled: false }
    expect(tracer.inSpan('x', { parent }, (span) => [span.isRecording, currentContext()])).toEqual([false, parent])
    const root = tracer.startSpan('root')
    expect(root.context).toMatchObject({ sampled: false, traceId: expect.stringMatching(/^[\da-f]{32}$/) as string })
    expect(root.context.spanId).toMatch(/^[\da-f]{16}$/)
    root.end()
    expect(ended).toEqual([])
  })
})

describe('a span', () => {
  test('carries name, attributes, links, events and its times', () => {
    const { tracer, ended } = tracing()
    const link = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }
    const span = tracer.startSpan('batch', { kind: 'consumer', attributes: { first: 1 }, links: [link] })
    span.setAttribute('second', ['a'])
    span.addEvent('retried', { attempt: 2 })
    span.setName('order.events')
    span.end()
    expect(ended[0]).toMatchObject({
      name: 'order.events',
      kind: 'consumer',
      attributes: { first: 1, second: ['a'] },
      links: [link],
      events: [{ name: 'retried', timeMs: 1_002, attributes: { attempt: 2 } }],
      startMs: 1_001,
      endMs: 1_003,
      status: 'unset',
    })
  })

  test('is closed once it has ended', () => {
    const { tracer, ended } = tracing()
    const span = tracer.startSpan('once')
    span.end()
    span.setAttribute('late', 1)
    span.setName('late')
    span.addEvent('late')
    span.setError(new Error('late'))
    span.end()
    expect(ended).toHaveLength(1)
    expect(ended[0]).toMatchObject({ name: 'once', attributes: {}, events: [], status: 'unset' })
  })

  test('fails by what is thrown in it, at once or later, and the error continues', async () => {
    const { tracer, ended } = tracing()
    const fail = (): never => {
      throw new TypeError('broken')
    }
    expect(() => tracer.inSpan('now', {}, fail)).toThrow('broken')
    await expect(tracer.inSpan('later', {}, async () => Promise.reject(new TypeError('broken')))).rejects.toThrow(
      'broken',
    )
    for (const span of ended) {
      expect(span).toMatchObject({
        status: 'error',
        statusMessage: 'broken',
        attributes: { 'error.type': 'TypeError' },
      })
      expect(span.events[0]).toMatchObject({ name: 'exception', attributes: { 'exception.message': 'broken' } })
      expect(span.events[0]?.attributes['exception.stacktrace']).toContain('tracer.test.ts')
    }
    expect(ended).toHaveLength(2)
  })

  test('does not fail by a refusal, but by what is unavailable', () => {
    const { tracer, ended } = tracing()
    for (const kind of ['conflict', 'unavailable'] as const) {
      const span = tracer.startSpan(kind)
      span.setError(new AppError(kind, `order.${kind}`, 'no'))
      span.end()
    }
    expect(ended.map(({ status, attributes, events }) => [status, attributes['error.type'], events.length])).toEqual([
      ['unset', 'order.conflict', 0],
      ['error', 'order.unavailable', 1],
    ])
  })
})
