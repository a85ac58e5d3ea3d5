import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newContext, runWithContext } from './context.ts'
import { findTraces, readTrace } from './read-trace.ts'
import { makeSpanStore } from './span-store.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

const silent = { write: () => undefined, flush: () => true, close: () => undefined }

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'span-store-'))
}

function telemetryOf(service: string, spanFolder: string, instance = 'a', maxSpanBytes = 1_000_000): Telemetry {
  return createTelemetry({
    service,
    instance,
    environment: 'test',
    version: '1',
    destination: silent,
    spanFolder,
    maxSpanBytes,
  })
}

test('a trace over several services is read in the order of its tree', async () => {
  const folder = await newFolder()
  const [gateway, order, payment] = ['gateway', 'order', 'payment'].map((name) => telemetryOf(name, folder))
  if (gateway === undefined || order === undefined || payment === undefined) throw new Error('unreachable')
  const traceId = await gateway.inSpan('POST /orders', { kind: 'server' }, async (entry) => {
    await order.inSpan('POST /orders', { kind: 'server', attributes: { orderId: 'o-1' } }, async () => {
      await payment
        .inSpan('Pay', { kind: 'server' }, async () => Promise.reject(new Error('declined')))
        .catch(() => undefined)
      await order.inSpan('INSERT orders', { kind: 'client' }, async () => Promise.resolve())
    })
    return entry.context.traceId
  })
  order.startSpan('another trace').end()
  await Promise.all([gateway.close(), order.close(), payment.close()])

  const spans = await readTrace(folder, traceId)
  expect(spans.map(({ depth, service, name, status }) => [depth, service, name, status])).toEqual([
    [0, 'gateway', 'POST /orders', undefined],
    [1, 'order', 'POST /orders', undefined],
    [2, 'payment', 'Pay', 'error'],
    [2, 'order', 'INSERT orders', undefined],
  ])
  expect(spans[2]?.events?.[0]?.name).toBe('exception')
  expect(spans.every(({ startMs, durationMs }) => Math.abs(startMs - Date.now()) < 60_000 && durationMs >= 0)).toBe(
    true,
  )
  expect(await findTraces(folder, 'o-1')).toEqual([traceId])
})

test('a span whose parent is lost is a root', async () => {
  const folder = await newFolder()
  const order = telemetryOf('order', folder)
  const lost = { ...newContext(), spanId: 'c'.repeat(16), sampled: true }
  runWithContext(lost, () => order.startSpan('orphan').end())
  await order.close()
  expect(await readTrace(folder, lost.traceId)).toMatchObject([{ name: 'orphan', depth: 0, parentSpanId: lost.spanId }])
})

test('reading takes no harm from a line cut off, nor from a folder that is not there', async () => {
  const folder = await newFolder()
  const order = telemetryOf('order', folder)
  const span = order.startSpan('whole')
  span.end()
  await order.close()
  const [file] = await readdir(join(folder, 'order'))
  const line = await readFile(join(folder, 'order', file ?? ''), 'utf8')
  await appendFile(join(folder, 'order', file ?? ''), `${line.slice(0, 60)}\n${line.slice(0, 80)}`)
  expect(await readTrace(folder, span.context.traceId)).toHaveLength(1)
  expect(await readTrace(join(folder, 'absent'), span.context.traceId)).toEqual([])
})

test('keeps at most its bytes over all instances of a service, the latest spans of each', async () => {
  const folder = await newFolder()
  const maxSpanBytes = 40_000
  const instances = ['a', 'b'].map((instance) => telemetryOf('order', folder, instance, maxSpanBytes))
  for (let i = 0; i < 400; i += 1) {
    for (const each of instances) {
      each.startSpan('x', { attributes: { at: `at-${i}-` } }).end()
      if (i % 10 === 0) await each.flush()
    }
  }
  await Promise.all(instances.map((each) => each.close()))
  const names = await readdir(join(folder, 'order'))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'order', name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(total).toBeLessThan(maxSpanBytes * 1.3)
  expect(total).toBeGreaterThan(maxSpanBytes / 2)
  expect(await findTraces(folder, '"at-399-"')).toHaveLength(2)
  expect(await findTraces(folder, '"at-0-"')).toEqual([])
})

test('continues in a folder that was removed under it', async () => {
  const folder = await newFolder()
  const order = telemetryOf('order', folder)
  order.startSpan('before').end()
  await order.flush()
  await rm(folder, { recursive: true })
  const after = order.startSpan('after')
  after.end()
  await order.close()
  expect(await readTrace(folder, after.context.traceId)).toHaveLength(1)
})

test('spans are for their owner to read alone', async () => {
  const folder = await newFolder()
  const order = telemetryOf('order', folder)
  order.startSpan('x').end()
  await order.close()
  const [file] = await readdir(join(folder, 'order'))
  expect((await stat(join(folder, 'order', file ?? ''))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'order'))).mode & 0o777).toBe(0o700)
})

test('a disk that takes nothing more rejects the write and not the next one', async () => {
  const store = makeSpanStore({ folder: '/dev/null/no-folder', service: 'order', instance: 'a' })
  await expect(store.write([])).rejects.toThrow('ENOTDIR')
  await store.close()
})
