import { describeService, errors, event } from '@stoa/contract'
import { eventsMigrations } from '@stoa/events'
import { newId, systemClock } from '@stoa/kernel'
import { tasksMigrations } from '@stoa/tasks'
import { createTelemetry, type EndedSpan } from '@stoa/telemetry'
import { testDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { txMaker } from '../src/index.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({}))
const packing = describeService({
  name: 'packing',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  publishes: { parcelPacked },
  tasks: { label: { payload: Type.Object({}) } },
  personalData: 'none',
})

/** Packs a parcel in a transaction, in a request's span; returns the spans, and the trace parents that were stored. */
async function pack({ sampler, fails = false }: { sampler: string; fails?: boolean }) {
  const { database, close } = await testDatabase({ name: 'packing', sets: [eventsMigrations, tasksMigrations] })
  onTestFinished(close)
  const spans: EndedSpan[] = []
  const telemetry = createTelemetry({
    service: 'packing',
    environment: 'test',
    version: '1',
    instance: 'test',
    logLevel: 'error',
    sampler,
    spanSinks: [{ write: async (batch) => void spans.push(...batch), close: async () => {} }],
  })
  const schemaBaseUrl = 'https://shop.example'
  const makeTx = txMaker({ service: packing, clock: systemClock, newId, schemaBaseUrl, telemetry })
  const packed = telemetry.inSpan('request', {}, () =>
    database.transaction(async (handle) => {
      const tx = makeTx(handle)
      await tx.publish(parcelPacked, 'p', {})
      await tx.enqueue('label', {})
      if (fails) throw new Error('no paper')
    }),
  )
  await packed.catch(() => {})
  await telemetry.flush()
  const rows = await database.read.sql<{ traceparent: string }>`
    select event->>'traceparent' as traceparent from outbox union all select traceparent from tasks`
  return { spans, parents: rows.map(({ traceparent }) => traceparent.split('-')) }
}

test('what is published and enqueued in a sampled trace continues from a producer span of its own', async () => {
  const { spans, parents } = await pack({ sampler: 'always_on' })
  const request = spans.find(({ name }) => name === 'request')
  const producers = ['publish parcel.packed', 'enqueue label'].map((wanted) =>
    spans.find(({ name }) => name === wanted),
  )
  expect(producers).toEqual([
    expect.objectContaining({
      kind: 'producer',
      parentSpanId: request?.context.spanId,
      attributes: expect.objectContaining({
        'messaging.system': 'stoa_event_log',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'packing.events',
        'cloudevents.event_type': 'parcel.packed',
      }),
    }),
    expect.objectContaining({
      kind: 'producer',
      attributes: expect.objectContaining({ 'messaging.destination.name': 'packing.tasks.label' }),
    }),
  ])
  expect(parents.map(([, , spanId]) => spanId)).toEqual(producers.map((span) => span?.context.spanId))
})

test('what is rolled back has no producer span', async () => {
  const { spans } = await pack({ sampler: 'always_on', fails: true })
  expect(spans.map(({ name }) => name)).toEqual(['request'])
})

test('in a trace that is not sampled there are no producer spans, and the trace continues', async () => {
  const { spans, parents } = await pack({ sampler: 'always_off' })
  expect(spans).toEqual([])
  expect(new Set(parents.map(([, traceId]) => traceId)).size).toBe(1)
  expect(parents.map(([, , , flags]) => flags)).toEqual(['00', '00'])
})
