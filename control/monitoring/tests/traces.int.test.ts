import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { span, spanId, startMonitoring, text, traceId, type MonitoringApp } from './monitoring-app.ts'

let app: MonitoringApp
beforeAll(async () => {
  app = await startMonitoring()
})
afterAll(() => app.service.stop())

const [quick, slow, failed, stream] = [traceId(), traceId(), traceId(), traceId()]
const status = (code: number) => ({ key: 'http.response.status_code', value: { intValue: String(code) } })

// one time for all: between two of them there may be seconds
const now = Date.now()
const spanned = (more: Parameters<typeof span>[0]) => span({ before: now, ...more })

beforeAll(async () => {
  const call = spanId()
  const root = { traceId: slow, spanId: spanId(), name: 'POST /api/v1/orders', ago: 5_000, tookMs: 700 }
  await app.sendSpans('gateway', spanned({ ...root, attributes: [status(201)] }))
  await app.sendSpans(
    'order',
    spanned({ traceId: slow, spanId: call, parentSpanId: root.spanId, name: 'pay', kind: 3, ago: 4_950, tookMs: 610 }),
  )
  await app.sendSpans(
    'payment',
    spanned({
      traceId: slow,
      parentSpanId: call,
      name: 'charge',
      ago: 4_900,
      tookMs: 600,
      attributes: [text('order.id', 'o-77')],
    }),
  )
  await app.sendSpans(
    'gateway',
    spanned({ traceId: quick, name: 'GET /api/v1/products', ago: 3_000, attributes: [status(200)] }),
  )
  const broken = { traceId: failed, name: 'GET /api/v1/orders', ago: 2_000, status: { code: 2, message: 'gone' } }
  await app.sendSpans('gateway', spanned(broken), spanned({ ...broken, ago: 1_990 }))
  const endless = { key: 'stoa.stream', value: { boolValue: true } }
  await app.sendSpans(
    'gateway',
    spanned({ traceId: stream, name: 'GET /stream', ago: 9_000, tookMs: 8_000, attributes: [endless] }),
  )
})

test('lists traces by their earliest span, the latest first', async () => {
  const { body } = await app.read('traces')
  expect(body.items.map(({ traceId: id, name, errors }: any) => [id, name, errors])).toEqual([
    [failed, 'GET /api/v1/orders', 2],
    [quick, 'GET /api/v1/products', 0],
    [slow, 'POST /api/v1/orders', 0],
    [stream, 'GET /stream', 0],
  ])
})

test('filters by status, duration, service, part of a name, attribute, text and time', async () => {
  expect(await app.ids('status=error')).toEqual([failed])
  expect(await app.ids('status=ok&minDurationMs=100')).toEqual([slow, stream])
  expect(await app.ids('service=payment')).toEqual([slow])
  expect(await app.ids('service=payment&minDurationMs=601')).toEqual([])
  expect(await app.ids('service=order')).toEqual([])
  expect(await app.ids('name=%2Fapi%2Fv1%2FORDERS')).toEqual([failed, slow])
  expect(await app.ids('attribute=order.id%3Do-77')).toEqual([slow])
  expect(await app.ids('attribute=order.id%3Do-77&attribute=http.response.status_code%3D201')).toEqual([slow])
  expect(await app.ids('attribute=order.id%3Do-77&attribute=http.response.status_code%3D200')).toEqual([])
  expect(await app.ids('attribute=order.id%3Do-7')).toEqual([])
  expect(await app.ids('contains=o-77')).toEqual([slow])
  const from = new Date(now - 4_000).toISOString()
  expect(await app.ids(`from=${from}`)).toEqual([failed, quick])
  expect(await app.ids(`to=${from}&minDurationMs=600`)).toEqual([slow, stream])
  expect(await app.ids('order=slowest&minDurationMs=6')).toEqual([slow])
})

test.each(['latest', 'slowest'])('pages of the %s follow each other without gap or repetition', async (order) => {
  const all = await app.ids(`order=${order}&limit=200`)
  const paged: string[] = []
  for (let cursor = '', pages = 0; pages < 20; pages += 1) {
    const { body } = await app.read(`traces?order=${order}&limit=2${cursor}`)
    paged.push(...body.items.map((item: { traceId: string }) => item.traceId))
    if (body.nextCursor === undefined) break
    cursor = `&cursor=${body.nextCursor}`
  }
  expect(paged).toEqual(all)
  expect(all.length).toBeGreaterThan(2)
})

test('shows who called whom, with errors and durations as the callee saw them', async () => {
  const { status: code, body } = await app.read('services')
  expect(code).toBe(200)
  expect(body.calls).toEqual([
    { caller: 'order', callee: 'payment', requests: 1, errors: 0, errorShare: 0, p50Ms: 600, p99Ms: 600 },
  ])
  const gateway = body.services.find((each: any) => each.service === 'gateway')
  expect(gateway).toMatchObject({ requests: 5, errors: 2, errorShare: 0.4, callers: [], callees: [] })
  expect(body.services.find((each: any) => each.service === 'payment')).toMatchObject({ callers: ['order'] })
  expect(body.isPartial).toBe(false)
})

test('a trace that is not stored does not exist, and only operators read', async () => {
  const { status: code, body } = await app.read(`traces/${'f'.repeat(32)}`)
  expect([code, body.code]).toEqual([404, 'monitoring.trace_not_found'])
  const customer = { subject: newId(), roles: ['customer'] }
  const refused = await app.service.request('GET', '/api/v1/telemetry/traces', { as: customer })
  expect(refused.status).toBe(403)
})

test('a trace is described by its earliest span, in whatever order the spans arrive', async () => {
  const [early, late] = [spanId(), spanId()]
  const id = traceId()
  await app.sendSpans('order', span({ traceId: id, spanId: late, parentSpanId: early, name: 'late', ago: 86_000_000 }))
  await app.sendSpans('gateway', span({ traceId: id, spanId: early, name: 'early', ago: 86_000_500, tookMs: 800 }))
  const [oldest] = (await app.read('traces?limit=200')).body.items.toReversed()
  expect(oldest).toMatchObject({ traceId: id, service: 'gateway', name: 'early', durationMs: 800 })
})

test('of a trace that is larger than can be read, what arrived first is shown', async () => {
  const id = traceId()
  for (const name of ['first', 'second', 'third']) {
    await app.sendSpans('order', span({ traceId: id, name, ago: 80_000_000 }))
    // a read stores what has arrived, in a row of its own
    await app.read(`traces/${id}`)
  }
  expect((await app.read(`traces/${id}`)).body.total).toBe(3)
  await app.service.database.transaction((tx) => tx.sql`update spans set size_bytes = 20000000 where trace_id = ${id}`)
  const { body } = await app.read(`traces/${id}`)
  expect(body.spans.map(({ name }: any) => name).toSorted()).toEqual(['first', 'second'])
})

test('a cursor with an instant that does not exist continues no list, and fails nothing', async () => {
  const place = { at: '2026-99-99T99:99:99Z', traceId: 'a'.repeat(32) }
  const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
  expect(await app.read(`traces?cursor=${cursor}`)).toMatchObject({ status: 200, body: { items: [] } })
})
