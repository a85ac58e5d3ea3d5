import { gzipSync } from 'node:zlib'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { newId } from '@stoa/kernel'
import { createTelemetry, runWithContext } from '@stoa/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logExportOf, logRecord, startMonitoring, text, token, traceId, type MonitoringApp } from './monitoring-app.ts'

let app: MonitoringApp
beforeAll(async () => {
  app = await startMonitoring()
})
afterAll(() => app.service.stop())

const body = (stringValue: string) => ({ body: { stringValue } })

async function found(query: string): Promise<any[]> {
  const { status, body: page } = await app.read(`logs?${query}`)
  if (status !== 200) throw new Error(JSON.stringify(page))
  return page.items
}
const messages = async (query: string) => (await found(query)).map(({ message }) => message)

test('lines that a service of the platform writes are read back, redacted, with their trace, in their order', async () => {
  const destination = { write: () => {}, flush: () => true, close: () => {} }
  const origin = { service: 'order', instance: 'order-7', environment: 'test', version: '1.2.3' }
  const otlpHeaders = `authorization=Bearer%20${token}`
  const telemetry = createTelemetry({ ...origin, destination, otlpEndpoint: app.service.url, otlpHeaders })
  const span = telemetry.startSpan('POST /api/v1/orders', { kind: 'server' })
  runWithContext(span.context, () => {
    telemetry.logger.info('first', { orderId: 'o-1', email: 'ada@example.com', items: [{ sku: 'TEA' }] })
    telemetry.logger.warn('second')
    telemetry.logger.error('third for ada@example.com', { error: new Error('broken') })
    telemetry.logger.debug('not sent')
  })
  await telemetry.close()
  const items = await found(`traceId=${span.context.traceId}`)
  expect(items.toReversed()).toMatchObject([
    {
      level: 'info',
      service: 'order',
      instance: 'order-7',
      message: 'first',
      attributes: { orderId: 'o-1', email: '[redacted]', items: [{ sku: 'TEA' }] },
      traceId: span.context.traceId,
      spanId: span.context.spanId,
    },
    { level: 'warn', message: 'second', attributes: {} },
    {
      level: 'error',
      message: 'third for [redacted]',
      attributes: { 'exception.type': 'Error', 'exception.message': 'broken' },
    },
  ])
})

test('protobuf of the serializer of OpenTelemetry and gzip are read as JSON is', async () => {
  const id = traceId()
  const seconds = Math.floor(Date.now() / 1_000)
  const protobuf = ProtobufLogsSerializer.serializeRequest([
    {
      hrTime: [seconds, 1_500_000],
      hrTimeObserved: [seconds, 2_000_000],
      spanContext: { traceId: id, spanId: 'b'.repeat(16), traceFlags: 1 },
      severityNumber: 18,
      severityText: 'ERROR2',
      body: 'charged for ada@example.com',
      attributes: { text: 'ä', whole: -7, part: 0.25, yes: true, list: ['x', 'y'], nested: { deep: { er: 1 } } },
      resource: { attributes: { 'service.name': 'foreign' }, asyncAttributesPending: false },
      instrumentationScope: { name: 'foreign-library', version: '1' },
      droppedAttributesCount: 0,
    } as never,
  ])
  if (protobuf === undefined) throw new Error('nothing was serialized')
  const type = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
  const response = await app.send(gzipSync(protobuf), type, '/v1/logs')
  expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0])
  expect(await found(`traceId=${id}`)).toMatchObject([
    {
      at: Temporal.Instant.fromEpochMilliseconds(seconds * 1_000 + 1)
        .add({ microseconds: 500 })
        .toString(),
      level: 'error',
      service: 'foreign',
      message: 'charged for [redacted]',
      attributes: { text: 'ä', whole: -7, part: 0.25, yes: true, list: ['x', 'y'], nested: { deep: { er: 1 } } },
      spanId: 'b'.repeat(16),
    },
  ])
})

test('a sender without the token, or with something else, is refused', async () => {
  const valid = JSON.stringify(logExportOf('order', logRecord(body('x'))))
  const statusOf = async (sent: string | Buffer, headers: Record<string, string> = {}, path = '/v1/logs') =>
    (await app.send(sent, headers, path)).status
  expect(await statusOf(valid, { authorization: 'Bearer another-token-altogether' })).toBe(401)
  expect(await statusOf(valid, { 'content-type': 'text/plain' })).toBe(415)
  expect(await statusOf('{"resourceLogs":')).toBe(400)
  expect(await statusOf(Buffer.from([0x0a, 0xff, 0xff, 0x03]), { 'content-type': 'application/x-protobuf' })).toBe(400)
  expect(await statusOf(gzipSync(' '.repeat(4 * 1_048_576 + 1)), { 'content-encoding': 'gzip' })).toBe(413)
  expect(await statusOf(valid, {}, '/v1/logsx')).toBe(404)
})

test('filters by service, level, time and text, latest first', async () => {
  const now = Date.now()
  const at = (ago: number, severityNumber: number, message: string, more: object = {}) =>
    logRecord({ before: now, ago, severityNumber, ...body(message), ...more })
  await app.sendLogs(
    'filtered',
    at(5_000, 5, 'one'),
    at(4_000, 9, 'two', { attributes: [text('orderId', 'o-"77"')] }),
    at(3_000, 13, 'three: 100 %_\\ of "it"'),
    at(2_000, 17, 'four'),
    at(1_000, 21, 'five'),
  )
  await app.sendLogs('other', at(500, 17, 'other'))
  const of = (query: string) => messages(`service=filtered&${query}`)
  expect(await of('')).toEqual(['five', 'four', 'three: 100 %_\\ of "it"', 'two', 'one'])
  expect(await of('level=fatal')).toEqual(['five'])
  expect(await of('level=error')).toEqual(['five', 'four'])
  expect(await of('level=warn')).toHaveLength(3)
  expect(await of('level=info')).toHaveLength(4)
  expect(await of('level=trace')).toHaveLength(5)
  const middle = new Date(now - 3_000).toISOString()
  expect(await of(`from=${middle}`)).toHaveLength(3)
  expect(await of(`to=${middle}`)).toEqual(['two', 'one'])
  expect(await of(`contains=${encodeURIComponent('o-"77"')}`)).toEqual(['two'])
  expect(await of(`contains=${encodeURIComponent('%_\\ of "it"')}`)).toEqual(['three: 100 %_\\ of "it"'])
  expect(await of('contains=ou')).toEqual(['four'])
  expect(await of('contains=nothing')).toEqual([])
})

test('pages follow each other without gap or repetition, also of lines of the same instant', async () => {
  const before = Date.now()
  const lines = Array.from({ length: 12 }, (_, line) => logRecord({ before, ago: line % 2, ...body(`line ${line}`) }))
  await app.sendLogs('paged', ...lines)
  const all = await messages('service=paged&limit=200')
  const paged: string[] = []
  for (let cursor = '', pages = 0; pages < 20; pages += 1) {
    const { body: page } = await app.read(`logs?service=paged&limit=5${cursor}`)
    paged.push(...page.items.map(({ message }: { message: string }) => message))
    if (page.nextCursor === undefined) break
    cursor = `&cursor=${page.nextCursor}`
  }
  expect(paged).toEqual(all)
  expect(new Set(paged).size).toBe(12)
  const place = (at: string, id: string) => Buffer.from(JSON.stringify({ at, id })).toString('base64url')
  for (const cursor of [place('2026-99-99T99:99:99Z', '1'), place('2026-01-01T00:00:00Z', '9999999999999999999')])
    expect(await app.read(`logs?cursor=${cursor}`)).toMatchObject({ status: 200, body: { items: [] } })
})

test('a record that is sent again is stored once', async () => {
  const sent = logRecord(body('again'))
  await app.sendLogs('again', sent)
  await app.sendLogs('again', sent, { ...sent, body: { stringValue: 'another' } })
  expect(new Set(await messages('service=again'))).toEqual(new Set(['again', 'another']))
  expect(await messages('service=again')).toHaveLength(2)
})

test('a record that is huge, broken or deep costs at most itself', async () => {
  const deep = (levels: number): object =>
    levels === 0 ? { stringValue: 'end' } : { kvlistValue: { values: [{ key: 'k', value: deep(levels - 1) }] } }
  const many = Array.from({ length: 100 }, (_, at) => text(`key-${at}`, 'x'.repeat(1_000)))
  const answer = await app.sendLogs(
    'poisoned',
    logRecord(body('fine')),
    logRecord({ ...body(`huge ${'x'.repeat(1_000_000)}`), attributes: many }),
    logRecord({ ...body('nul \0 in \0 text'), attributes: [text('a\0b', 'c\0d')] }),
    logRecord({ ...body('surrogate \ud800 alone') }),
    logRecord({ ...body('deep'), attributes: [{ key: 'deep', value: deep(1_000) }] }),
    logRecord({ ...body('prototype'), attributes: [{ key: '__proto__', value: deep(1) }, text('x', 'y')] }),
    logRecord({ body: deep(1), severityText: 'Warning', severityNumber: 0 }),
    { ...body('without a time') },
    logRecord({ ...body('with bad ids'), traceId: 'x', spanId: 7 }),
    logRecord({ ...body('of last week'), ago: 7 * 86_400_000 }),
    logRecord({ ...body('of tomorrow'), ago: -86_400_000 }),
    'no record',
    null,
  )
  expect(answer).toEqual({
    partialSuccess: { rejectedLogRecords: '2', errorMessage: 'the time of a log record is outside of the retention' },
  })
  const items = await found('service=poisoned')
  expect(items).toHaveLength(9)
  const named = (beginning: string) => items.find(({ message }) => message.startsWith(beginning))
  expect(named('huge').message).toHaveLength(8_000)
  expect(named('huge').attributes['otel.dropped_attributes_count']).toBeGreaterThan(80)
  expect(JSON.stringify(named('huge').attributes).length).toBeLessThan(17_000)
  expect(named('nul').message).toBe('nul  in  text')
  expect(named('nul').attributes).toEqual({ ab: 'cd' })
  expect(named('surrogate').message).toBe('surrogate \ufffd alone')
  expect(named('deep').attributes).toEqual({ deep: { k: { k: { k: { k: '[deeper]' } } } } })
  expect(named('prototype').attributes['x']).toBe('y')
  expect(named('{').message).toBe('{"k":"end"}')
  expect(named('{').level).toBe('warn')
  expect(named('without a time')).toBeDefined()
  expect(named('with bad ids').traceId).toBeUndefined()
})

test('text that is not UTF-8 and attributes without end in protobuf cost at most the record', async () => {
  const field = (number: number, bytes: Buffer) => {
    const length = [bytes.length & 0x7f]
    for (let rest = bytes.length >> 7; rest > 0; rest >>= 7) {
      length[length.length - 1]! |= 0x80
      length.push(rest & 0x7f)
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
  }
  const words = (written: string) => field(1, Buffer.from(written))
  let endless = words('end')
  for (let level = 0; level < 2_000; level += 1)
    endless = field(6, field(1, Buffer.concat([words('k'), field(2, endless)])))
  const broken = field(5, field(1, Buffer.from([0x62, 0x72, 0xff, 0xfe, 0x6b])))
  const deep = Buffer.concat([field(5, words('deep')), field(6, Buffer.concat([words('key'), field(2, endless)]))])
  const name = field(1, Buffer.concat([words('service.name'), field(2, words('binary'))]))
  const records = Buffer.concat([field(2, broken), field(2, deep), field(2, field(5, words('fine')))])
  const request = field(1, Buffer.concat([field(1, name), field(2, records)]))
  const response = await app.send(request, { 'content-type': 'application/x-protobuf' }, '/v1/logs')
  expect(response.status).toBe(200)
  const items = await found('service=binary')
  expect(new Set(items.map(({ message }) => message))).toEqual(new Set(['br\ufffd\ufffdk', 'deep', 'fine']))
})

test('personal data of a foreign sender is not stored', async () => {
  const attributes = [
    text('client.address', '203.0.113.7'),
    text('enduser.id', 'ada'),
    text('note', 'write to ada@example.com'),
    text('customer.email', 'ada'),
    text('url.full', 'https://shop.example/return?name=ada#ada'),
    { key: 'form', value: { kvlistValue: { values: [text('password', 'ada'), text('user.id', 'ada')] } } },
  ]
  await app.sendLogs('foreign-person', logRecord({ ...body('mail to ada@example.com'), attributes }))
  const [item] = await found('service=foreign-person')
  expect(item.message).toBe('mail to [redacted]')
  expect(item.attributes).toEqual({
    note: 'write to [redacted]',
    'customer.email': '[redacted]',
    'url.full': 'https://shop.example/return',
    form: { password: '[redacted]' },
  })
})

test('only operators read logs', async () => {
  const customer = { subject: newId(), roles: ['customer'] }
  const refused = await app.service.request('GET', '/api/v1/telemetry/logs', { as: customer })
  expect(refused.status).toBe(403)
})
