import type { EventData } from '@stoa/contract'
import { accessTable } from '@stoa/contracts/auth/roles'
import { paymentFailed } from '@stoa/contracts/payment/events'
import { patternDetected } from '@stoa/contracts/streaming/events'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { streamingService } from '../src/service.ts'

let service: TestService<StreamingService>
beforeEach(async () => {
  service = await startTestService(streamingService, { access: accessTable })
})
afterEach(() => service.stop())

const operator = { subject: newId(), roles: ['ops'] }

async function decline(customerId: string, times = 1): Promise<void> {
  for (let each = 0; each < times; each++) {
    const orderId = newId()
    const amount = { amount: 5, currency: 'EUR' }
    await service.receive(paymentFailed, orderId, { paymentId: newId(), orderId, customerId, amount, code: 'declined' })
  }
}

/** The last event of each match, as a consumer sees them. */
async function matches(): Promise<EventData<typeof patternDetected>[]> {
  const latest = new Map<string, EventData<typeof patternDetected>>()
  for (const { subject, data: published } of await service.published(patternDetected.type)) {
    const data = published as EventData<typeof patternDetected>
    if ((latest.get(subject)?.revision ?? 0) < data.revision) latest.set(subject, data)
  }
  return [...latest.values()]
}

const read = async () => (await service.request('GET', '/api/v1/streams/failed-payments', { as: operator })).body

test('publishes three failed payments of a customer once, shows them, and forgets the customer with the account', async () => {
  const [ann, bob] = [newId(), newId()]
  await decline(bob, 2)
  await decline(ann, 3)
  await eventually(async () => expect(await matches()).toHaveLength(1))
  expect(await matches()).toMatchObject([
    {
      pattern: 'failed-payments',
      key: { customerId: ann },
      state: 'detected',
      eventIds: [{}, {}, {}].map(() => expect.any(String)),
    },
  ])
  const stream = await read()
  expect(stream).toMatchObject({ kind: 'pattern', windowSeconds: 300, lateEvents: 0, droppedEvents: 0, results: [] })
  expect(stream.matches).toMatchObject([{ key: { customerId: ann }, state: 'detected' }])

  await service.receive(userDeleted, ann, { userId: ann })
  await eventually(async () => expect((await read()).matches).toEqual([]))
  await decline(ann, 3)
  await decline(bob)
  await eventually(async () => expect((await read()).matches).toMatchObject([{ key: { customerId: bob } }]))
  const [row] = await service.database.read.sql<{ kept: number }>`
    select count(*)::int as kept from pattern_keys where customer_id = ${ann}`
  expect(row?.kept).toBe(0)
})

test('a reset finds the same matches again, without publishing them, and withdraws what is no longer found', async () => {
  const ann = newId()
  await decline(ann, 3)
  await eventually(async () => expect(await matches()).toHaveLength(1))
  const before = await service.published(patternDetected.type)
  const gone = newId()
  await service.database.transaction(
    ({ sql }) => sql`
      insert into pattern_matches
      select stream, 'other', ${gone}::uuid, key_fields, customer_id, starts_at, ends_at, event_ids, false, false, false, 1,
        detected_at from pattern_matches`,
  )
  expect((await service.request('POST', '/api/v1/streams/failed-payments/reset', { as: operator })).status).toBe(200)
  await decline(newId(), 3)
  await eventually(async () => {
    await service.runTask('advance-watermarks', {})
    expect((await matches()).map(({ state }) => state).toSorted()).toEqual(['detected', 'detected', 'withdrawn'])
  })
  const after = await service.published(patternDetected.type)
  expect(after).toHaveLength(before.length + 2)
  expect((await matches()).find(({ state }) => state === 'withdrawn')?.matchId).toBe(gone)
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
  const customers = Array.from({ length: 20 }, () => newId())
  for (const customer of customers) await decline(customer, 6)
  isDone = true
  await cutting
  await eventually(async () => {
    const standing = (await matches()).filter(({ state }) => state === 'detected')
    const counts = customers.map((id) => standing.filter(({ key }) => key['customerId'] === id).length)
    expect(counts).toEqual(customers.map(() => 2))
    expect(new Set(standing.flatMap(({ eventIds }) => eventIds)).size).toBe(120)
  })
})
