import { randomUUID } from 'node:crypto'
import { platformError } from '@stoa/kernel'
import { openDatabase, type Database, type Session } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeDefinitions } from '../src/definitions.ts'
import { sagaMigrations, startSaga, type SagaEngine, type SagaEngineOptions } from '../src/index.ts'
import { makeLanes } from '../src/lanes.ts'
import { prepareSession, register } from '../src/membership.ts'
import type { Transition } from '../src/transition.ts'
import { makeWorld, notesMigrations, purchaseSagas, shop, startEngine, type World } from './purchase.ts'

let own: TestDatabase
let world: World
let livesLost: number
const engines: SagaEngine[] = []
const sessions: Session[] = []

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_contention', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
  livesLost = 0
})
afterEach(async () => {
  for (const session of sessions.splice(0)) session.cut()
  for (const engine of engines.splice(0)) await engine.stop()
})

const start = async (more: Partial<SagaEngineOptions> = {}) => {
  const telemetry = createTelemetry({
    service: 'shop',
    environment: 'test',
    version: '0',
    instance: 'test',
    spanSinks: [],
    destination: {
      write: (line) => void (line.includes('worker lost its lease') && livesLost++),
      flush: () => true,
      close() {},
    },
  })
  const engine = await startEngine(own.database, world, { leaseMs: 1_000, telemetry, ...more })
  engines.push(engine)
  return engine
}
const open = async (database: Database = own.database) => {
  const session = await database.session()
  sessions.push(session)
  return session
}
const errand = async () => {
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'errand', orderId, { orderId }))
  return `errand:${orderId}`
}
const comesTo = (engine: SagaEngine, id: string, state: string) =>
  eventually(async () => expect(await engine.show(id)).toMatchObject({ state }))

test('a row that someone has locked holds up its own saga alone, for longer than the lease', async () => {
  const engine = await start()
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  world.script('three/action', () => held)
  const locked = await errand()
  await eventually(() => expect(world.calls.some(({ key }) => key === `${locked}/three/action`)).toBe(true))
  const holder = await open()
  await holder.script(`begin; select 1 from sagas where id = '${locked}' for update`)
  letGo()
  for (let lease = 0; lease < 2; lease++) {
    const others = await Promise.all(Array.from({ length: 10 }, errand))
    for (const id of others) await comesTo(engine, id, 'completed')
    await holder.sql`select pg_sleep(1)`
  }
  expect(await engine.show(locked)).toMatchObject({ state: 'running' })
  await holder.script('rollback')
  await comesTo(engine, locked, 'completed')
  expect(livesLost).toBe(0)
})

test('a statement that outlives its worker is cancelled', async () => {
  const database = openDatabase({ url: own.url, applicationName: 'outlived', statementTimeoutMs: 60_000 })
  const engine = await start({ database })
  const [worker] = await own.database.read.sql<{ id: string }>`
    select id from saga_workers where application = 'outlived'`
  const holder = await open()
  await holder.script(`begin; select 1 from saga_lanes where worker = '${worker?.id}' for update`)
  await eventually(() => expect(livesLost).toBe(1))
  await eventually(async () => {
    const waiting = await own.database.read.sql`
      select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and application_name = 'outlived'`
    expect(waiting).toEqual([])
  })
  await holder.script('rollback')
  await comesTo(engine, await errand(), 'completed')
  await engine.stop()
  await database.close()
})

test('a database without a free connection for reads delays a saga, and its worker lives on', async () => {
  const first = await start()
  world.script('two/action', () => new Promise(() => {}))
  const id = await errand()
  await eventually(() => expect(world.calls.some(({ key }) => key === `${id}/two/action`)).toBe(true))
  await first.stop(0)
  let refused = 0
  const sql: Database['read']['sql'] = (strings, ...values) => {
    if (!strings[0]?.includes('saga_id as "sagaId", seq') || refused >= 2)
      return own.database.read.sql(strings, ...values)
    refused++
    throw platformError('database.saturated', 'No connection became free.')
  }
  const second = await start({ database: { ...own.database, read: { sql } } })
  await eventually(async () => {
    const [row] = await own.database.read.sql<{ state: string }>`select state from sagas where id = ${id}`
    expect(row?.state).toBe('completed')
  })
  expect([refused, livesLost]).toEqual([2, 0])
  await second.stop()
})

test('a row that the journal refuses is found among others in a few flushes', async () => {
  const worker = randomUUID()
  const [control, second] = [await open(), await open()]
  for (const session of [control, second]) await prepareSession(session, 5_000)
  await register(control, worker, 'test', 1)
  let flushes = 0
  const counted: Session = {
    ...second,
    sql: (strings, ...values) => {
      flushes++
      return second.sql(strings, ...values)
    },
  }
  const definitions = makeDefinitions(shop, purchaseSagas() as never)
  const lanes = makeLanes({ ...definitions, worker, sessions: [counted], onFenced() {} })
  const move = (sagaId: string): Transition => {
    const entry = {
      step: 'one',
      kind: 'action',
      outcome: 'succeeded',
      attempts: 1,
      startedAtMs: 0,
      endedAtMs: 0,
    } as const
    return { sagaId, traceId: 'ab'.repeat(16), entries: [{ ...entry, seq: 0 }] }
  }
  const ids = Array.from({ length: 64 }, () => `errand:${randomUUID()}`)
  await lanes.write(move(ids[0] ?? ''))
  flushes = 0
  const written = await Promise.allSettled(ids.map((id) => lanes.write(move(id))))
  expect(written.map(({ status }) => status)).toEqual(['rejected', ...Array.from({ length: 63 }, () => 'fulfilled')])
  expect(flushes).toBeLessThan(20)
})
