import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import { systemClock } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { makeSpanBuffer } from '../src/span-buffer.ts'
import { readSpans } from '../src/otlp/read-spans.ts'
import { exportOf, span, startMonitoring, text, traceId, type MonitoringApp } from './monitoring-app.ts'

let app: MonitoringApp
beforeAll(async () => {
  app = await startMonitoring({ TRACE_STORAGE_MEGABYTES: '1', TRACE_RETENTION_HOURS: '1' })
})
afterAll(() => app.service.stop())

const large = 'x'.repeat(1_900)
const batch = (id: string) =>
  Array.from({ length: 50 }, (_, at) => span({ traceId: id, name: `span ${at}`, attributes: [text('large', large)] }))

const storedBytes = async () => {
  const [row] = await app.service.database.read.sql<{ bytes: number }>`
    select coalesce(sum(size_bytes), 0)::integer as bytes from spans`
  return row?.bytes ?? 0
}

test('above the limit of the storage the oldest spans are deleted, and the latest stay', async () => {
  const ids = Array.from({ length: 20 }, traceId)
  for (const id of ids) {
    await app.sendSpans('order', ...batch(id))
    // a read stores what has arrived
    await app.read(`traces/${id}`)
  }
  await app.service.runTask('prune-spans', {})
  expect(await storedBytes()).toBeLessThanOrEqual(1_000_000)
  expect(await storedBytes()).toBeGreaterThan(700_000)
  expect((await app.read(`traces/${ids.at(-1)}`)).status).toBe(200)
  expect((await app.read(`traces/${ids[0]}`)).status).toBe(404)
})

test('what is older than the retention is deleted from every table', async () => {
  const id = traceId()
  await app.sendSpans('order', span({ traceId: id, name: 'old' }))
  expect((await app.read(`traces/${id}`)).status).toBe(200)
  await app.service.database.transaction(async (tx) => {
    await tx.sql`update spans set received_at = received_at - interval '2 hours'`
    await tx.sql`update traces set started_at = started_at - interval '2 hours'`
    await tx.sql`update hops set started_at = started_at - interval '2 hours'`
  })
  await app.service.runTask('prune-spans', {})
  const [row] = await app.service.database.read.sql`
    select (select count(*) from spans) + (select count(*) from traces) + (select count(*) from hops) as kept`
  expect(Number(row?.['kept'])).toBe(0)
})

test('what a clock that has been set back left in the future is deleted, and what arrives is kept', async () => {
  const [ahead, current] = [traceId(), traceId()]
  await app.sendSpans('order', span({ traceId: ahead, name: 'ahead' }))
  expect((await app.read(`traces/${ahead}`)).status).toBe(200)
  await app.service.database.transaction(async (tx) => {
    await tx.sql`update spans set received_at = received_at + interval '1 day' where trace_id = ${ahead}`
    await tx.sql`update traces set started_at = started_at + interval '1 day' where trace_id = ${ahead}`
    await tx.sql`update hops set started_at = started_at + interval '1 day' where trace_id = ${ahead}`
  })
  await app.sendSpans('order', span({ traceId: current, name: 'current' }))
  expect((await app.read(`traces/${current}`)).status).toBe(200)
  await app.service.runTask('prune-spans', {})
  expect((await app.read(`traces/${ahead}`)).status).toBe(404)
  expect((await app.read(`traces/${current}`)).status).toBe(200)
  expect(await app.ids('limit=200')).toEqual([current])
  const hops = await app.service.database.read.sql`select from hops`
  expect(hops).toHaveLength(1)
})

test('a database that is unavailable costs spans, which are counted, and no sender waits', async () => {
  const destination = { write: () => {}, flush: () => true, close: () => {} }
  const telemetry = createTelemetry({ service: 'm', instance: 'm', environment: 'test', version: '1', destination })
  const database = openDatabase({ url: 'postgres://x@127.0.0.1:1/x', applicationName: 'x', statementTimeoutMs: 1_000 })
  const retention = { hours: 1, maxBytes: 1e6 }
  const buffer = makeSpanBuffer({ database, clock: systemClock, telemetry, retention, intervalMs: 60_000 })
  const request = exportOf('order', ...Array.from({ length: 15_000 }, () => span({ traceId: traceId(), name: 'x' })))
  const { spans } = readSpans(request, { fromMs: 0, toMs: Infinity })
  expect(buffer.add(spans, 0)).toBe(true)
  expect(buffer.add(spans, 0)).toBe(false)
  await buffer.close()
  await eventually(async () => {
    const { body } = await telemetry.metrics.expose()
    expect(body).toContain('monitoring_spans_dropped_total{reason="saturated"} 15000')
    expect(body).toContain('monitoring_spans_dropped_total{reason="database.unavailable"} 15000')
  })
  await database.close()
  await telemetry.close()
})
