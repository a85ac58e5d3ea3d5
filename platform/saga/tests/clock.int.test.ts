import { randomUUID } from 'node:crypto'
import { systemClock } from '@stoa/kernel'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, signalSaga, startSaga, type SagaEngine, type SagaEngineOptions } from '../src/index.ts'
import { away, makeWorld, notesMigrations, refusal, shop, startEngine, type World } from './purchase.ts'

let own: TestDatabase
let world: World
const engines: SagaEngine[] = []
const minutes = 60_000

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_clock', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

/** A machine whose wall clock can be set. */
const machine = async (aheadMs: number, more: Partial<SagaEngineOptions> = {}) => {
  const wall = { aheadMs }
  const clock = { now: () => systemClock.now().add({ milliseconds: wall.aheadMs }) }
  const engine = await startEngine(own.database, world, { clock, ...more })
  engines.push(engine)
  return { engine, wall }
}
const purchase = async (review = false) => {
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review }))
  return orderId
}
const comesTo = (engine: SagaEngine, orderId: string, state: string) =>
  eventually(async () => expect(await engine.show(`purchase:${orderId}`)).toMatchObject({ state }))

describe.each([20 * minutes, -20 * minutes])('a wall clock that is %d ms ahead', (aheadMs) => {
  test('rejects no saga', async () => {
    const { engine } = await machine(aheadMs)
    world.script('pay/action', () => {
      throw away()
    })
    await comesTo(engine, await purchase(), 'completed')
  })

  test('shows in no journal', async () => {
    const { engine } = await machine(aheadMs)
    const orderId = await purchase()
    await comesTo(engine, orderId, 'completed')
    const { createdAt, endedAt = '', steps } = await engine.show(`purchase:${orderId}`)
    for (const { endedAt: stepEndedAt } of steps) {
      expect(Date.parse(stepEndedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt))
      expect(Date.parse(stepEndedAt)).toBeLessThanOrEqual(Date.parse(endedAt) + 1)
    }
  })

  test('ends no wait that another machine takes up', async () => {
    const { engine } = await machine(aheadMs)
    const orderId = await purchase(true)
    await comesTo(engine, orderId, 'waiting')
    await engine.stop()
    const { engine: other } = await machine(0)
    await own.database.transaction((tx) => signalSaga(tx, shop, 'purchase', orderId, 'review', { outcome: 'approved' }))
    await comesTo(other, orderId, 'completed')
  })
})

test.each([20 * minutes, -20 * minutes])(
  'a wall clock that jumps by %d ms during a compensation makes nothing stuck or late',
  async (jumpMs) => {
    const { engine, wall } = await machine(0)
    world.script('ship/action', () => {
      throw refusal('shipping.no_route')
    })
    world.script(
      'pay/compensation',
      ...Array.from({ length: 3 }, () => () => {
        wall.aheadMs = jumpMs
        throw away()
      }),
    )
    const orderId = await purchase()
    await comesTo(engine, orderId, 'compensated')
    expect(world.effectsOf(`purchase:${orderId}`)).toEqual({ reserve: 'undone', pay: 'undone' })
  },
)

test('a database whose clock jumps while a saga is in progress ends neither the saga nor its worker', async () => {
  const { engine } = await machine(0, { leaseMs: 1_000 })
  await machine(0, { leaseMs: 1_000 })
  const orderId = await purchase(true)
  await comesTo(engine, orderId, 'waiting')
  const workers = () => own.database.read.sql`select id from saga_workers order by id`
  const before = await workers()
  await own.database.transaction(async ({ sql }) => {
    await sql`update saga_lanes set beat_at = beat_at - interval '20 minutes'`
    await sql`update sagas set created_at = created_at - interval '20 minutes' where key = ${orderId}`
  })
  await comesTo(engine, await purchase(), 'completed')
  await own.database.transaction((tx) => signalSaga(tx, shop, 'purchase', orderId, 'review', { outcome: 'approved' }))
  await comesTo(engine, orderId, 'completed')
  expect(await workers()).toEqual(before)
})

describe('after the clock of the database was set back by a day', () => {
  const ahead = (orderId: string) =>
    own.database.transaction(async ({ sql }) => {
      await sql`update sagas set created_at = created_at + interval '1 day' where key = ${orderId}`
      await sql`
        update sagas set next_at = next_at + interval '1 day' where key = ${orderId} and next_at is not null`
      await sql`
        update saga_journal set started_at = started_at + interval '1 day', ended_at = ended_at + interval '1 day'
        where saga_id = ${`purchase:${orderId}`}`
    })

  test('a saga between two attempts is tried in time', async () => {
    const slow = { firstDelayMs: 3_000, maxDelayMs: 3_000, attempts: 100 }
    const { engine } = await machine(0, { maxRetrying: 0, limits: slow })
    let isAway = true
    world.script(
      'pay/action',
      ...Array.from({ length: 100 }, () => (effect: () => void) => {
        if (isAway) throw away()
        effect()
      }),
    )
    const orderId = await purchase()
    const resting = () =>
      own.database.read.sql`select 1 from sagas where key = ${orderId} and next_at is not null and owner is null`
    await eventually(async () => expect(await resting()).toHaveLength(1))
    await engine.stop()
    await ahead(orderId)
    isAway = false
    const { engine: next } = await machine(0, { maxRetrying: 0, limits: slow })
    await comesTo(next, orderId, 'completed')
  })
})
