import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@stoa/postgres'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, startSaga, type SagaEngine, type SagaEngineOptions } from '../src/index.ts'
import {
  away,
  makeWorld,
  notesMigrations,
  notesOf,
  refusal,
  shop,
  startEngine,
  type Behaviour,
  type Hooks,
  type World,
} from './purchase.ts'

let own: TestDatabase
let world: World
const engines: SagaEngine[] = []

const effectsMigrations = {
  name: 'effects',
  migrations: [{ name: '0001-create-effects', sql: 'create table effects (key text primary key);' }],
}

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_takeover', sets: [sagaMigrations, notesMigrations, effectsMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

const start = async (more: Partial<SagaEngineOptions> & { readonly hooks?: Hooks } = {}) => {
  const engine = await startEngine(own.database, world, { leaseMs: 1_000, ...more })
  engines.push(engine)
  return engine
}
const purchase = async (review = false) => {
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review }))
  return orderId
}
const idOf = (orderId: string) => `purchase:${orderId}`
const comesTo = (engine: SagaEngine, orderId: string, state: string) =>
  eventually(async () => expect(await engine.show(idOf(orderId))).toMatchObject({ state }))
const forever = () => new Promise<never>(() => {})
const allDone = { reserve: 'done', pay: 'done', ship: 'done', confirm: 'done', thank: 'done' }
const completedNotes = ['paid', 'confirming', 'confirmed', 'completed']

/** Starts a saga under an engine that dies at the call scripted, then another engine that takes it over. */
async function crashAt(key: string, when: 'before' | 'after', prepare: (world: World) => void = () => {}) {
  const dying = await start()
  const crash: Behaviour = (effect) => {
    if (when === 'after') effect()
    dying.abandon()
    return forever()
  }
  prepare(world)
  world.script(key, crash)
  const orderId = await purchase()
  await eventually(() => expect(world.calls.some(({ key: called }) => called === `${idOf(orderId)}/${key}`)).toBe(true))
  return { orderId, other: await start() }
}

describe('killed', () => {
  const steps = ['reserve', 'pay', 'ship', 'confirm', 'thank']
  const points = steps.flatMap((step) => [
    { step, when: 'before' as const },
    { step, when: 'after' as const },
  ])

  test.each(points)('$when the effect of $step, a saga is completed by another', async ({ step, when }) => {
    const { orderId, other } = await crashAt(`${step}/action`, when)
    await comesTo(other, orderId, 'completed')
    expect(world.effectsOf(idOf(orderId))).toEqual(allDone)
    expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
  })

  test.each(points.filter(({ step }) => step === 'pay' || step === 'reserve'))(
    '$when the effect of the compensation of $step, a saga is undone by another',
    async ({ step, when }) => {
      const { orderId, other } = await crashAt(`${step}/compensation`, when, ({ script }) =>
        script('ship/action', () => {
          throw refusal('shipping.no_route')
        }),
      )
      await comesTo(other, orderId, 'compensated')
      expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'undone' })
      expect(await notesOf(own.database, orderId)).toEqual(['paid', 'rejected shipping.no_route'])
    },
  )

  test.each(['before', 'after'] as const)(
    '%s an effect that is then refused, that step is undone too',
    async (when) => {
      const { orderId, other } = await crashAt('pay/action', when, ({ script }) => script('nothing'))
      world.script('pay/action', () => {
        throw refusal('payment.declined')
      })
      await comesTo(other, orderId, 'compensated')
      expect(world.effectsOf(idOf(orderId))).toEqual({
        reserve: 'undone',
        pay: when === 'after' ? 'undone' : 'tombstone',
      })
    },
  )

  test.each(['enterConfirm', 'thenConfirm', 'whenCompensated'] as const)(
    'in the transaction of %s, a dead worker leaves nothing behind and another continues',
    async (hook) => {
      let calls = 0
      const hooks: Hooks = {
        [hook]: async () => {
          if (calls++ > 0) return
          dying.abandon()
          throw away()
        },
      }
      const dying = await start({ hooks })
      if (hook === 'whenCompensated') {
        world.script('ship/action', () => {
          throw refusal('shipping.no_route')
        })
      }
      const orderId = await purchase()
      await eventually(() => expect(calls).toBe(1))
      const other = await start({ hooks })
      await comesTo(other, orderId, hook === 'whenCompensated' ? 'compensated' : 'completed')
      const notes = hook === 'whenCompensated' ? ['paid', 'rejected shipping.no_route'] : completedNotes
      expect(await notesOf(own.database, orderId)).toEqual(notes)
    },
  )

  test('while it waits, a saga waits on with another', async () => {
    const dying = await start()
    const orderId = await purchase(true)
    await comesTo(dying, orderId, 'waiting')
    dying.abandon()
    const other = await start()
    await own.database.transaction(async (tx) => {
      await tx.sql`insert into saga_signals (saga_id, name, value) values (${idOf(orderId)}, 'review', '{"outcome": "approved"}')`
    })
    await comesTo(other, orderId, 'completed')
  })

  test('all at once and again and again, sagas come to one end each', async () => {
    const orders: string[] = []
    for (let round = 0; round < 5; round++) {
      const dying = await start()
      await start()
      for (let n = 0; n < 20; n++) orders.push(await purchase())
      dying.abandon()
    }
    const last = await start()
    for (const orderId of orders) await comesTo(last, orderId, 'completed')
    for (const orderId of orders) {
      expect(world.effectsOf(idOf(orderId))).toEqual(allDone)
      expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
    }
    await eventually(async () => {
      const [row] = await own.database.read.sql<{
        workers: number
      }>`select count(*) as workers from saga_workers where is_dead`
      expect(row?.workers).toBe(0)
    })
  })
})

describe('hung', () => {
  test('inside a transaction that holds its row, a saga is taken from it', async () => {
    let isFirst = true
    const hooks: Hooks = {
      thenConfirm: async () => {
        if (!isFirst) return
        isFirst = false
        hanging.abandon()
        await forever()
      },
    }
    // Never closed: its one transaction never ends by itself.
    const database = openDatabase({ url: own.url, applicationName: 'hanging', statementTimeoutMs: 10_000 })
    const hanging = await start({ hooks, database })
    const orderId = await purchase()
    await eventually(() => expect(isFirst).toBe(false))
    const other = await start({ hooks })
    await comesTo(other, orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
  })
})

describe('drained', () => {
  test('a worker lets its step end and hands its sagas back', async () => {
    const leaving = await start()
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    world.script('pay/action', async (effect) => {
      await held
      effect()
    })
    const [orderId, waiting] = [await purchase(), await purchase(true)]
    await eventually(() => expect(world.calls.some(({ key }) => key.endsWith('pay/action'))).toBe(true))
    const stopped = leaving.stop()
    letGo()
    await stopped
    const owners = await own.database.read.sql`select 1 from sagas where owner is not null`
    expect(owners).toEqual([])
    const other = await start()
    await comesTo(other, orderId, 'completed')
    await comesTo(other, waiting, 'waiting')
    expect(world.calls.filter(({ key }) => key === `${idOf(orderId)}/pay/action`)).toHaveLength(1)
    await other.compensate(idOf(waiting))
    await comesTo(other, waiting, 'compensated')
  })
})

describe('a worker that loses its database connections', () => {
  test('starts again by itself, and every saga comes to one end', async () => {
    const engine = await start()
    const orders = await Promise.all(Array.from({ length: 30 }, () => purchase()))
    for (let round = 0; round < 3; round++) {
      await delay(20)
      await own.database.read.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`
    }
    for (const orderId of orders) await comesTo(engine, orderId, 'completed')
    for (const orderId of orders) expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
  })
})

describe('a replica in another process', () => {
  let replica: ChildProcess

  beforeEach(async () => {
    replica = fork(new URL('./replica.ts', import.meta.url), [own.url, '1000'])
    await once(replica, 'message')
  })
  afterEach(() => replica.kill('SIGKILL'))

  /** Some of many sagas have begun under the replica, and none of them is driven here. */
  const underWay = async () => {
    const orders = await Promise.all(Array.from({ length: 40 }, () => purchase()))
    await eventually(async () => {
      const [row] = await own.database.read.sql<{ rows: number }>`
        select count(*) as rows from saga_journal where saga_id = any(${orders.map(idOf)})`
      expect(row?.rows).toBeGreaterThan(20)
    })
    return orders
  }
  const callsHere = (): Pick<World, 'callsFor'> => ({
    callsFor: ({ idempotencyKey }) => ({
      async call(what) {
        await own.database.transaction(async (tx) => {
          await tx.sql`insert into effects (key) values (${idempotencyKey}) on conflict (key) do nothing`
        })
        return { what }
      },
    }),
  })
  const allEnded = async (engine: SagaEngine, orders: readonly string[]) => {
    for (const orderId of orders) await comesTo(engine, orderId, 'completed')
    for (const orderId of orders) expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
  }

  test('that is killed has its sagas taken over', async () => {
    const orders = await underWay()
    replica.kill('SIGKILL')
    const engine = await startEngine(own.database, callsHere(), { leaseMs: 1_000 })
    engines.push(engine)
    await allEnded(engine, orders)
  })

  test('that hangs has its sagas taken over, is fenced when it wakes, and continues under a new identity', async () => {
    const orders = await underWay()
    replica.kill('SIGSTOP')
    const before = await own.database.read.sql<{ id: string }>`select id from saga_workers where name = 'replica'`
    const engine = await startEngine(own.database, callsHere(), { leaseMs: 1_000 })
    engines.push(engine)
    await allEnded(engine, orders)
    replica.kill('SIGCONT')
    await eventually(async () => {
      const now = await own.database.read.sql<{ id: string }>`
        select id from saga_workers where name = 'replica' and not is_dead`
      expect(now).toHaveLength(1)
      expect(now).not.toEqual(before)
    })
    for (const orderId of orders) expect(await notesOf(own.database, orderId)).toEqual(completedNotes)
  })
})
