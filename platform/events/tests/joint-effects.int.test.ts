import type { Bindings, ReceivedEvent, Tx } from '@stoa/contract'
import { newId, systemClock } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { deadLetters, eventsMigrations, logMigrations, openEventLog, startConsumers, startRelay } from '../src/index.ts'
import { pack, type parcelPacked, tracking, until, warehouse, watchedTelemetry } from './shop.ts'

type Tracking = typeof tracking
type Packed = ReceivedEvent<typeof parcelPacked>

const effects = {
  name: 'tracking',
  migrations: [
    {
      name: '0001-effects',
      sql: `create table effects (position bigint generated always as identity, parcel text, step integer, by xid8 default pg_current_xact_id());
        create table shelves (); insert into shelves default values`,
    },
  ],
}

let producer: TestDatabase
let consumer: TestDatabase
let logDatabase: TestDatabase

beforeAll(async () => {
  producer = await testDatabase({ name: 'warehouse', sets: [eventsMigrations] })
  consumer = await testDatabase({ name: 'tracking', sets: [eventsMigrations, effects] })
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
})
afterAll(async () => {
  await producer.close()
  await consumer.close()
  await logDatabase.close()
})

beforeEach(async () => {
  await consumer.database.transaction(({ sql }) => sql`truncate effects, inbox, parked_keys, dead_letters`)
})

/** Appends one event for each parcel, and then consumes them all at once. */
async function consumeBacklog(parcels: readonly string[], { fails = (_: Packed): boolean => false, locks = '' } = {}) {
  const log = openEventLog({ url: logDatabase.url, applicationName: 'log' })
  const { telemetry, lines } = watchedTelemetry()
  const relay = startRelay({ service: warehouse, database: producer.database, log, telemetry })
  for (const each of parcels) await pack(producer.database, each, 1, 2)
  await relay.stop()
  const consumers = startConsumers({
    service: tracking,
    consumers: {
      parcelPacked: {
        async apply(event, tx) {
          const { sql } = tx as unknown as TestDatabase['database']['read']
          if (event.subject === locks) await sql`select from shelves for update`
          await sql`insert into effects (parcel, step) values (${event.subject}, ${event.data.step})`
          if (fails(event)) throw new Error(`cannot handle ${event.subject}`)
        },
      },
    } satisfies Bindings<Tracking>['consumes'],
    database: consumer.database,
    log,
    calls: {},
    makeTx: (handle) => ({ sql: handle.sql }) as Tx<Tracking>,
    telemetry,
    clock: systemClock,
    retry: { attempts: 2, delayMs: () => 5 },
  })
  onTestFinished(async () => {
    await consumers.stop()
    await log.close()
  })
  return { parked: () => lines.filter(({ message }) => String(message).startsWith('event failed: its key')).length }
}

const read = async () =>
  (await consumer.database.read.sql<{ parcel: string; step: number; by: string }>`
    select parcel, step, by::text as by from effects order by position`) as readonly {
    parcel: string
    step: number
    by: string
  }[]

test('events that wait take effect in fewer transactions than there are events, those of a key in order', async () => {
  const parcels = Array.from({ length: 60 }, () => newId())
  await consumeBacklog(parcels)
  await until(async () => (await read()).length === 120)
  const rows = await read()
  expect(new Set(rows.map(({ by }) => by)).size).toBeLessThan(60)
  for (const each of parcels)
    expect(rows.filter(({ parcel }) => parcel === each).map(({ step }) => step)).toEqual([1, 2])
})

test('an event that fails takes none of those along that shared its transaction', async () => {
  const parcels = Array.from({ length: 40 }, () => newId())
  const bad = new Set([parcels[3], parcels[17], parcels[29]])
  const { parked } = await consumeBacklog(parcels, { fails: ({ subject }) => bad.has(subject) })
  await until(async () => (await deadLetters(consumer.database).list()).length === 3)
  await until(async () => (await read()).length === 74)
  const rows = await read()
  expect(rows.filter(({ parcel }) => bad.has(parcel))).toEqual([])
  expect(parked()).toBe(3)
  expect(new Set(rows.map(({ parcel, step }) => `${parcel} ${step}`)).size).toBe(74)
})

test('an event that waits for a lock keeps none of those waiting that shared its transaction', async () => {
  const parcels = Array.from({ length: 40 }, () => newId())
  const [waiting = ''] = parcels
  const operator = await consumer.database.session()
  onTestFinished(() => operator.close())
  await operator.script('begin; select from shelves for update')
  const { parked } = await consumeBacklog(parcels, { locks: waiting })
  await until(async () => (await read()).length === 78)
  expect((await read()).filter(({ parcel }) => parcel === waiting)).toEqual([])
  await operator.script('commit')
  await until(async () => (await read()).length === 80)
  expect(parked()).toBe(0)
})
