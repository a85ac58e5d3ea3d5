import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  logMigrations,
  openEventLog,
  type EventLog,
  type LoggedEvent,
  type LogRecord,
  type SubscribeOptions,
} from '../src/index.ts'
import { parcelPacked, parcelSent, until } from './shop.ts'

let database: TestDatabase
let log: EventLog

beforeAll(async () => {
  database = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: database.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  await database.close()
})

function record(key: string, step: number, type: string): LogRecord {
  const id = randomUUID()
  return { id, type, key, event: JSON.stringify({ id, type, subject: key, data: { step } }) }
}

interface Replica {
  readonly seen: readonly LoggedEvent[]
  readonly assigned: () => number
  readonly stop: () => Promise<void>
}

/** A topic with two types, and replicas of one group over it. */
async function fresh() {
  const topic = `${randomUUID()}.events`
  const [packed, sent] = [`packed-${topic}`, `sent-${topic}`]
  await log.declare(topic, [
    { ...parcelPacked, type: packed },
    { ...parcelSent, type: sent },
  ])
  const replica = (types: readonly string[], options: Partial<SubscribeOptions> = {}): Replica => {
    const seen: LoggedEvent[] = []
    const running = log.subscribe({
      group: topic,
      types,
      handle: async (events) => void seen.push(...events),
      onTrouble() {},
      leaseMs: 900,
      ...options,
    })
    let stopping: Promise<void> | undefined
    const stop = () => (stopping ??= running.stop())
    onTestFinished(stop)
    return { seen, assigned: () => running.assigned().length, stop }
  }
  const append = (type: string, count: number, from = 0) =>
    log.append({ topic, records: Array.from({ length: count }, (_, n) => record(`key ${n % 50}`, from + n, type)) })
  const isCaughtUp = async () => (await log.lag(topic)).every(({ lag }) => lag === 0)
  return { topic, packed, sent, replica, append, isCaughtUp }
}

const idsOf = (...replicas: readonly Replica[]) => replicas.flatMap(({ seen }) => seen.map(({ id }) => id))

function expectOnce(replicas: readonly Replica[], count: number): void {
  const ids = idsOf(...replicas)
  expect(ids).toHaveLength(count)
  expect(new Set(ids).size).toBe(count)
}

describe('a replica that joins under load', () => {
  test('gets its share at the end of the batches in progress, while there is a backlog', async () => {
    const { packed, replica, append, topic } = await fresh()
    for (let from = 0; from < 16_000; from += 2_000) await append(packed, 2_000, from)
    const slowly = {
      handle: (events: readonly LoggedEvent[]) => delay(50 + events.length),
      maxBatch: 20,
    }
    const first = replica([packed], slowly)
    await until(() => first.assigned() === 16)
    const second = replica([packed], slowly)
    await until(() => first.assigned() === 8 && second.assigned() === 8)
    expect((await log.lag(topic)).every(({ lag }) => lag > 0)).toBe(true)
  })

  test('gets its share also of three, and a restarted one gets it back', async () => {
    const { packed, replica, append } = await fresh()
    await append(packed, 4_000)
    const slowly = {
      handle: (events: readonly LoggedEvent[]) => delay(20 + events.length),
      maxBatch: 20,
    }
    const [a, b, c] = [replica([packed], slowly), replica([packed], slowly), replica([packed], slowly)]
    const areFair = (...all: readonly Replica[]) => all.every(({ assigned }) => assigned() >= 4 && assigned() <= 6)
    await until(() => areFair(a, b, c))
    await a.stop()
    await until(() => b.assigned() === 8 && c.assigned() === 8)
    const again = replica([packed], slowly)
    await until(() => areFair(again, b, c))
  })
})

describe('two releases of a service side by side', () => {
  test('miss no event of a type that only the new one consumes, and handle each event once', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const older = replica([packed])
    await until(() => older.assigned() === 16)
    const newer = replica([packed, sent])
    await until(() => newer.assigned() > 0)
    for (let round = 0; round < 5; round++) {
      await append(sent, 40, round * 100)
      await append(packed, 40, round * 100 + 50)
    }
    await until(isCaughtUp)
    expectOnce([older, newer], 400)
    expect(older.seen.filter(({ type }) => type === sent)).toEqual([])
    await older.stop()
    await append(sent, 50, 1_000)
    await until(isCaughtUp)
    expectOnce([older, newer], 450)
  })

  test('keep the order of each key over all hand-overs', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const order: LoggedEvent[] = []
    const handle = async (events: readonly LoggedEvent[]) => void order.push(...events)
    const older = replica([packed], { handle })
    await until(() => older.assigned() === 16)
    const newer = replica([packed, sent], { handle })
    await until(() => newer.assigned() > 0)
    replica([packed], { handle })
    for (let step = 0; step < 8; step++) await append(step % 2 === 0 ? sent : packed, 50, step * 50)
    await until(isCaughtUp)
    expect(order).toHaveLength(400)
    for (let partition = 0; partition < 16; partition++) {
      const positions = order.filter((each) => each.partition === partition).map(({ position }) => position)
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    }
  })

  test('begin with a new type where the group stands when its first replica joins, and not before', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const older = replica([packed])
    await append(sent, 50)
    await append(packed, 50)
    await until(async () => older.seen.length === 50 && (await isCaughtUp()))
    const newer = replica([packed, sent])
    await until(() => newer.assigned() > 0)
    await append(sent, 50, 100)
    await until(isCaughtUp)
    expectOnce([older, newer], 100)
  })

  test('replace a type: each event goes to one that knows it', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const older = replica([packed])
    await until(() => older.assigned() === 16)
    const newer = replica([sent])
    for (let round = 0; round < 4; round++) {
      await append(packed, 25, round * 100)
      await append(sent, 25, round * 100 + 50)
    }
    // What was appended before the newer one had joined may have been passed.
    await until(isCaughtUp)
    const before = newer.seen.length
    await append(sent, 50, 1_000)
    await append(packed, 50, 1_100)
    await until(isCaughtUp)
    expect(newer.seen.length - before).toBe(50)
    expectOnce([older], 150)
  })

  test('leave no partition to nobody when only one of them has a topic', async () => {
    const [one, two] = [await fresh(), await fresh()]
    const older = one.replica([one.packed])
    await until(() => older.assigned() === 16)
    const newer = one.replica([one.packed, two.packed])
    await until(() => older.assigned() + newer.assigned() === 32)
    await one.append(one.packed, 50)
    await two.append(two.packed, 50)
    await until(one.isCaughtUp)
    expectOnce([older, newer], 100)
  })
})

describe('a type that only the newest release knows', () => {
  test('waits while its only replica restarts', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const older = replica([packed])
    const newer = replica([packed, sent])
    await until(() => newer.assigned() > 0 && older.assigned() + newer.assigned() === 16)
    await newer.stop()
    await until(() => older.assigned() === 16)
    await append(sent, 50)
    await until(() => older.assigned() === 0)
    expect(await isCaughtUp()).toBe(false)
    const again = replica([packed, sent])
    await until(isCaughtUp)
    expectOnce([older, newer, again], 50)
  })

  test('is passed once no replica has known it for the grace, as after a release that was taken back', async () => {
    const { packed, sent, replica, append, isCaughtUp } = await fresh()
    const grace = { typeGraceMs: 500 }
    const older = replica([packed], grace)
    const newer = replica([packed, sent], grace)
    await until(() => newer.assigned() > 0)
    await newer.stop()
    await append(sent, 50)
    await append(packed, 50)
    await until(isCaughtUp)
    expect(older.seen.map(({ type }) => type)).toEqual(Array.from({ length: 50 }, () => packed))
  })
})

test('a type that the newest release has dropped is passed without waiting for the grace', async () => {
  const { packed, sent, replica, append, isCaughtUp } = await fresh()
  const older = replica([packed, sent])
  await until(() => older.assigned() === 16)
  const newer = replica([packed])
  await until(() => newer.assigned() > 0)
  await older.stop()
  await append(sent, 50)
  await append(packed, 50)
  await until(isCaughtUp)
  expect(newer.seen).toHaveLength(50)
})

test('a release that is long gone is forgotten, as is one that seems alive because the clock was set back', async () => {
  const { packed, sent, replica, append, topic } = await fresh()
  const older = replica([packed])
  await until(() => older.assigned() === 16)
  await database.database.transaction(
    ({ sql }) => sql`
      insert into consumer_releases (consumer_group, release, types, since, expires_at) values
        (${topic}, 'gone', array[${packed}], now() - interval '9 days', now() - interval '2 days'),
        (${topic}, 'ahead', array[${packed}, ${sent}], now() - interval '1 hour', now() + interval '1 day')`,
  )
  await append(sent, 50)
  await append(packed, 50)
  await until(() => older.seen.length === 50)
  const rows = () => database.database.read.sql`select from consumer_releases where consumer_group = ${topic}`
  await until(async () => (await rows()).length === 1)
})

test('a member that hangs since before the clock was set back loses its partitions', async () => {
  const { packed, replica, topic } = await fresh()
  const first = replica([packed])
  await until(() => first.assigned() === 16)
  await first.stop()
  const hung = randomUUID()
  const session = await database.database.session()
  onTestFinished(() => session.close())
  await session.sql`select pg_advisory_lock(hashtextextended(${hung}, 0))`
  await database.database.transaction(async ({ sql }) => {
    await sql`
      insert into consumer_members (consumer_group, member, types, expires_at)
      values (${topic}, ${hung}, array[${packed}], now() + interval '1 day')`
    await sql`update consumer_offsets set member = ${hung}, epoch = epoch + 1 where consumer_group = ${topic}`
  })
  const next = replica([packed])
  await until(() => next.assigned() === 16)
})
