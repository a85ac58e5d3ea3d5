import { describeService, type BatchPart, type ReceivedEvent, type Tx } from '@stoa/contract'
import { platformError, systemClock } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  batchControl,
  deadLetters,
  eventsMigrations,
  logMigrations,
  openEventLog,
  startBatches,
  startRelay,
  waitUntilCaughtUp,
  type EventLog,
} from '../src/index.ts'
import { advance } from '../src/batch-positions.ts'
import { pack, parcelPacked, until, warehouse, watchedTelemetry } from './shop.ts'

const counting = describeService({
  name: 'counting',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: {},
  operations: {},
  personalData: 'none',
  batches: { steps: { events: { parcelPacked }, from: 'start', mostPerBatch: 20 } },
})
const late = describeService({
  ...counting,
  batches: { steps: { events: { parcelPacked }, from: 'end' } },
}) as unknown as typeof counting

type Packed = ReceivedEvent<typeof parcelPacked>
type Apply = (events: readonly Packed[], tx: Tx<any>, parts: readonly BatchPart<Packed>[]) => Promise<void>

const effects = {
  name: 'counting',
  migrations: [
    {
      name: '0001-effects',
      sql: 'create table effects (nth bigint generated always as identity, parcel text, step integer)',
    },
  ],
}

let producer: TestDatabase
let consumer: TestDatabase
let logDatabase: TestDatabase
let log: EventLog

beforeAll(async () => {
  producer = await testDatabase({ name: 'warehouse', sets: [eventsMigrations] })
  consumer = await testDatabase({ name: 'counting', sets: [eventsMigrations, effects] })
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
})
afterAll(async () => {
  await producer.close()
  await consumer.close()
  await logDatabase.close()
})
beforeEach(async () => {
  await producer.database.transaction(({ sql }) => sql`update outbox_relay set batch = 0`)
  await consumer.database.transaction(
    ({ sql }) => sql`truncate effects, inbox, parked_keys, dead_letters, batch_positions, batch_groups`,
  )
  await logDatabase.database.transaction(
    ({ sql }) => sql`truncate event_topics, event_log, event_producers, consumer_groups, consumer_members cascade`,
  )
  log = openEventLog({ url: logDatabase.url, applicationName: 'log' })
  const { telemetry } = watchedTelemetry()
  const relay = startRelay({ service: warehouse, database: producer.database, log, telemetry })
  onTestFinished(() => relay.stop())
})
afterEach(() => log.close())

const note: Apply = async (events, { sql }) => {
  await sql`
    insert into effects (parcel, step)
    select * from unnest(${events.map(({ subject }) => subject)}::text[], ${events.map(({ data }) => data.step)}::int[])`
}

function consume(apply: Apply, service: typeof counting = counting, retryMs = 20) {
  const running = startBatches({
    service,
    consumers: { steps: { apply } },
    database: consumer.database,
    log,
    makeTx: (tx) => tx as Tx<any>,
    telemetry: watchedTelemetry().telemetry,
    clock: systemClock,
    retry: { attempts: 3, delayMs: () => retryMs },
  })
  onTestFinished(() => running.stop())
  return running
}

async function stepsOf(parcel: string): Promise<number[]> {
  const rows = await consumer.database.read.sql<{ step: number }>`
    select step from effects where parcel = ${parcel} order by nth`
  return rows.map(({ step }) => step)
}

async function countEffects(): Promise<number> {
  const [row] = await consumer.database.read.sql<{ count: number }>`select count(*)::int as count from effects`
  return row?.count ?? 0
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const settled = () => waitUntilCaughtUp(log, { groups: ['counting.steps'], timeoutMs: 10_000 })

async function packAll(parcels: readonly string[], count: number): Promise<void> {
  await Promise.all(parcels.map((parcel) => pack(producer.database, parcel, ...numbers(count))))
}

test('every event takes effect once, in the order of its key, in batches', async () => {
  await packAll(['a', 'b', 'c'], 30)
  let transactions = 0
  consume(async (events, tx) => {
    transactions++
    await note(events, tx, [])
  })
  await until(async () => (await countEffects()) === 90)
  expect(await stepsOf('a')).toEqual(numbers(30))
  expect(await stepsOf('c')).toEqual(numbers(30))
  expect(transactions).toBeLessThan(45)
  expect((await settled()).isCaughtUp).toBe(true)
})

test('partitions share a transaction, and an event that fails costs the other partitions nothing', async () => {
  const parcels = numbers(40).map((number) => `p${number}`)
  await packAll(parcels, 2)
  await until(async () => (await log.read({ limit: 100 })).events.length === 80)
  const shared: number[] = []
  consume(async (events, tx, parts) => {
    // a parked event is in no part
    const inParts = parts.length === 0 ? events : parts.flatMap((part) => part.events)
    expect(inParts).toEqual(events)
    if (events.some(({ subject }) => subject === 'p7')) throw new Error('poison')
    shared.push(parts.length)
    await note(events, tx, parts)
  })
  await until(async () => (await countEffects()) === 78)
  for (const parcel of parcels) expect(await stepsOf(parcel)).toEqual(parcel === 'p7' ? [] : [1, 2])
  await packAll(
    parcels.filter((parcel) => parcel !== 'p7').map((parcel) => `${parcel}-again`),
    1,
  )
  await until(async () => (await countEffects()) === 78 + 39)
  expect(Math.max(...shared)).toBeGreaterThan(1)
})

test('a commit whose confirmation is lost, and a batch that is rolled back, change nothing', async () => {
  await packAll(['a', 'b', 'c', 'd'], 40)
  let calls = 0
  const { database } = consumer
  const cut: typeof database = {
    ...database,
    async transaction(run, options) {
      calls++
      if (calls % 5 === 1) throw platformError('database.unavailable', 'cut before')
      const result = await database.transaction(run, options)
      if (calls % 3 === 1) throw platformError('database.unavailable', 'cut after')
      return result
    },
  }
  const running = startBatches({
    service: counting,
    consumers: { steps: { apply: note } },
    database: cut,
    log,
    makeTx: (tx) => tx as Tx<any>,
    telemetry: watchedTelemetry().telemetry,
    clock: systemClock,
  })
  onTestFinished(() => running.stop())
  await until(async () => (await countEffects()) >= 160)
  await settled()
  for (const parcel of ['a', 'b', 'c', 'd']) expect(await stepsOf(parcel)).toEqual(numbers(40))
})

test('an event that fails is parked with its key; the others of its batch take effect, and a retry continues the key in order', async () => {
  await packAll(['a', 'b'], 12)
  let isBroken = true
  consume(async (events, tx) => {
    if (isBroken && events.some(({ subject, data }) => subject === 'a' && data.step === 5)) throw new Error('poison')
    await note(events, tx, [])
  })
  const letters = deadLetters(consumer.database)
  await until(async () => (await letters.list()).length === 1)
  await until(async () => (await countEffects()) === 16)
  expect(await stepsOf('a')).toEqual(numbers(4))
  expect(await stepsOf('b')).toEqual(numbers(12))
  isBroken = false
  await letters.retryAll()
  await until(async () => (await countEffects()) === 24)
  expect(await stepsOf('a')).toEqual(numbers(12))
})

test('a group that starts at the end consumes only what is published after its first start', async () => {
  await pack(producer.database, 'a', 1, 2)
  await until(async () => (await log.read({})).events.length === 2)
  const first = consume(note, late)
  await until(async () => (await consumer.database.read.sql`select 1 from batch_positions`).length > 0)
  await first.stop()
  await pack(producer.database, 'a', 3)
  consume(note, late)
  await until(async () => (await stepsOf('a')).length === 1)
  expect(await stepsOf('a')).toEqual([3])
})

test('a restarted group consumes everything again, and nothing of before counts', async () => {
  await packAll(['a', 'b', 'c'], 10)
  consume(note)
  await until(async () => (await countEffects()) === 30)
  const control = batchControl(counting, consumer.database, log)
  await consumer.database.transaction(async (tx) => {
    await control.restart(tx, 'steps', undefined)
    await tx.sql`delete from effects`
  })
  await pack(producer.database, 'a', 11)
  await until(async () => (await countEffects()) === 31)
  expect(await stepsOf('a')).toEqual(numbers(11))
})

test('a paused group consumes nothing until it is resumed', async () => {
  consume(note)
  await pack(producer.database, 'a', 1)
  await until(async () => (await countEffects()) === 1)
  const control = batchControl(counting, consumer.database, log)
  await control.pause('steps')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await pack(producer.database, 'a', 2)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await countEffects()).toBe(1)
  expect(await control.pausedSince('steps')).toBeDefined()
  await control.resume('steps')
  await until(async () => (await countEffects()) === 2)
})

test('members share the partitions and take over from one that has stopped, and every event counts once', async () => {
  const first = consume(note)
  consume(note)
  const packing = packAll(
    numbers(12).map((n) => `p${n}`),
    30,
  )
  await until(async () => (await countEffects()) > 60)
  await first.stop()
  await packing
  await until(async () => (await countEffects()) >= 360)
  await settled()
  for (const n of numbers(12)) expect(await stepsOf(`p${n}`)).toEqual(numbers(30))
})

test('the stored position reaches the end of the log, also behind events that the group does not consume', async () => {
  consume(note)
  await pack(producer.database, 'a', 1)
  await producer.database.transaction(async (tx) => {
    const { publish } = await import('../src/index.ts')
    const { parcelSent, source } = await import('./shop.ts')
    await publish(tx, source, parcelSent, 'a', { weightGrams: 5 })
  })
  const control = batchControl(counting, consumer.database, log)
  await until(async () => {
    const progress = await control.progress('steps')
    return progress.some(({ head }) => head === 2) && progress.every(({ position, head }) => position === head)
  })
})

test('of two members that handle the same range at once, one takes effect', async () => {
  const running = consume(note)
  await pack(producer.database, 'a', 1)
  await until(async () => (await countEffects()) === 1)
  await running.stop()
  const positions = await consumer.database.read.sql<{ partition: number }>`
    select partition from batch_positions where position = 1`
  const range = { topic: 'warehouse.events', partition: positions[0]?.partition ?? -1, from: 1, to: 5 }
  const moved = await Promise.all(
    [1, 2].map(() => consumer.database.transaction((tx) => advance(tx, 'counting.steps', range))),
  )
  expect(moved.filter((each) => each)).toHaveLength(1)
})
