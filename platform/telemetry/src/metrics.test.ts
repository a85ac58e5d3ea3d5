import { describe, expect, test } from 'vitest'
import { parseExposition, type Family } from '../tests/exposition-parser.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { httpServerRequestDuration } from './standard-metrics.ts'
import { createTelemetry } from './telemetry.ts'

const openMetrics = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'

async function read(metrics: Metrics, accept?: string): Promise<Map<string, Family>> {
  const { body } = await metrics.expose(accept)
  return parseExposition(body, accept === undefined ? 'prometheus' : 'openmetrics')
}

describe('a counter', () => {
  test('adds up by its labels', async () => {
    const metrics = createMetrics()
    const counter = metrics.counter('orders_total', 'Orders placed', ['status', 'channel'])
    counter.add(1, { status: 'confirmed', channel: 'web' })
    counter.add(2, { channel: 'web', status: 'confirmed' })
    counter.add(1, { status: 'rejected', channel: 'web' })
    expect((await read(metrics)).get('orders_total')?.samples).toEqual([
      { name: 'orders_total', labels: { status: 'confirmed', channel: 'web' }, value: 3 },
      { name: 'orders_total', labels: { status: 'rejected', channel: 'web' }, value: 1 },
    ])
  })

  test('without labels stands at 0 from the start, and never goes down', async () => {
    const metrics = createMetrics()
    const counter = metrics.counter('ticks_total', 'Ticks')
    counter.add(-1)
    counter.add(Number.NaN)
    expect((await read(metrics)).get('ticks_total')?.samples).toEqual([{ name: 'ticks_total', labels: {}, value: 0 }])
  })

  test('is one, whether a label is a number or its text', async () => {
    const metrics = createMetrics()
    const counter = metrics.counter('answers_total', 'Answers', ['status'])
    counter.add(1, { status: 200 })
    counter.add(1, { status: '200' })
    expect((await read(metrics)).get('answers_total')?.samples.map(({ value }) => value)).toEqual([2])
  })
})

describe('a gauge', () => {
  test('is brought up to date when it is read, by all who asked for it', async () => {
    const metrics = createMetrics()
    metrics.gauge('connections', 'Connections', ['pool'], (gauge) => gauge.set(3, { pool: 'read' }))
    metrics.gauge('connections', 'Connections', ['pool'], async (gauge) =>
      Promise.resolve(gauge.set(2, { pool: 'write' })),
    )
    expect((await read(metrics)).get('connections')?.samples.map(({ value }) => value)).toEqual([3, 2])
  })

  test('forgets its series when cleared', async () => {
    const metrics = createMetrics()
    const gauge = metrics.gauge('lag', 'Lag', ['group'])
    gauge.set(1, { group: 'a' })
    gauge.clear()
    gauge.set(Infinity, { group: 'b' })
    gauge.add(-1, { group: 'c' })
    expect((await read(metrics)).get('lag')?.samples.map(({ labels, value }) => [labels['group'], value])).toEqual([
      ['b', Infinity],
      ['c', -1],
    ])
  })

  test('that cannot be collected hides none of the others', async () => {
    const failed: string[] = []
    const metrics = createMetrics({ onCollectError: (name) => failed.push(name) })
    metrics.gauge('broken', 'Broken', [], async () => Promise.reject(new Error('no database')))
    metrics.gauge('fine', 'Fine').set(1)
    expect((await read(metrics)).get('fine')?.samples[0]?.value).toBe(1)
    expect(failed).toEqual(['broken'])
  })
})

describe('a histogram', () => {
  test('counts into buckets by their upper bounds, which belong to them', async () => {
    const metrics = createMetrics()
    const histogram = metrics.histogram('wait_seconds', 'Wait', ['pool'], [0.1, 1, 5])
    for (const value of [0.1, 0.2, 1, 7, Number.NaN]) histogram.observe(value, { pool: 'a' })
    for (const accept of [undefined, openMetrics]) {
      const samples = (await read(metrics, accept)).get('wait_seconds')?.samples ?? []
      expect(samples.map(({ name, labels, value }) => [name.slice(13), Number(labels['le'] ?? -1), value])).toEqual([
        ['bucket', 0.1, 1],
        ['bucket', 1, 3],
        ['bucket', 5, 3],
        ['bucket', Number.NaN, 4],
        ['sum', -1, 0.1 + 0.2 + 1 + 7],
        ['count', -1, 4],
      ])
    }
  })

  test('of requests has the buckets of the semantic conventions', async () => {
    const metrics = createMetrics()
    const labels = { http_request_method: 'GET', http_route: '/orders/{id}', http_response_status_code: 200 }
    httpServerRequestDuration(metrics).observe(0.003, labels)
    httpServerRequestDuration(metrics).observe(20, labels)
    const samples = (await read(metrics)).get('http_server_request_duration_seconds')?.samples ?? []
    expect(samples.map(({ labels: { le } }) => le).slice(0, 15)).toEqual(
      [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, '+Inf'].map(String),
    )
    expect(samples.at(-1)?.value).toBe(2)
  })
})

describe('names', () => {
  test('of one metric are the same metric', () => {
    const metrics = createMetrics()
    expect(metrics.counter('a_total', 'A', ['x'])).toBe(metrics.counter('a_total', 'A', ['x']))
    expect(() => metrics.counter('a_total', 'A', ['y'])).toThrow('a_total is already registered as a counter of [x]')
    metrics.gauge('b', 'B')
    expect(() => metrics.histogram('b', 'B')).toThrow('b is already registered as a gauge of []')
  })

  test.each([
    ['1st', 'gauge', []],
    ['with-dash', 'gauge', []],
    ['requests', 'counter', []],
    ['requests_total', 'gauge', []],
    ['wait_seconds_count', 'histogram', []],
    ['wait_seconds_bucket', 'gauge', []],
    ['wait_seconds', 'histogram', ['le']],
    ['wait', 'gauge', ['__own']],
    ['wait', 'gauge', ['a-b']],
  ] as const)('that Prometheus or its conventions refuse are refused: %s as a %s of %o', (name, kind, labels) => {
    expect(() => createMetrics()[kind](name, 'Help', labels)).toThrow(TypeError)
  })

  test('buckets that are not ascending are refused', () => {
    expect(() => createMetrics().histogram('a', 'A', [], [1, 1])).toThrow(TypeError)
    expect(() => createMetrics().histogram('a', 'A', [], [1, Infinity])).toThrow(TypeError)
  })
})

test('a label taken from outside cannot fill the memory', async () => {
  const metrics = createMetrics({ maxSeriesPerMetric: 10 })
  const counter = metrics.counter('by_path_total', 'By path', ['path'])
  for (let i = 0; i < 25; i += 1) counter.add(1, { path: `/${i}` })
  const families = await read(metrics)
  expect(families.get('by_path_total')?.samples).toHaveLength(10)
  expect(families.get('metrics_series_dropped_total')?.samples).toEqual([
    { name: 'metrics_series_dropped_total', labels: { metric: 'by_path_total' }, value: 15 },
  ])
})

describe('the exposition', () => {
  test('escapes help and label values so that they come back as they were', async () => {
    const value = 'a "quoted" \\ back\\nslash\nnew line, {brace} = ü'
    const metrics = createMetrics()
    metrics.gauge('odd', 'Help with \\ and\nnew line and "quotes"', ['text']).set(1, { text: value })
    for (const accept of [undefined, openMetrics]) {
      const family = (await read(metrics, accept)).get('odd')
      expect(family?.help).toBe('Help with \\ and\nnew line and "quotes"')
      expect(family?.samples[0]?.labels).toEqual({ text: value })
    }
  })

  test.each([
    ['', 'text/plain; version=0.0.4; charset=utf-8'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    [openMetrics, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    ['application/openmetrics-text;q=0.2,text/plain;q=0.9', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text;q=0', 'text/plain; version=0.0.4; charset=utf-8'],
  ])('is in the format that "%s" prefers', async (accept, contentType) => {
    expect((await createMetrics().expose(accept)).contentType).toBe(contentType)
  })

  test('of a whole service is what Prometheus and OpenMetrics allow', async () => {
    const destination = { write: () => undefined, flush: () => true, close: () => undefined }
    const telemetry = createTelemetry({
      service: 'order',
      instance: 'order-1',
      environment: 'test',
      version: '1',
      destination,
    })
    for (const accept of [undefined, openMetrics]) {
      const families = await read(telemetry.metrics, accept)
      const value = (name: string) => families.get(name)?.samples[0]?.value
      expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
      expect(value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6)
      expect(value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
      expect(value('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1)
      expect(value(accept === undefined ? 'process_cpu_seconds_total' : 'process_cpu_seconds')).toBeGreaterThan(0)
      expect(families.get('target_info')?.samples[0]?.labels).toMatchObject({
        service_name: 'order',
        service_instance_id: 'order-1',
      })
    }
    await telemetry.close()
  })
})
