import { describeService, event, type Service, type Tx, type WriteHandle } from '@stoa/contract'
import { systemClock } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import {
  eventsMigrations,
  logMigrations,
  openEventLog,
  planReplay,
  publish,
  startConsumers,
  startRelay,
  topicOf,
  waitUntilCaughtUp,
  type EventLog,
} from '../src/index.ts'
import { parcelPacked, source, tracking, until, warehouse, watchedTelemetry } from './shop.ts'

const parcelPackedTwo = event('parcel.packed', '2.0.0', Type.Object({ cartons: Type.Integer() }))
const newWarehouse = describeService({ ...warehouse, publishes: { ...warehouse.publishes, parcelPackedTwo } })
const newTracking = describeService({ ...tracking, consumes: { parcelPacked, parcelPackedTwo } })

let producer: TestDatabase
let consumer: TestDatabase
let logDatabase: TestDatabase
let log: EventLog

beforeAll(async () => {
  producer = await testDatabase({ name: 'warehouse', sets: [eventsMigrations] })
  consumer = await testDatabase({ name: 'tracking', sets: [eventsMigrations] })
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: logDatabase.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  for (const each of [producer, consumer, logDatabase]) await each.close()
})

/** A replica of a release of `tracking`, and the subjects of what it has handled, by version. */
function replica<S extends Service>(service: S) {
  const handled: { readonly version: string; readonly subject: string }[] = []
  const consumers = Object.fromEntries(
    Object.entries(service.consumes).map(([name, { version }]) => [
      name,
      { apply: async ({ subject }: { subject: string }) => void handled.push({ version, subject }) },
    ]),
  )
  const running = startConsumers({
    service,
    consumers,
    database: consumer.database,
    log,
    calls: {},
    makeTx: (tx: WriteHandle) => tx as Tx<Service>,
    telemetry: watchedTelemetry().telemetry,
    clock: systemClock,
  })
  onTestFinished(running.stop)
  return { handled, stop: running.stop }
}

const both = { ...source, service: newWarehouse }
const publishFirst = (parcel: string) =>
  producer.database.transaction((tx) => publish(tx, both, parcelPacked, parcel, { orderId: parcel, step: 1 }))
const publishSecond = (parcel: string) =>
  producer.database.transaction((tx) => publish(tx, both, parcelPackedTwo, parcel, { cartons: 1 }))

const numbered = (prefix: string) => Array.from({ length: 40 }, (_, n) => `${prefix}-${n}`)

test('an older release passes no event of a major version that only the newer one handles', async () => {
  const { telemetry } = watchedTelemetry()
  const relay = startRelay({ service: newWarehouse, database: producer.database, log, telemetry })
  onTestFinished(() => relay.stop())
  await log.declare(topicOf(newWarehouse), Object.values(newWarehouse.publishes))

  const older = replica(tracking)
  for (const parcel of numbered('before')) await publishFirst(parcel)
  await until(() => older.handled.length === 40)
  const newer = replica(newTracking)
  await until(async () => (await holders()).length === 2)
  for (const parcel of numbered('beside')) {
    await publishSecond(parcel)
    await publishFirst(parcel)
  }
  const seconds = ({ handled }: typeof older) => handled.filter(({ version }) => version === '2.0.0').length
  await until(() => seconds(newer) === 40 && older.handled.length + newer.handled.length >= 120)
  await waitUntilCaughtUp(log, { timeoutMs: 15_000 })
  expect(seconds(older)).toBe(0)
  expect(older.handled.length + newer.handled.length).toBe(120)

  const plan = (types: readonly string[]) =>
    planReplay({ log, database: consumer.database, group: 'tracking', types }, 'start')
  expect(await plan(['parcel.packed'])).toMatchObject({ events: 80 })
  expect(await plan(['parcel.packed', 'parcel.packed/2'])).toMatchObject({ events: 120 })
  const shown = await log.read({ types: ['parcel.packed'], limit: 1_000 })
  expect(shown.events).toHaveLength(120)
})

/** The members of the group that hold partitions. */
function holders() {
  return logDatabase.database.read.sql<{ member: string }>`
    select distinct member::text from consumer_offsets where consumer_group = 'tracking' and member is not null`
}
