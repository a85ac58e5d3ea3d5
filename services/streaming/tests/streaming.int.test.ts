import type { EventData } from '@stoa/contract'
import { accessTable } from '@stoa/contracts/auth/roles'
import { orderConfirmed, orderCreated } from '@stoa/contracts/order/events'
import { paymentFailed } from '@stoa/contracts/payment/events'
import { metricComputed } from '@stoa/contracts/streaming/events'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { streamingService } from '../src/service.ts'
import { holdWatermark, raiseWatermark, readGeneration } from '../src/store/streams.ts'

let service: TestService<StreamingService>
beforeEach(async () => {
  service = await startTestService(streamingService, { access: accessTable })
})
afterEach(() => service.stop())

const operator = { subject: newId(), roles: ['ops'] }

async function place(amount: number, currency = 'EUR'): Promise<void> {
  const orderId = newId()
  const order = { orderId, number: 'N1', customerId: newId(), total: { amount, currency }, lines: [] }
  await service.receive(orderCreated, orderId, order)
  await service.receive(orderConfirmed, orderId, order)
}

/** The sums over the latest result of each window, as a consumer of the events sees them. */
async function totals(stream = 'orders'): Promise<Record<string, Record<string, number>>> {
  const events = await service.published(metricComputed.type)
  const latest = new Map<string, EventData<typeof metricComputed>>()
  for (const { subject, data: published } of events) {
    const data = published as EventData<typeof metricComputed>
    if (data.stream === stream && (latest.get(subject)?.revision ?? 0) < data.revision) latest.set(subject, data)
  }
  const sums: Record<string, Record<string, number>> = {}
  for (const { key, values } of latest.values()) {
    const sum = (sums[key['currency'] ?? ''] ??= {})
    for (const [name, value] of Object.entries(values)) sum[name] = (sum[name] ?? 0) + value
  }
  return sums
}

const read = async (name = 'orders') => (await service.request('GET', `/api/v1/streams/${name}`, { as: operator })).body

test('publishes orders and revenue by minute and currency', async () => {
  await place(1999)
  await place(501)
  await place(70, 'USD')
  await eventually(async () =>
    expect(await totals()).toEqual({
      EUR: { placed: 2, confirmed: 2, revenue: 2500 },
      USD: { placed: 1, confirmed: 1, revenue: 70 },
    }),
  )
  const stream = await read()
  expect(stream).toMatchObject({ name: 'orders', state: 'running', lateEvents: 0, windowSeconds: 60 })
  expect(stream.results.map(({ key }: any) => key.currency)).toContain('USD')
  const { body } = await service.request('GET', '/api/v1/streams', { as: operator })
  expect(body.items.map(({ name }: any) => name)).toEqual(['orders', 'payments', 'failed-payments'])
})

test('counts declined payments', async () => {
  const ids = { paymentId: newId(), orderId: newId(), customerId: newId() }
  await service.receive(paymentFailed, ids.orderId, {
    ...ids,
    amount: { amount: 5, currency: 'EUR' },
    code: 'declined',
  })
  await eventually(async () => expect(await totals('payments')).toEqual({ EUR: { completed: 0, failed: 1 } }))
})

test('a paused stream reads nothing until it is resumed, and then everything', async () => {
  await place(1)
  await eventually(async () => expect((await totals())['EUR']?.['confirmed']).toBe(1))
  const paused = await service.request('POST', '/api/v1/streams/orders/pause', { as: operator })
  expect(paused.body).toMatchObject({ state: 'paused' })
  await place(10)
  await eventually(async () => expect((await read()).lag).toBeGreaterThanOrEqual(2))
  expect((await totals())['EUR']?.['revenue']).toBe(1)
  await service.request('POST', '/api/v1/streams/orders/resume', { as: operator })
  await eventually(async () => expect((await totals())['EUR']?.['revenue']).toBe(11))
  expect((await read()).state).toBe('running')
})

test('a reset stream counts everything again, once', async () => {
  await place(100)
  await place(20)
  await eventually(async () => expect((await totals())['EUR']?.['revenue']).toBe(120))
  expect((await service.request('POST', '/api/v1/streams/orders/reset', { as: operator })).status).toBe(200)
  await place(3)
  await eventually(async () => expect(await totals()).toEqual({ EUR: { placed: 3, confirmed: 3, revenue: 123 } }))
})

test('closes windows behind the watermark, and only operators manage streams', async () => {
  await place(1)
  await eventually(async () => expect((await totals())['EUR']?.['confirmed']).toBe(1))
  await service.database.transaction(
    ({ sql }) =>
      sql`update windows set starts_at = starts_at - interval '2 minutes', ends_at = ends_at - interval '2 minutes'`,
  )
  await eventually(async () => {
    await service.runTask('advance-watermarks', {})
    expect((await read()).results[0]).toMatchObject({ isClosed: true })
  })
  expect((await read()).watermark).toBeDefined()
  const analyst = { subject: newId(), roles: ['analyst'] }
  const answer = await service.request('POST', '/api/v1/streams/orders/reset', { as: analyst })
  expect(answer.status).toBe(403)
  expect((await service.request('GET', '/api/v1/streams/nothing', { as: analyst })).status).toBe(404)
})

test('the watermark moves while batches overlap', async () => {
  await place(1)
  await eventually(async () => expect((await totals())['EUR']?.['confirmed']).toBe(1))
  let isDone = false
  const overlapping = Array.from({ length: 3 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 20))
    while (!isDone) {
      await service.database.transaction(async (tx) => {
        await holdWatermark(tx, 'orders')
        await tx.sql`select pg_sleep(0.06)`
      })
    }
  })
  for (let turn = 0; turn < 3; turn++) await service.runTask('advance-watermarks', {})
  isDone = true
  await Promise.all(overlapping)
  expect((await read()).watermark).toBeDefined()
})

test('what was read before a reset moves no watermark after it', async () => {
  const { database } = service
  await database.transaction((tx) => holdWatermark(tx, 'orders'))
  const generation = await readGeneration(database.read, 'orders')
  await service.request('POST', '/api/v1/streams/orders/reset', { as: operator })
  const watermark = Temporal.Now.instant()
  const stale = await database.transaction((tx) => raiseWatermark(tx, 'orders', { watermark, generation }))
  expect(stale).toBeUndefined()
  const fresh = { watermark: watermark.add({ hours: 48 }), generation: generation + 1 }
  const raised = await database.transaction((tx) => raiseWatermark(tx, 'orders', fresh))
  // never beyond the clock of the database
  expect(raised && Temporal.Instant.compare(raised, watermark.add({ hours: 1 }))).toBe(-1)
})

test('many windows are closed, removed and set back in portions', async () => {
  const { database } = service
  const age = Temporal.Now.instant().subtract({ hours: 72 })
  await database.transaction(
    ({ sql }) => sql`
      insert into windows (stream, starts_at, key, key_fields, ends_at, state, is_dirty)
      select 'orders', ${age}::timestamptz + n * interval '1 second', n::text, '{"currency":"EUR"}',
        ${age}::timestamptz + n * interval '1 second' + interval '1 minute', '{"placed":1}', false
      from generate_series(1, 12000) n`,
  )
  await place(1)
  await eventually(async () => {
    await service.runTask('advance-watermarks', {})
    const [row] = await database.read.sql<{ open: number }>`
      select count(*)::int as open from windows where not is_closed and ends_at < now() - interval '1 hour'`
    expect(row?.open).toBe(0)
  })
  await service.request('POST', '/api/v1/streams/orders/reset', { as: operator })
  const [left] = await database.read.sql<{ full: number }>`
    select count(*)::int as full from windows where stream = 'orders' and (is_closed or state <> '{}') and ends_at < now() - interval '1 hour'`
  expect(left?.full).toBe(0)
})

test('every event counts once while connections are cut between and within batches', async () => {
  const cut = async () => {
    await service.database.read.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and application_name like 'streaming-%' and application_name <> 'streaming-test' and random() < 0.5`
  }
  let isDone = false
  const cutting = (async () => {
    while (!isDone) {
      await cut().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 70))
    }
  })()
  for (let amount = 1; amount <= 120; amount++) await place(amount)
  isDone = true
  await cutting
  await eventually(async () => expect(await totals()).toEqual({ EUR: { placed: 120, confirmed: 120, revenue: 7260 } }))
})
