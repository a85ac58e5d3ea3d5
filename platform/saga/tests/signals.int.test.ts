import { randomUUID } from 'node:crypto'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  sagaMigrations,
  signalSaga,
  startSaga,
  startSagaEngine,
  type SagaEngine,
  type SagaEngineOptions,
} from '../src/index.ts'
import { compensateSaga } from '../src/operate.ts'
import { reduceEndedSagas } from '../src/retention.ts'
import {
  makeTx,
  makeWorld,
  notesMigrations,
  notesOf,
  quietTelemetry,
  shop,
  startEngine,
  type Hooks,
  type World,
} from './purchase.ts'
import { noteCalls, releaseOf, type TripCall } from './trip.ts'

let own: TestDatabase
let world: World
const engines: SagaEngine[] = []

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_signals', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

const start = async (more: Partial<SagaEngineOptions> & { readonly hooks?: Hooks } = {}) => {
  const engine = await startEngine(own.database, world, more)
  engines.push(engine)
  return engine
}
const purchase = async (review: boolean) => {
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review }))
  return orderId
}
const idOf = (orderId: string) => `purchase:${orderId}`
const comesTo = (engine: SagaEngine, orderId: string, state: string) =>
  eventually(async () => expect(await engine.show(idOf(orderId))).toMatchObject({ state }))
const approve = (orderId: string) =>
  // Another replica: its service object is not the one whose engine runs here.
  own.database.transaction((tx) => signalSaga(tx, { ...shop }, 'purchase', orderId, 'review', { outcome: 'approved' }))
const compensateElsewhere = (orderId: string) =>
  compensateSaga({ service: { ...shop }, database: own.database }, idOf(orderId))
/** Makes what a saga has journalled so much older. */
const age = (orderId: string, seconds: number) =>
  own.database.transaction(async ({ sql }) => {
    await sql`
      update saga_journal set started_at = started_at - ${seconds}::int * interval '1 second',
        ended_at = ended_at - ${seconds}::int * interval '1 second' where saga_id = ${idOf(orderId)}`
  })

describe('the deadline of a wait', () => {
  test('does not pass over a signal that came in time, when the saga is taken up after it', async () => {
    const first = await start()
    const orderId = await purchase(true)
    await comesTo(first, orderId, 'waiting')
    await first.stop()
    await approve(orderId)
    await age(orderId, 61)
    await comesTo(await start(), orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toContain('reviewed approved')
  })

  test('does not pass over a signal of another replica that no poll has found yet', async () => {
    const first = await start()
    const orderId = await purchase(true)
    await comesTo(first, orderId, 'waiting')
    await first.stop()
    await age(orderId, 55)
    // It looks once when it begins, and then never: the signal is only in the database when the five seconds are over.
    const second = await start({ pollMs: 600_000 })
    await eventually(async () => {
      const owners = await own.database.read.sql`select 1 from sagas where id = ${idOf(orderId)} and owner is not null`
      expect(owners).toHaveLength(1)
    })
    await approve(orderId)
    await eventually(async () => expect((await second.show(idOf(orderId))).state).toMatch(/^comp/))
    expect(await second.show(idOf(orderId))).toMatchObject({ state: 'completed' })
  })

  test('turns a saga back that was sent no signal', async () => {
    const first = await start()
    const orderId = await purchase(true)
    await comesTo(first, orderId, 'waiting')
    await first.stop()
    await age(orderId, 61)
    await comesTo(await start(), orderId, 'compensated')
    expect(await notesOf(own.database, orderId)).toContain('rejected saga.timed_out')
  })
})

describe('an operator who undoes a saga through another replica', () => {
  /** Holds a step of the saga while the operator acts; the engine finds nothing by polling. */
  const whileIn = async (step: string, act: (orderId: string) => Promise<void>, hooks: Hooks = {}) => {
    const engine = await start({ pollMs: 600_000, hooks })
    let entered = () => {}
    let letGo = () => {}
    const isIn = new Promise<void>((resolve) => (entered = resolve))
    const held = new Promise<void>((resolve) => (letGo = resolve))
    world.script(`${step}/action`, async (effect) => {
      entered()
      await held
      effect()
    })
    const orderId = await purchase(false)
    await isIn
    await act(orderId)
    letGo()
    await eventually(async () => expect((await engine.show(idOf(orderId))).state).toMatch(/completed|compensated/))
    return { engine, orderId }
  }

  test('is obeyed before the pivot, although the worker has not heard of it', async () => {
    const { engine, orderId } = await whileIn('ship', compensateElsewhere)
    expect(await engine.show(idOf(orderId))).toMatchObject({
      state: 'compensated',
      reason: 'saga.compensated_by_operator',
    })
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'undone', ship: 'undone' })
    expect(await notesOf(own.database, orderId)).not.toContain('confirming')
  })

  test('is refused behind the pivot, and the saga completes', async () => {
    const { engine, orderId } = await whileIn('confirm', async (id) => {
      await expect(compensateElsewhere(id)).rejects.toMatchObject({ code: 'saga.past_pivot' })
    })
    expect(await engine.show(idOf(orderId))).toMatchObject({ state: 'completed' })
  })

  test('is obeyed or refused, never both, when the pivot is entered at the same time', async () => {
    const engine = await start()
    const orders = await Promise.all(Array.from({ length: 60 }, () => purchase(false)))
    const answers = await Promise.all(
      orders.map((orderId) =>
        compensateElsewhere(orderId).then(
          () => 'accepted',
          (error: { code?: string }) => error.code,
        ),
      ),
    )
    for (const [n, orderId] of orders.entries()) {
      await eventually(async () => expect((await engine.show(idOf(orderId))).state).toMatch(/completed|compensated/))
      const { state } = await engine.show(idOf(orderId))
      expect([answers[n], state]).toEqual([answers[n], answers[n] === 'accepted' ? 'compensated' : 'completed'])
    }
  })
})

test('an operator is obeyed or refused, never both, also where the pivot is entered without a hook', async () => {
  const release = releaseOf([2])
  const calls: TripCall[] = []
  const engine = await startSagaEngine({
    ...release,
    database: own.database,
    callsFor: noteCalls(calls),
    makeTx,
    telemetry: quietTelemetry(),
    workerName: 'test',
    pollMs: 20,
  })
  engines.push(engine)
  const trips = Array.from({ length: 60 }, () => randomUUID())
  await own.database.transaction(async (tx) => {
    for (const tripId of trips) {
      await startSaga(tx, release.service, 'trip', tripId, { tripId })
      await signalSaga(tx, release.service, 'trip', tripId, 'go', {})
    }
  })
  const isAccepted = await Promise.all(
    trips.map((tripId) =>
      compensateSaga({ service: { ...shop }, database: own.database }, `trip:${tripId}`).then(
        () => true,
        () => false,
      ),
    ),
  )
  for (const [n, tripId] of trips.entries()) {
    const state = isAccepted[n] === true ? 'compensated' : 'completed'
    await eventually(async () => expect(await engine.show(`trip:${tripId}`)).toMatchObject({ state }))
    expect(calls.some(({ key }) => key === `trip:${tripId}/fly/action`)).toBe(isAccepted[n] === false)
  }
})

test('a signal that comes while its saga ends is removed', async () => {
  const engine = await start()
  const orderId = await purchase(false)
  await comesTo(engine, orderId, 'completed')
  await own.database.transaction(
    ({ sql }) => sql`insert into saga_signals (saga_id, name, value) values (${idOf(orderId)}, 'review', null)`,
  )
  await reduceEndedSagas(own.database, 90)
  expect(await own.database.read.sql`select 1 from saga_signals where saga_id = ${idOf(orderId)}`).toEqual([])
})
