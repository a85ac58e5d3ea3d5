import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { newContext } from './context.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly resourceSpans: readonly {
      readonly resource: { readonly attributes: readonly { key: string; value: Record<string, unknown> }[] }
      readonly scopeSpans: readonly { readonly spans: readonly Record<string, unknown>[] }[]
    }[]
  }
}

let server: Server | undefined
afterEach(() => void server?.close())

async function startCollector(
  ...statuses: readonly [number, ...number[]]
): Promise<{ received: Received[]; endpoint: string }> {
  const received: Received[] = []
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url, headers: request.headers, body: JSON.parse(body) as Received['body'] })
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 500
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server = collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  return { received, endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` }
}

function telemetryTo(otlpEndpoint: string): { telemetry: Telemetry; lines: string[] } {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line), flush: () => true, close: () => undefined }
  const origin = { service: 'order', instance: 'order-1', environment: 'test', version: '1.2.3' }
  return {
    telemetry: createTelemetry({ ...origin, destination, otlpEndpoint, otlpHeaders: 'x-tenant=t' }),
    lines,
  }
}

test('sends spans as OTLP/HTTP says', async () => {
  const { received, endpoint } = await startCollector(200)
  const { telemetry } = telemetryTo(`${endpoint}/`)
  const parent = { ...newContext(), spanId: 'b'.repeat(16), sampled: true, traceState: 'foo=1' }
  const link = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }
  const span = telemetry.startSpan('POST /orders', {
    kind: 'server',
    parent,
    attributes: { 'http.route': '/orders' },
    links: [link],
  })
  span.setError(new Error('broken'))
  span.end()
  await telemetry.close()

  expect(received).toHaveLength(1)
  expect(received[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'x-tenant': 't', 'content-type': 'application/json' },
  })
  const resourceSpans = received[0]?.body.resourceSpans[0]
  const resource = Object.fromEntries(
    resourceSpans?.resource.attributes.map(({ key, value }) => [key, value['stringValue']]) ?? [],
  )
  expect(resource).toEqual({
    'telemetry.sdk.name': '@stoa/telemetry',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': expect.any(String),
    'service.name': 'order',
    'service.version': '1.2.3',
    'service.instance.id': 'order-1',
    'deployment.environment.name': 'test',
  })
  const sent = resourceSpans?.scopeSpans[0]?.spans[0]
  expect(sent).toMatchObject({
    traceId: parent.traceId,
    spanId: span.context.spanId,
    parentSpanId: parent.spanId,
    traceState: 'foo=1',
    name: 'POST /orders',
    kind: 2,
    status: { code: 2, message: 'broken' },
    links: [link],
    events: [{ name: 'exception' }],
  })
  expect(sent?.['attributes']).toContainEqual({ key: 'http.route', value: { stringValue: '/orders' } })
  const startMs = Number(BigInt(String(sent?.['startTimeUnixNano'])) / 1_000_000n)
  expect(Math.abs(startMs - Date.now())).toBeLessThan(60_000)
})

test('a collector that refuses costs the spans, counted and said once', async () => {
  const { endpoint } = await startCollector(400)
  const { telemetry, lines } = telemetryTo(endpoint)
  for (let i = 0; i < 3; i += 1) {
    telemetry.startSpan('x').end()
    await telemetry.flush()
  }
  await telemetry.close()
  expect((await telemetry.metrics.expose()).body).toContain('\ntelemetry_spans_dropped_total 3\n')
  expect(lines.filter((line) => line.includes('spans are being lost'))).toHaveLength(1)
})

test('a collector that is busy or unavailable for a moment gets the same batch again', async () => {
  const { received, endpoint } = await startCollector(503, 429, 200)
  const { telemetry, lines } = telemetryTo(endpoint)
  telemetry.startSpan('x').end()
  await telemetry.flush()
  expect(received).toHaveLength(3)
  expect(received[2]?.body).toEqual(received[0]?.body)
  await telemetry.close()
  expect((await telemetry.metrics.expose()).body).toContain('\ntelemetry_spans_dropped_total 0\n')
  expect(lines).toEqual([])
})

test('without a collector spans are dropped, and a process that stops does not wait for one', async () => {
  const { endpoint } = await startCollector(200)
  server?.close()
  const { telemetry } = telemetryTo(endpoint)
  for (let i = 0; i < 600; i += 1) telemetry.startSpan('x').end()
  await telemetry.close()
  expect((await telemetry.metrics.expose()).body).toContain('\ntelemetry_spans_dropped_total 600\n')
})

test('what is sent says the same as the exporter of OpenTelemetry', async () => {
  const { received, endpoint } = await startCollector(200)
  const { telemetry } = telemetryTo(endpoint)
  const attributes = { text: 'ä', whole: 7, part: 0.5, yes: false, list: ['a', 'b'] }
  const span = telemetry.startSpan('x', { kind: 'producer', attributes })
  span.addEvent('seen', { at: 1 })
  span.end()
  await telemetry.close()
  const ours = received[0]?.body.resourceSpans[0]?.scopeSpans[0]?.spans[0] as Record<string, string>
  const time = (nanos: string | undefined) =>
    [Number(nanos?.slice(0, -9)), Number(nanos?.slice(-9))] as [number, number]
  const [seen] = ours['events'] as unknown as { timeUnixNano: string }[]
  const readable = {
    name: 'x',
    kind: 3,
    spanContext: () => ({ traceId: span.context.traceId, spanId: span.context.spanId, traceFlags: 1 }),
    startTime: time(ours['startTimeUnixNano']),
    endTime: time(ours['endTimeUnixNano']),
    duration: [0, 0],
    ended: true,
    status: { code: 0 },
    attributes,
    links: [],
    events: [{ name: 'seen', time: time(seen?.timeUnixNano), attributes: { at: 1 } }],
    resource: resourceFromAttributes({}),
    instrumentationScope: { name: '@stoa/telemetry' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as unknown as ReadableSpan
  const exported = await new Promise<Received>((resolve) => {
    const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
    exporter.export([readable], () => void exporter.shutdown().then(() => resolve(received[1] as Received)))
  })
  const theirs = exported.body.resourceSpans[0]?.scopeSpans[0]?.spans[0]
  expect(theirs).toMatchObject(ours)
})
