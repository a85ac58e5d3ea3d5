import { describeService, errors, event, type Service, type Tx, type WriteHandle } from '@stoa/contract'
import { systemClock } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  deadLetters,
  eventsMigrations,
  logMigrations,
  openEventLog,
  startConsumers,
  type EventLog,
} from '../src/index.ts'
import { parkKey } from '../src/parking.ts'
import { parcelPacked, tracking, until, watchedTelemetry } from './shop.ts'

const parcelPackedTwo = event('parcel.packed', '2.0.0', Type.Object({ cartons: Type.Integer() }))
const newer = describeService({
  name: 'tracking',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  personalData: 'none',
  consumes: { parcelPacked, parcelPackedTwo },
})
const topic = 'warehouse.events'
const parcels = Array.from({ length: 12 }, (_, n) => `parcel-${n}`)

let consumer: TestDatabase
let logDatabase: TestDatabase
let log: EventLog

beforeAll(async () => {
  consumer = await testDatabase({ name: 'tracking', sets: [eventsMigrations] })
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: logDatabase.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  for (const each of [consumer, logDatabase]) await each.close()
})
beforeEach(() => consumer.database.transaction(({ sql }) => sql`truncate inbox, parked_keys, dead_letters`))

/** A replica of a release of `tracking`, and the subjects it has handled. */
function replica(service: Service, unknownGraceMs?: number) {
  const handled: string[] = []
  const { telemetry, lines } = watchedTelemetry()
  const apply = async ({ subject }: { subject: string }) => void handled.push(subject)
  const consumers = Object.fromEntries(Object.keys(service.consumes).map((name) => [name, { apply }]))
  const running = startConsumers({
    service,
    consumers,
    database: consumer.database,
    log,
    calls: {},
    makeTx: (tx: WriteHandle) => tx as Tx<Service>,
    telemetry,
    clock: systemClock,
    ...(unknownGraceMs === undefined ? {} : { unknownGraceMs }),
  })
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= running.stop())
  onTestFinished(stop)
  return { handled, lines, stop }
}

/** What a replica of the newer release leaves when its handler fails on an event of the new version for the first time. */
async function park(parcel: string, position = 1): Promise<void> {
  const id = crypto.randomUUID()
  const type = 'parcel.packed'
  const dataschema = 'https://shop.example/schemas/parcel.packed/2.0.0'
  const cloudEvent = {
    id,
    type,
    dataschema,
    subject: parcel,
    partitionkey: parcel,
    time: '2026-01-01T00:00:00Z',
    data: {},
  }
  const delivery = { group: 'tracking', topic, key: parcel, eventId: id }
  const logged = { id, type, topic, partition: 0, position, event: JSON.stringify(cloudEvent) }
  await consumer.database.transaction((tx) => parkKey(tx, delivery, logged, { name: 'Error', message: 'not yet' }, 0))
}

const countOf = async () => {
  const [row] = await consumer.database.read.sql<{ keys: number; letters: number }>`
    select (select count(*)::int from parked_keys) as keys, (select count(*)::int from dead_letters) as letters`
  return row
}

test('an older release leaves parked events of a version it does not consume to the newer one', async () => {
  for (const parcel of parcels) await park(parcel)
  const older = replica(tracking)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await countOf()).toEqual({ keys: 12, letters: 12 })
  const fresh = replica(newer)
  await until(async () => (await countOf())?.keys === 0)
  expect(fresh.handled.toSorted()).toEqual(parcels.toSorted())
  expect(older.handled).toEqual([])
  expect(await countOf()).toEqual({ keys: 0, letters: 0 })
})

test('a parked event that no release has consumed for the grace period becomes a dead letter, which can be retried', async () => {
  await park('lonely')
  const older = replica(tracking, 500)
  const letters = deadLetters(consumer.database)
  await until(async () => (await letters.list()).length === 1)
  const [letter] = await letters.list()
  expect(letter).toMatchObject({ key: 'lonely', error: { message: expect.stringContaining('no running release') } })
  expect(older.lines.map(({ message }) => message)).toContain(
    'no release consumes a parked event: its key waits for an operator',
  )
  await older.stop()

  const fresh = replica(newer)
  expect(await letters.retry(letter?.id ?? 0)).toBe(true)
  await until(() => fresh.handled.length === 1)
  expect(fresh.handled).toEqual(['lonely'])
})

test('a parked event is retried at once after the clock of the database was set back by a day', async () => {
  await park('early')
  await consumer.database.transaction(
    ({ sql }) => sql`
      update parked_keys set retry_at = now() + interval '1 day', claimed_until = now() + interval '1 day 1 minute'`,
  )
  const fresh = replica(newer)
  await until(() => fresh.handled.length === 1, 5_000)
  await until(async () => (await countOf())?.keys === 0)
})
