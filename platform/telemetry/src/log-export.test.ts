import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { newContext, runWithContext, withLocalLogs } from './context.ts'
import { makeLogExport, sendsLogs } from './log-export.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts'

interface Sent {
  readonly path: string | undefined
  readonly tenant: unknown
  readonly resource: { readonly attributes: readonly { key: string; value: Record<string, unknown> }[] }
  readonly records: readonly Record<string, unknown>[]
}

let server: Server | undefined
afterEach(() => void server?.close())

/** A collector that keeps what is sent to /v1/logs. */
async function startCollector(status = 200, maxBytes = Infinity): Promise<{ sent: Sent[]; endpoint: string }> {
  const sent: Sent[] = []
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      const [logs] = (JSON.parse(body).resourceLogs ?? []) as [any]
      if (body.length > maxBytes) return void response.writeHead(413).end('{}')
      if (logs !== undefined) {
        const { resource, scopeLogs } = logs
        const { logRecords: records } = scopeLogs[0]
        sent.push({ path: request.url, tenant: request.headers['x-tenant'], resource, records })
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server = collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  return { sent, endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` }
}

function telemetryTo(
  otlpEndpoint: string,
  more: Partial<TelemetryOptions> = {},
): { telemetry: Telemetry; lines: string[] } {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line), flush: () => true, close: () => undefined }
  const origin = { service: 'order', instance: 'order-1', environment: 'test', version: '1.2.3' }
  const options = { ...origin, destination, otlpEndpoint, otlpHeaders: 'x-tenant=t', ...more }
  return { telemetry: createTelemetry(options), lines }
}

const messagesOf = (sent: readonly Sent[]) =>
  sent.flatMap(({ records }) => records.map(({ body }) => (body as { stringValue: string }).stringValue))
const context = { ...newContext(), traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true }

test('sends log records as OTLP/HTTP says, with the ids of the trace and redacted as the lines are', async () => {
  const { sent, endpoint } = await startCollector()
  const { telemetry, lines } = telemetryTo(endpoint)
  const fields = {
    total: 19.5,
    items: [{ sku: 'TEA', count: 2, isGift: false, note: null }],
    email: 'ada@example.com',
    shippingAddress: { city: 'Kiel' },
  }
  runWithContext(context, () => telemetry.logger.info('mail to ada@example.com', fields))
  await telemetry.close()

  expect(sent).toHaveLength(1)
  expect(sent[0]).toMatchObject({ path: '/v1/logs', tenant: 't' })
  const resource = Object.fromEntries(sent[0]?.resource.attributes.map(({ key, value }) => [key, value]) ?? [])
  expect(resource).toMatchObject({
    'service.name': { stringValue: 'order' },
    'service.instance.id': { stringValue: 'order-1' },
    'service.version': { stringValue: '1.2.3' },
    'deployment.environment.name': { stringValue: 'test' },
  })
  const [record] = sent[0]?.records ?? []
  expect(record).toMatchObject({
    severityNumber: 9,
    severityText: 'info',
    body: { stringValue: 'mail to [redacted]' },
    traceId: context.traceId,
    spanId: context.spanId,
    attributes: [
      { key: 'total', value: { doubleValue: 19.5 } },
      {
        key: 'items',
        value: {
          arrayValue: {
            values: [
              {
                kvlistValue: {
                  values: [
                    { key: 'sku', value: { stringValue: 'TEA' } },
                    { key: 'count', value: { intValue: 2 } },
                    { key: 'isGift', value: { boolValue: false } },
                    { key: 'note', value: {} },
                  ],
                },
              },
            ],
          },
        },
      },
      { key: 'email', value: { stringValue: '[redacted]' } },
      { key: 'shippingAddress', value: { stringValue: '[redacted]' } },
    ],
  })
  const sentMs = Number(BigInt(String(record?.['timeUnixNano'])) / 1_000_000n)
  expect(Math.abs(sentMs - Date.parse(JSON.parse(lines[0] ?? '').timestamp))).toBeLessThan(1_000)
})

test('an error is sent by the conventions for exceptions, with what these have no name for', async () => {
  const { sent, endpoint } = await startCollector()
  const { telemetry } = telemetryTo(endpoint)
  telemetry.logger.error('failed', { error: Object.assign(new TypeError('broken'), { code: 'E1' }) })
  await telemetry.close()
  expect(sent[0]?.records[0]?.['attributes']).toEqual([
    { key: 'exception.type', value: { stringValue: 'TypeError' } },
    { key: 'exception.message', value: { stringValue: 'broken' } },
    { key: 'exception.stacktrace', value: { stringValue: expect.stringContaining('TypeError: broken') } },
    { key: 'error', value: { kvlistValue: { values: [{ key: 'code', value: { stringValue: 'E1' } }] } } },
  ])
})

test('lines of one millisecond have different times, in their order', async () => {
  const { sent, endpoint } = await startCollector()
  const { telemetry } = telemetryTo(endpoint)
  for (let line = 0; line < 50; line += 1) telemetry.logger.info('same')
  await telemetry.close()
  const times = sent.flatMap(({ records }) => records.map((record) => BigInt(String(record['timeUnixNano']))))
  expect(new Set(times).size).toBe(50)
  expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
})

test('sends what is written, from info on by default', async () => {
  const { sent, endpoint } = await startCollector()
  const write = async (more: Partial<TelemetryOptions>) => {
    const { telemetry } = telemetryTo(endpoint, more)
    for (const level of ['debug', 'info', 'warn', 'error'] as const) telemetry.logger[level](level)
    await telemetry.close()
    return messagesOf(sent.splice(0))
  }
  expect(await write({ logLevel: 'debug' })).toEqual(['info', 'warn', 'error'])
  expect(await write({ logLevel: 'debug', logExportLevel: 'debug' })).toEqual(['debug', 'info', 'warn', 'error'])
  expect(await write({ logLevel: 'error' })).toEqual(['error'])
  expect(await write({ logExportLevel: 'warn' })).toEqual(['warn', 'error'])
  expect(await write({ logsExporter: 'none' })).toEqual([])
})

test.each([
  [undefined, true, []],
  ['otlp', true, []],
  ['none', false, []],
  ['console', false, []],
  ['console, OTLP', true, []],
  ['loki', true, ['loki']],
  ['loki,none', false, ['loki']],
])('OTEL_LOGS_EXPORTER %s sends: %s', (setting, isSent, unknown) => {
  const names: string[] = []
  expect(sendsLogs(setting, (name) => names.push(name))).toBe(isSent)
  expect(names).toEqual(unknown)
})

test('a line that is written while its logs stay local is not sent', async () => {
  const { sent, endpoint } = await startCollector()
  const { telemetry, lines } = telemetryTo(endpoint)
  withLocalLogs(() => telemetry.logger.warn('local'))
  telemetry.logger.warn('sent')
  await telemetry.close()
  expect(messagesOf(sent)).toEqual(['sent'])
  expect(lines).toHaveLength(2)
})

test('a collector that refuses costs the records, counted and reported once, and the report is not sent', async () => {
  const { sent, endpoint } = await startCollector(400)
  const { telemetry, lines } = telemetryTo(endpoint)
  for (let line = 0; line < 3; line += 1) {
    telemetry.logger.info('x')
    await telemetry.flush()
  }
  await telemetry.close()
  expect((await telemetry.metrics.expose()).body).toContain('\ntelemetry_logs_dropped_total 3\n')
  expect(lines.filter((line) => line.includes('are not sent to the collector'))).toHaveLength(1)
  expect(messagesOf(sent)).toEqual(['x', 'x', 'x'])
})

test('beyond what can be held, lines are dropped and counted, those of lower severity first', () => {
  let dropped = 0
  const sink = { endpoint: 'http://127.0.0.1:1', service: 's', instance: 'i', environment: 'test', version: '1' }
  const logs = makeLogExport({}, sink, (count) => (dropped += count))
  const add = (level: 'info' | 'warn') => logs.add({ timeMs: 1, level, message: 'x', fields: {} })
  for (let line = 0; line < 4_000; line += 1) add('info')
  expect(dropped).toBe(4_000 - 3_072)
  for (let line = 0; line < 1_024; line += 1) add('warn')
  expect(dropped).toBe(4_000 - 3_072)
  add('warn')
  expect(dropped).toBe(4_000 - 3_072 + 1)
})

test('errors with long stacks are sent in parts that the collector takes, and only a line that is too long for it is dropped', async () => {
  const { sent, endpoint } = await startCollector(200, 100_000)
  const { telemetry } = telemetryTo(endpoint)
  const longs = Array.from({ length: 40 }, (_, nth) => `line ${nth}`)
  for (const message of longs) telemetry.logger.error(message, { detail: 'x'.repeat(5_000) })
  telemetry.logger.error('endless', { parts: Array.from({ length: 30 }, () => 'x'.repeat(5_000)) })
  await telemetry.close()
  expect(messagesOf(sent)).toEqual(longs)
  expect(sent.length).toBeGreaterThan(1)
  expect((await telemetry.metrics.expose()).body).toContain('\ntelemetry_logs_dropped_total 1\n')
})
