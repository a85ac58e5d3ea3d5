import { randomUUID } from 'node:crypto'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, startSaga, type SagaEngine, type SagaEngineOptions } from '../src/index.ts'
import { away, makeWorld, notesMigrations, shop, startEngine, type World } from './purchase.ts'

let own: TestDatabase
let world: World
let engine: SagaEngine

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_places', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  await engine.stop(100)
  await own.database.transaction(({ sql }) => sql`truncate sagas, saga_journal`)
})

const start = async (more: Partial<SagaEngineOptions> = {}) => {
  engine = await startEngine(own.database, world, more)
}
const begin = async (name: 'purchase' | 'errand', count = 1) => {
  const ids = Array.from({ length: count }, () => randomUUID())
  await own.database.transaction(async (tx) => {
    for (const orderId of ids) await startSaga(tx, shop, name, orderId, { orderId, review: false })
  })
  return ids.map((id) => `${name}:${id}`)
}
const comesTo = (id: string, state: string) =>
  eventually(async () => expect(await engine.show(id)).toMatchObject({ state }))
const forever = () => new Promise<never>(() => {})
const unavailable = () => {
  throw away()
}
const always = (behaviour: () => never | Promise<never>) => Array.from({ length: 10_000 }, () => behaviour)
const slow = { firstDelayMs: 60_000, maxDelayMs: 60_000 }

describe('a saga that needs nothing of a callee', () => {
  test('begins while as many of its own type as there are places wait for their next attempt', async () => {
    await start({ maxActive: 5, limits: slow })
    world.script('reserve/action', ...always(unavailable).slice(0, 20))
    await begin('purchase', 20)
    await eventually(() => expect(world.calls).toHaveLength(20))
    const [id = ''] = await begin('purchase')
    await comesTo(id, 'completed')
  })

  test('begins while all places of another type are held by calls that hang', async () => {
    await start({ maxActive: 5 })
    world.script('reserve/action', ...always(forever))
    await begin('purchase', 20)
    await eventually(() => expect(world.calls).toHaveLength(5))
    const [id = ''] = await begin('errand')
    await comesTo(id, 'completed')
  })
})

describe('sagas that wait for their next attempt beyond what memory is given', () => {
  const resting = async () => {
    const [row] = await own.database.read.sql<{ resting: number }>`
      select count(*) as resting from sagas where next_at is not null and owner is null`
    return row?.resting
  }

  test('rest on disk, and all complete once the callee is back', async () => {
    await start({ maxRetrying: 3, limits: { firstDelayMs: 200, maxDelayMs: 200, attempts: 1_000 } })
    let isAway = true
    world.script(
      'reserve/action',
      ...Array.from({ length: 10_000 }, () => (effect: () => void) => {
        if (isAway) throw away()
        effect()
      }),
    )
    const ids = await begin('purchase', 20)
    await eventually(async () => expect(await resting()).toBeGreaterThan(5))
    expect((await engine.list({ state: 'running' })).items).toHaveLength(20)
    isAway = false
    for (const id of ids) await comesTo(id, 'completed')
    expect(ids.map((id) => world.effectsOf(id))).toEqual(
      ids.map(() => ({ reserve: 'done', pay: 'done', ship: 'done', confirm: 'done', thank: 'done' })),
    )
  })

  test('are given no more attempts than others', async () => {
    await start({ maxRetrying: 0, limits: { attempts: 4, firstDelayMs: 5, maxDelayMs: 20 } })
    world.script('pay/action', ...always(unavailable))
    const [id = ''] = await begin('purchase')
    await comesTo(id, 'compensated')
    expect(world.calls.filter(({ key }) => key === `${id}/pay/action`)).toHaveLength(4)
    expect((await engine.show(id)).steps[1]).toMatchObject({ step: 'pay', attempts: 4, outcome: 'unknown' })
  })

  test('are undone at once when an operator says so', async () => {
    await start({ maxRetrying: 0, limits: slow })
    world.script('pay/action', ...always(unavailable))
    const [id = ''] = await begin('purchase')
    await eventually(async () => expect(await resting()).toBe(1))
    await engine.compensate(id)
    await comesTo(id, 'compensated')
  })
})
