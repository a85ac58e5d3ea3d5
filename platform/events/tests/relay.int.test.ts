import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Sql } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { openDatabase, type Database } from '@stoa/postgres'
import { currentContext } from '@stoa/telemetry'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  eventsMigrations,
  logMigrations,
  openEventLog,
  parseCloudEvent,
  publish,
  startRelay,
  topicOf,
  type CloudEvent,
  type EventLog,
} from '../src/index.ts'
import { pack, parcelPacked, parcelSent, source, until, warehouse, watchedTelemetry } from './shop.ts'

let service: TestDatabase
let logDatabase: TestDatabase
let database: Database
let log: EventLog

beforeAll(async () => {
  service = await testDatabase({ name: 'warehouse', sets: [eventsMigrations] })
  database = service.database
})
afterAll(() => service.close())
beforeEach(async () => {
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ database: logDatabase.database })
  await database.transaction(async ({ sql }) => {
    await sql`truncate outbox`
    await sql`update outbox_relay set batch = 0, outbox_ids = '{}'`
  })
})
afterEach(() => logDatabase.close())

const { telemetry, lines } = watchedTelemetry()

function relay(given: { database?: Database; log?: EventLog; leaseMs?: number } = {}) {
  const running = startRelay({ service: warehouse, database, log, telemetry, ...given })
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= running.stop())
  onTestFinished(stop)
  return { ...running, stop }
}

async function logged(): Promise<CloudEvent[]> {
  const { events } = await log.read({ topics: [topicOf(warehouse)], limit: 100_000 })
  return events
    .toSorted((a, b) => a.partition - b.partition || a.position - b.position)
    .map(({ event }) => parseCloudEvent(event))
}

const stepsOf = (events: readonly CloudEvent[], parcel: string) =>
  events.filter(({ subject }) => subject === parcel).map(({ data }) => (data as { step: number }).step)

async function pending(): Promise<number> {
  const [row] = await database.read.sql<{ count: number }>`select count(*)::int as count from outbox`
  return row?.count ?? -1
}

async function lockHolders(): Promise<number> {
  const rows = await database.read.sql`
    select from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`
  return rows.length
}

describe('publishing', () => {
  test('writes CloudEvents 1.0 with the ids of what led to it', async () => {
    const parcel = newId()
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    await database.transaction((tx) =>
      publish(
        tx,
        source,
        parcelSent,
        parcel,
        { weightGrams: 5 },
        { correlationId: 'c', causationId: 'e', traceparent },
      ),
    )
    relay()
    await until(async () => (await logged()).length === 1)
    const [event] = await logged()
    expect(event).toMatchObject({
      specversion: '1.0',
      source: '/services/warehouse',
      type: 'parcel.sent',
      subject: parcel,
      partitionkey: parcel,
      datacontenttype: 'application/json',
      dataschema: 'https://shop.example/schemas/parcel.sent/1.2.0',
      correlationid: 'c',
      causationid: 'e',
      traceparent,
      data: { weightGrams: 5 },
    })
    expect(event?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z$/)
  })

  test('continues with the trace it happens in, and correlates by it', async () => {
    let traceId = ''
    let spanId = ''
    await telemetry.inSpan('pack', {}, async () => {
      ;({ traceId, spanId } = currentContext() ?? { traceId: '', spanId: '' })
      await pack(database, 'p', 1)
    })
    relay()
    await until(async () => (await logged()).length === 1)
    expect((await logged())[0]).toMatchObject({ correlationid: traceId, traceparent: `00-${traceId}-${spanId}-01` })
  })

  test('correlates all events of a transaction outside of any trace by the first one', async () => {
    await database.transaction(async (tx) => {
      await publish(tx, source, parcelPacked, 'p', { orderId: 'p', step: 1 })
      await publish(tx, source, parcelPacked, 'p', { orderId: 'p', step: 2 })
    })
    relay()
    await until(async () => (await logged()).length === 2)
    const [first, second] = await logged()
    expect(first?.correlationid).toBe(first?.id)
    expect(second?.correlationid).toBe(first?.id)
  })

  test('refuses data that does not fit the schema, names the places, and leaves nothing', async () => {
    const wrong = database.transaction((tx) => publish(tx, source, parcelSent, 'p', { weightGrams: 0 }))
    await expect(wrong).rejects.toThrow(/parcel\.sent 1\.2\.0 does not fit.*\/weightGrams/)
    expect(await pending()).toBe(0)
  })

  test('publishes nothing when the transaction is rolled back', async () => {
    const failed = database.transaction(async (tx) => {
      await publish(tx, source, parcelPacked, 'p', { orderId: 'p', step: 1 })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await pending()).toBe(0)
  })
})

describe('the relay', () => {
  test('keeps the order per aggregate under many writers at once', async () => {
    await database.transaction(({ sql }) => sql`create table parcel (id text primary key, step integer not null)`)
    const parcels = Array.from({ length: 8 }, (_, index) => `parcel ${index}`)
    await database.transaction(({ sql }) => sql`insert into parcel select unnest(${parcels}::text[]), 0`)
    relay()
    const writers = Array.from({ length: 24 }, async () => {
      for (let round = 0; round < 10; round++) {
        const parcel = parcels[Math.floor(Math.random() * parcels.length)] ?? ''
        await database.transaction(async (tx) => {
          const [row] = await tx.sql<{
            step: number
          }>`update parcel set step = step + 1 where id = ${parcel} returning step`
          await publish(tx, source, parcelPacked, parcel, { orderId: parcel, step: row?.step ?? -1 })
        })
      }
    })
    await Promise.all(writers)
    await until(async () => (await pending()) === 0)
    const events = await logged()
    expect(events).toHaveLength(240)
    for (const parcel of parcels) {
      const steps = stepsOf(events, parcel)
      expect(steps).toEqual(steps.map((_, index) => index + 1))
    }
  })

  test('keeps the order of an aggregate through a backlog of several batches', async () => {
    const steps = Array.from({ length: 4_500 }, (_, index) => index)
    await database.transaction(async (tx) => {
      for (const step of steps) await publish(tx, source, parcelPacked, 'p', { orderId: 'p', step })
    })
    relay()
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual(steps)
  })

  test('works once at a time, and another continues at once when the first stops', async () => {
    const [one, two] = [relay(), relay()]
    await pack(database, 'p', 1, 2, 3)
    await until(async () => (await pending()) === 0)
    await one.stop()
    await pack(database, 'p', 4, 5)
    await until(async () => (await pending()) === 0)
    await two.stop()
    expect(stepsOf(await logged(), 'p')).toEqual([1, 2, 3, 4, 5])
  })

  test('stops only when its outbox is empty', async () => {
    const parcels = Array.from({ length: 3 }, (_, index) => `parcel ${index}`)
    const running = startRelay({ service: warehouse, database, log, telemetry })
    await pack(database, 'first', 1)
    await until(async () => (await pending()) === 0)
    await database.transaction(
      ({ sql }) => sql`
        insert into outbox (event_id, type, partition_key, event)
        select gen_random_uuid(), 'parcel.packed', 'p', json_build_object('id', gen_random_uuid(), 'step', step)
        from generate_series(1, 5000) as step`,
    )
    for (const each of parcels) await pack(database, each, 1)
    await running.stop()
    expect(await pending()).toBe(0)
  })

  test('stops in time when the log is unavailable', async () => {
    const away = { ...log, append: () => Promise.reject(new Error('the log is unavailable')) }
    const running = startRelay({ service: warehouse, database, log: away, telemetry })
    await pack(database, 'p', 1)
    await running.stop(100)
    expect(await pending()).toBe(1)
  })

  test('waits, when it stops, for the one that works', async () => {
    const mayAppend = Promise.withResolvers<void>()
    const slow = {
      ...log,
      append: async (batch: Parameters<EventLog['append']>[0]) => (await mayAppend.promise, log.append(batch)),
    }
    relay({ log: slow })
    await until(async () => (await lockHolders()) === 1)
    const standing = relay()
    await pack(database, 'p', 1)
    const stopped = standing.stop()
    mayAppend.resolve()
    await stopped
    expect(await pending()).toBe(0)
  })

  test('holds events while the log is unavailable, and says so', async () => {
    let isAway = true
    const away = {
      ...log,
      append: async (batch: Parameters<EventLog['append']>[0]) => {
        if (isAway) throw new Error('the log is unavailable')
        return log.append(batch)
      },
    }
    relay({ log: away })
    await pack(database, 'p', 1, 2)
    await until(() => lines.some(({ message }) => message === 'the outbox relay is blocked'))
    expect(await pending()).toBe(2)
    expect((await telemetry.metrics.expose()).body).toMatch(/^outbox_pending 2$/m)
    isAway = false
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual([1, 2])
  })

  test('continues under new numbers when the outbox was restored to an earlier time', async () => {
    const first = relay()
    await pack(database, 'p', 1)
    await until(async () => (await pending()) === 0)
    await pack(database, 'p', 2)
    await until(async () => (await pending()) === 0)
    await first.stop()
    await database.transaction(({ sql }) => sql`update outbox_relay set batch = 0`)
    await pack(database, 'p', 3)
    relay()
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual([1, 2, 3])
  })
})

/** Breaks off at one point: before or after one of the statements and appends, counted through. */
function breakingOffAt(point: number) {
  let passed = 0
  const state = { wasReached: false }
  const pass = () => {
    if (passed++ !== point) return
    state.wasReached = true
    throw new Error(`broken off at ${point}`)
  }
  const watched = async <T>(run: () => Promise<T>): Promise<T> => {
    pass()
    const result = await run()
    pass()
    return result
  }
  const faulty: Database = {
    ...database,
    session: async () => {
      const session = await database.session()
      const sql: Sql = (strings, ...values) => watched(() => session.sql(strings, ...values)) as never
      return { ...session, sql, tryLock: (key) => watched(() => session.tryLock(key)) }
    },
  }
  return {
    state,
    database: faulty,
    log: { ...log, append: (batch) => watched(() => log.append(batch)) } satisfies EventLog,
  }
}

describe('a relay whose process hangs', () => {
  test('is followed by another once its lease is over, and does no harm when it wakes up', async () => {
    const file = fileURLToPath(new URL('./relay-process.ts', import.meta.url))
    const hanging = fork(file, [service.url, logDatabase.url])
    onTestFinished(() => void hanging.kill('SIGKILL'))
    await pack(database, 'p', 1)
    await until(async () => (await pending()) === 0)
    hanging.kill('SIGSTOP')
    await pack(database, 'p', 2)
    relay({ leaseMs: 800 })
    await until(async () => (await pending()) === 0)
    expect(lines.some(({ message }) => String(message).startsWith('the outbox relay of another replica hung'))).toBe(
      true,
    )
    hanging.kill('SIGCONT')
    await pack(database, 'p', 3)
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual([1, 2, 3])
  })

  test('keeps its place as long as it shows that it is alive, also while the log keeps it waiting', async () => {
    const mayAppend = Promise.withResolvers<void>()
    const waiting = {
      ...log,
      append: async (batch: Parameters<EventLog['append']>[0]) => (await mayAppend.promise, log.append(batch)),
    }
    const from = lines.length
    relay({ log: waiting, leaseMs: 400 })
    await until(async () => (await lockHolders()) === 1)
    await pack(database, 'p', 1)
    relay({ leaseMs: 400 })
    const beats = new Set<string>()
    await until(async () => {
      const [row] = await database.read.sql<{ beat: string }>`select beat_at::text as beat from outbox_relay`
      return beats.add(row?.beat ?? '').size > 12
    })
    expect(lines.slice(from).some(({ message }) => String(message).includes('hung'))).toBe(false)
    mayAppend.resolve()
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual([1])
  })
})

describe('a relay that breaks off', () => {
  test('loses nothing, doubles nothing and keeps the order, wherever that is', async () => {
    const parcels = ['a', 'b', 'c']
    let point = 0
    for (let wasReached = true; wasReached; point++) {
      const broken = breakingOffAt(point)
      for (const parcel of parcels) await pack(database, `${parcel}${point}`, 1, 2)
      const running = startRelay({ service: warehouse, database: broken.database, log: broken.log, telemetry })
      for (const parcel of parcels) await pack(database, `${parcel}${point}`, 3)
      await until(async () => (await pending()) === 0)
      await running.stop()
      wasReached = broken.state.wasReached
      const events = await logged()
      for (const parcel of parcels)
        expect(stepsOf(events, `${parcel}${point}`), `broken off at ${point}`).toEqual([1, 2, 3])
    }
    expect(point).toBeGreaterThan(8)
  })

  test('is followed by one that sends the numbered batch again, also when the log has it already', async () => {
    await pack(database, 'p', 1, 2)
    const lost = openDatabase({ url: service.url, applicationName: 'killed', statementTimeoutMs: 5_000 })
    const appended = Promise.withResolvers<void>()
    const killed = startRelay({
      service: warehouse,
      database: lost,
      log: {
        ...log,
        append: async (batch) => {
          await log.append(batch)
          appended.resolve()
          return new Promise(() => {})
        },
      },
      telemetry,
    })
    await appended.promise
    void killed.stop()
    // The killed process never says that it has sent them; its session ends with it.
    await database.transaction(
      ({ sql }) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'killed'`,
    )
    await pack(database, 'p', 3)
    relay()
    await until(async () => (await pending()) === 0)
    expect(stepsOf(await logged(), 'p')).toEqual([1, 2, 3])
    await lost.close()
  })
})
