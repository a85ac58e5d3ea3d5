import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTreeOrder, listTraces } from './read-trace.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-traces-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Said {
  readonly trace: string
  readonly startMs: number
  readonly durationMs?: number
  readonly parent?: string
  readonly isFailed?: boolean
  readonly name?: string
}

async function keep(service: string, spans: readonly Said[]): Promise<void> {
  const lines = spans.map(({ trace, parent, isFailed, startMs, durationMs = 1, name = 'GET /' }, index) =>
    JSON.stringify({
      traceId: trace.repeat(32),
      spanId: `${index}`,
      ...(parent === undefined ? {} : { parentSpanId: parent }),
      service,
      instance: service,
      name,
      kind: 'server',
      startMs,
      durationMs,
      ...(isFailed === true ? { status: 'error', statusMessage: '' } : {}),
    }),
  )
  await mkdir(join(folder, service), { recursive: true })
  // the last one is still being written
  await writeFile(join(folder, service, '1-a.jsonl'), `${lines.join('\n')}\n{"traceId":"`)
}

const ids = async (filter: Parameters<typeof listTraces>[1]) =>
  (await listTraces(folder, filter)).map(({ traceId }) => traceId[0])

test('traces are listed by their roots: the latest, the slowest, those in which something failed', async () => {
  await keep('gateway', [
    { trace: 'a', startMs: 1, durationMs: 50 },
    { trace: 'b', startMs: 2, durationMs: 9 },
    { trace: 'c', startMs: 3, durationMs: 20, name: 'GET /admin/*' },
  ])
  await keep('order', [
    { trace: 'b', startMs: 2, parent: '1', isFailed: true },
    { trace: 'd', startMs: 4, parent: 'lost' },
  ])
  expect(await ids({})).toEqual(['c', 'b', 'a'])
  expect(await ids({ order: 'slowest', limit: 2 })).toEqual(['a', 'c'])
  expect(await listTraces(folder, { isFailed: true })).toMatchObject([{ service: 'gateway', errors: 1 }])
  expect(await ids({ minDurationMs: 10, sinceMs: 2 })).toEqual(['c'])
  expect(await ids({ leftOut: /admin/ })).toEqual(['b', 'a'])
  expect(await ids({ service: 'order' })).toEqual([])
})

test('a chain of more spans than the call stack holds is placed in order', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) => ({
    traceId: 'a'.repeat(32),
    spanId: `${index}`,
    ...(index === 0 ? {} : { parentSpanId: `${index - 1}` }),
    service: 'foreign',
    instance: 'foreign',
    name: 'call',
    kind: 'internal' as const,
    startMs: index,
    durationMs: 1,
  }))
  expect(inTreeOrder(chain).at(-1)).toMatchObject({ spanId: '99999', depth: 99_999 })
})

test('siblings are placed by their start, each before its children', () => {
  const span = (spanId: string, parentSpanId?: string) => ({
    traceId: 'a'.repeat(32),
    spanId,
    service: 'tea',
    instance: 'tea',
    name: 'x',
    kind: 'server' as const,
    startMs: 0,
    durationMs: 1,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
  })
  const placed = inTreeOrder([
    span('root'),
    span('a', 'root'),
    span('b', 'root'),
    span('a1', 'a'),
    span('lost', 'gone'),
  ])
  expect(placed.map(({ spanId, depth }) => `${spanId} ${depth}`)).toEqual(['root 0', 'a 1', 'a1 2', 'b 1', 'lost 0'])
})
