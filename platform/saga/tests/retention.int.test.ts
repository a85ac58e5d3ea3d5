import { randomUUID } from 'node:crypto'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sagaMigrations, signalSaga, startSaga, type SagaEngine } from '../src/index.ts'
import { reduceEndedSagas } from '../src/retention.ts'
import { makeWorld, notesMigrations, shop, startEngine, type World } from './purchase.ts'

let own: TestDatabase
let world: World
let engine: SagaEngine

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_retention', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(async () => {
  world = makeWorld()
  engine = await startEngine(own.database, world)
})
afterEach(() => engine.stop())

const begin = (orderId: string) => own.database.transaction((tx) => startSaga(tx, shop, 'errand', orderId, { orderId }))
const ended = async (daysAgo: number) => {
  const orderId = randomUUID()
  await begin(orderId)
  await eventually(async () => expect(await engine.show(`errand:${orderId}`)).toMatchObject({ state: 'completed' }))
  await own.database.transaction(
    ({ sql }) => sql`update sagas set ended_at = ended_at - ${daysAgo}::int * interval '1 day' where key = ${orderId}`,
  )
  return orderId
}

test('a saga that ended before the retention keeps its outcome and nothing else, and is still joined', async () => {
  const [old, young] = [await ended(91), await ended(89)]
  await eventually(async () => {
    await reduceEndedSagas(own.database, 90)
    expect(await engine.show(`errand:${old}`)).toMatchObject({
      state: 'completed',
      input: null,
      steps: [],
      isReduced: true,
    })
  })
  const kept = await engine.show(`errand:${young}`)
  expect([kept.steps.length, kept.isReduced]).toEqual([3, undefined])
  world.calls.length = 0
  await begin(old)
  const [next] = [await ended(0)]
  expect(await engine.show(`errand:${old}`)).toMatchObject({ state: 'completed' })
  expect(world.calls.map(({ key }) => key.split('/')[0])).not.toContain(`errand:${old}`)
  expect(world.calls.map(({ key }) => key.split('/')[0])).toContain(`errand:${next}`)
})

test('more sagas than one batch are reduced in one run, and none twice', async () => {
  // its own run may be under way
  await engine.stop()
  await own.database.transaction(
    ({ sql }) => sql`
      insert into sagas (id, name, key, version, state, input, ended_at)
      select 'errand:old' || n, 'errand', 'old' || n, 1, 'completed', '{}', now() - interval '1 year'
      from generate_series(1, 1200) n`,
  )
  expect(await reduceEndedSagas(own.database, 90)).toBe(1_200)
  expect(await reduceEndedSagas(own.database, 90)).toBe(0)
})

test('a signal whose saga never began is kept as long as an ended saga', async () => {
  const [old, young] = [randomUUID(), randomUUID()]
  const outcome = { outcome: 'approved' }
  for (const id of [old, young])
    await own.database.transaction((tx) => signalSaga(tx, shop, 'purchase', id, 'review', outcome))
  await own.database.transaction(
    ({ sql }) => sql`update saga_signals set sent_at = now() - interval '91 days' where saga_id = ${`purchase:${old}`}`,
  )
  await reduceEndedSagas(own.database, 90)
  const left = await own.database.read.sql<{ id: string }>`select saga_id as id from saga_signals order by 1`
  expect(left.map(({ id }) => id)).toEqual([`purchase:${young}`])
})
