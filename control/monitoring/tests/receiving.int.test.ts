import { gzipSync } from 'node:zlib'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { createTelemetry } from '@stoa/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportOf, span, startMonitoring, text, token, traceId, type MonitoringApp } from './monitoring-app.ts'

let app: MonitoringApp
beforeAll(async () => {
  app = await startMonitoring()
})
afterAll(() => app.service.stop())

test('spans that a service of the platform sends are read back as a tree', async () => {
  const destination = { write: () => {}, flush: () => true, close: () => {} }
  const origin = { service: 'order', instance: 'order-1', environment: 'test', version: '1.2.3' }
  const otlpHeaders = `authorization=Bearer%20${token}`
  const telemetry = createTelemetry({ ...origin, destination, otlpEndpoint: app.service.url, otlpHeaders })
  const root = telemetry.startSpan('POST /api/v1/orders', {
    kind: 'server',
    attributes: { 'order.id': 'o-1', count: 3 },
  })
  const link = { traceId: traceId(), spanId: 'b'.repeat(16) }
  telemetry
    .startSpan('child', { parent: root.context, links: [link], attributes: { ratio: 0.5, tags: ['a', 'b'] } })
    .end()
  root.setError(new Error('broken'))
  root.end()
  await telemetry.close()

  const { status, body } = await app.read(`traces/${root.context.traceId}`)
  expect(status).toBe(200)
  expect(body.total).toBe(2)
  expect(body.spans).toMatchObject([
    {
      service: 'order',
      instance: 'order-1',
      name: 'POST /api/v1/orders',
      kind: 'server',
      depth: 0,
      status: 'error',
      statusMessage: 'broken',
      attributes: { 'order.id': 'o-1', count: 3 },
    },
    { name: 'child', kind: 'internal', depth: 1, links: [link], attributes: { ratio: 0.5, tags: ['a', 'b'] } },
  ])
  expect(Math.abs(body.spans[0].startMs - Date.now())).toBeLessThan(60_000)
})

test('protobuf of the serializer of OpenTelemetry and gzip are read as JSON is', async () => {
  const id = traceId()
  const { readable } = sampleOf(id)
  const protobuf = ProtobufTraceSerializer.serializeRequest([readable as never])
  if (protobuf === undefined) throw new Error('nothing was serialized')
  const type = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
  const response = await app.send(gzipSync(protobuf), type)
  expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0])
  expect(response.headers.get('content-type')).toBe('application/x-protobuf')
  const { body } = await app.read(`traces/${id}`)
  expect(body.spans).toMatchObject([
    {
      service: 'foreign',
      name: 'GET /thing',
      kind: 'client',
      parentSpanId: 'c'.repeat(16),
      durationMs: 1.5,
      status: 'error',
      statusMessage: 'late',
      attributes: { text: 'ä', whole: -7, part: 0.25, yes: true, list: ['x', 'y'] },
      links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
    },
  ])
})

test('a sender without the token, or with something else, is refused as OTLP says', async () => {
  const body = JSON.stringify(exportOf('order', span({ traceId: traceId(), name: 'x' })))
  const statusOf = async (...sent: Parameters<MonitoringApp['send']>) => (await app.send(...sent)).status
  expect(await statusOf(body, { authorization: 'Bearer another-token-altogether' })).toBe(401)
  expect(await statusOf(body, { authorization: '' })).toBe(401)
  expect(await statusOf(body, { 'content-type': 'text/plain' })).toBe(415)
  expect(await statusOf(body, { 'content-encoding': 'br' })).toBe(415)
  expect(await statusOf(body, { 'content-encoding': 'gzip' })).toBe(400)
  expect(await statusOf('{"resourceSpans":')).toBe(400)
  expect(await statusOf(Buffer.from([0x0a, 0xff, 0xff, 0x03]), { 'content-type': 'application/x-protobuf' })).toBe(400)
  expect(await statusOf(' '.repeat(4 * 1_048_576 + 1))).toBe(413)
  expect(await statusOf(gzipSync(' '.repeat(4 * 1_048_576 + 1)), { 'content-encoding': 'gzip' })).toBe(413)
  const authorization = { authorization: `Bearer ${token}` }
  expect((await fetch(`${app.service.url}/v1/traces`, { headers: authorization })).status).toBe(405)
  expect((await fetch(`${app.service.url}/v1/tracesx`, { method: 'POST', headers: authorization })).status).toBe(404)
})

test('of a batch the valid spans are kept, and the number of the others is returned', async () => {
  const id = traceId()
  const answer = await app.sendSpans(
    'order',
    span({ traceId: id, name: 'kept' }),
    span({ traceId: 'x', name: 'no id' }),
    span({ traceId: id, name: 'no time', startTimeUnixNano: undefined }),
    span({ traceId: id, name: 'of last week', ago: 7 * 86_400_000 }),
    span({ traceId: id, name: 'of tomorrow', ago: -86_400_000 }),
  )
  expect(answer).toEqual({ partialSuccess: { rejectedSpans: '4', errorMessage: 'traceId is not the id of a trace' } })
  const { body } = await app.read(`traces/${id}`)
  expect(body.spans.map(({ name }: { name: string }) => name)).toEqual(['kept'])
})

test('a span that was sent twice is shown once', async () => {
  const sent = span({ traceId: traceId(), name: 'POST /api/v1/orders' })
  await app.sendSpans('order', sent)
  await app.sendSpans('order', sent)
  expect((await app.read(`traces/${sent['traceId' as never] as string}`)).body.total).toBe(1)
})

test('personal data in attributes of a foreign sender is not stored', async () => {
  const id = traceId()
  const attributes = [
    text('client.address', '203.0.113.7'),
    text('user_agent.original', 'Mozilla/5.0'),
    text('enduser.id', 'ada'),
    text('note', 'write to ada@example.com'),
    text('customer.email', 'ada'),
    text('order.id', 'o-1'),
    text('url.full', 'https://shop.example/return?name=ada#ada'),
    text('http.user_agent', 'Mozilla/5.0'),
    {
      key: 'form',
      value: { kvlistValue: { values: [text('password', 'ada'), text('user.id', 'ada'), text('step', '2')] } },
    },
  ]
  await app.sendSpans('foreign', span({ traceId: id, name: 'mail to ada@example.com', attributes }))
  const { body } = await app.read(`traces/${id}`)
  expect(body.spans[0].name).toBe('mail to [redacted]')
  expect(body.spans[0].attributes).toEqual({
    note: 'write to [redacted]',
    'customer.email': '[redacted]',
    'order.id': 'o-1',
    'url.full': 'https://shop.example/return',
    form: '{"password":"[redacted]","step":"2"}',
  })
})

test('values in values without end are left out', async () => {
  const id = traceId()
  const attributes = [
    { key: 'number', value: { intValue: 'DEEP' } },
    { key: 'nested', value: { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: 'DEEP' } } }] } } },
    { key: 'other', value: { kvlistValue: { more: 'DEEP' } } },
  ]
  const body = JSON.stringify(exportOf('order', span({ traceId: id, name: 'deep', attributes })))
  const response = await app.send(body.replaceAll('"DEEP"', '['.repeat(100_000) + ']'.repeat(100_000)))
  expect(response.status).toBe(200)
  const { body: trace } = await app.read(`traces/${id}`)
  expect(trace.spans[0].attributes).toEqual({ nested: '{"a":[null]}', other: '{}' })
})

function sampleOf(id: string) {
  const context = (spanId: string, trace = id) => ({ traceId: trace, spanId, traceFlags: 1 })
  const seconds = Math.floor(Date.now() / 1_000)
  const resource = { attributes: { 'service.name': 'foreign' }, asyncAttributesPending: false }
  return {
    readable: {
      name: 'GET /thing',
      kind: 2,
      spanContext: () => context('b'.repeat(16)),
      parentSpanContext: context('c'.repeat(16)),
      startTime: [seconds, 0],
      endTime: [seconds, 1_500_000],
      status: { code: 2, message: 'late' },
      attributes: { text: 'ä', whole: -7, part: 0.25, yes: true, list: ['x', 'y'] },
      links: [{ context: context('e'.repeat(16), 'd'.repeat(32)), attributes: { why: 'batch' } }],
      events: [{ name: 'seen', time: [seconds, 5], attributes: { at: 1 } }],
      duration: [0, 1_500_000],
      ended: true,
      resource,
      instrumentationScope: { name: 'foreign-library', version: '1' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    },
  }
}
