import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text as words } from 'node:stream/consumers'
import { systemClock } from '@stoa/kernel'
import { openDatabase } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLogBuffer } from '../src/log-buffer.ts'
import { readLogRecords } from '../src/otlp/read-log-records.ts'
import { logExportOf, logRecord, startMonitoring, type MonitoringApp } from './monitoring-app.ts'

let app: MonitoringApp
beforeAll(async () => {
  app = await startMonitoring({ LOG_STORAGE_MEGABYTES: '1', LOG_RETENTION_HOURS: '1' })
})
afterAll(() => app.service.stop())

const stored = async () => {
  const [row] = await app.service.database.read.sql<{ bytes: number }>`
    select coalesce(sum(size_bytes), 0)::integer as bytes from log_records`
  return row?.bytes ?? 0
}
const messages = async (query: string) =>
  (await app.read(`logs?limit=200&${query}`)).body.items.map(({ message }: { message: string }) => message)

test('above the limit of the storage the oldest lines are deleted, also while more arrive, and the latest stay', async () => {
  for (let batch = 0; batch < 30; batch += 1) {
    const records = Array.from({ length: 50 }, (_, at) =>
      logRecord({ ago: 60_000 - batch * 1_000, body: { stringValue: `${batch}-${at} ${'x'.repeat(1_000)}` } }),
    )
    await app.sendLogs('order', ...records)
    // a read stores what has arrived
    await app.read('logs?limit=1')
    expect(await stored()).toBeLessThan(1_200_000)
  }
  await app.service.runTask('prune-logs', {})
  expect(await stored()).toBeLessThanOrEqual(1_000_000)
  expect(await stored()).toBeGreaterThan(700_000)
  expect(await messages('contains=29-49')).toHaveLength(1)
  expect(await messages('contains=0-49')).not.toContainEqual(expect.stringMatching(/^0-/))
})

test('what is older than the retention, or was left in the future by a clock, is deleted', async () => {
  await app.service.database.transaction((tx) => tx.sql`delete from log_records`)
  const line = (message: string) => logRecord({ body: { stringValue: message } })
  await app.sendLogs('order', line('old'), line('ahead'), line('kept'))
  expect(await messages('')).toHaveLength(3)
  await app.service.database.transaction(async (tx) => {
    await tx.sql`update log_records set at = at - interval '2 hours' where message = 'old'`
    await tx.sql`update log_records set at = at + interval '1 day' where message = 'ahead'`
  })
  await app.service.runTask('prune-logs', {})
  expect(await messages('')).toEqual(['kept'])
})

test('a database that is unavailable costs lines, which are counted, and no sender waits', async () => {
  const destination = { write: () => {}, flush: () => true, close: () => {} }
  const telemetry = createTelemetry({ service: 'm', instance: 'm', environment: 'test', version: '1', destination })
  const database = openDatabase({ url: 'postgres://x@127.0.0.1:1/x', applicationName: 'x', statementTimeoutMs: 1_000 })
  const retention = { hours: 1, maxBytes: 1e6 }
  const buffer = makeLogBuffer({ database, clock: systemClock, telemetry, retention, intervalMs: 60_000 })
  const request = logExportOf('order', ...Array.from({ length: 15_000 }, (_, at) => logRecord({ traceId: String(at) })))
  const { records } = readLogRecords(request, { fromMs: 0, toMs: Infinity }, Date.now())
  expect(buffer.add(records, 0)).toBe(true)
  expect(buffer.add(records, 0)).toBe(false)
  await buffer.close()
  await eventually(async () => {
    const { body } = await telemetry.metrics.expose()
    expect(body).toContain('monitoring_logs_dropped_total{reason="saturated"} 15000')
    expect(body).toContain('monitoring_logs_dropped_total{reason="database.unavailable"} 15000')
  })
  await database.close()
  await telemetry.close()
})

test('a line about a refused export is not exported itself', async () => {
  const bodies: string[] = []
  const collector = createServer((request, response) => {
    void words(request).then((body) => {
      if (request.url === '/v1/logs') bodies.push(body)
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const observed = await startMonitoring({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, LOG_LEVEL: 'info' })
  try {
    const refused = await observed.send('{}', { authorization: 'Bearer another-token-altogether' }, '/v1/logs')
    expect(refused.status).toBe(401)
    await observed.read('logs')
    await eventually(() => expect(bodies.join('')).toContain('/api/v1/telemetry/logs'))
    expect(bodies.join('')).not.toContain('/v1/logs')
  } finally {
    await observed.service.stop()
    collector.close()
  }
})
