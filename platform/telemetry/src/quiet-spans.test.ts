import { expect, test } from 'vitest'
import { parentBased, traceIdRatio } from './sampler.ts'
import { currentContext } from './context.ts'
import type { EndedSpan } from './span.ts'
import { traceHeaders } from './trace-headers.ts'
import { makeTracer, type Tracer } from './tracer.ts'

async function endedOf(work: (tracer: ReturnType<typeof makeTracer>) => unknown): Promise<string[]> {
  const ended: EndedSpan[] = []
  const tracer = makeTracer({
    sampler: parentBased(traceIdRatio(1)),
    onEnd: (span) => ended.push(span),
    now: () => Date.now(),
  })
  await tracer.inSpan('task sweep', { parent: null, isQuiet: true }, async () => work(tracer)).catch(() => {})
  return ended.map(({ name }) => name)
}

test('a quiet span from which nothing followed is not kept', async () => {
  expect(await endedOf(() => {})).toEqual([])
})

test('it is kept with its children', async () => {
  expect(await endedOf((tracer) => tracer.inSpan('call', {}, () => {}))).toEqual(['call', 'task sweep'])
})

test('it is kept when its context goes into an event, a task or a call', async () => {
  const send = () => {
    const context = currentContext()
    if (context !== undefined) traceHeaders(context)
  }
  expect(await endedOf(send)).toEqual(['task sweep'])
})

test('it is kept when it fails', async () => {
  const fail = () => {
    throw new Error('the disk is full')
  }
  expect(await endedOf(fail)).toEqual(['task sweep'])
})

test('details under it are not kept, and it is not kept for them', async () => {
  const detail = (tracer: Tracer) => tracer.startDetail(() => ({ name: 'SELECT tasks' }))?.end()
  expect(await endedOf(detail)).toEqual([])
  const followed = async (tracer: Tracer) => {
    tracer.inSpan('call', {}, () => detail(tracer))
    detail(tracer)
  }
  expect(await endedOf(followed)).toEqual(['SELECT tasks', 'call', 'SELECT tasks', 'task sweep'])
})
