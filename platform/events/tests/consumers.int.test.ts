import type { Bindings, Calls, ReceivedEvent, Tx, WriteHandle } from '@stoa/contract'
import { AppError, newId, platformError, systemClock } from '@stoa/kernel'
import { currentContext } from '@stoa/telemetry'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  deadLetters,
  eventsMigrations,
  logMigrations,
  openEventLog,
  planReplay,
  publish,
  replay,
  startConsumers,
  startRelay,
  topicOf,
  waitUntilCaughtUp,
  type Cause,
  type EventLog,
} from '../src/index.ts'
import { pruneInbox } from '../src/inbox.ts'
import { pack, parcelPacked, source, tracking, until, warehouse, watchedTelemetry } from './shop.ts'

type Tracking = typeof tracking
type Consume = Bindings<Tracking>['consumes']['parcelPacked']
type Packed = ReceivedEvent<typeof parcelPacked>

const effects = {
  name: 'tracking',
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
  consumer = await testDatabase({ name: 'tracking', sets: [eventsMigrations, effects] })
  logDatabase = await testDatabase({ name: 'log', sets: [logMigrations] })
})
afterAll(async () => {
  await producer.close()
  await consumer.close()
  await logDatabase.close()
})
beforeEach(async () => {
  await producer.database.transaction(({ sql }) => sql`update outbox_relay set batch = 0`)
  await consumer.database.transaction(({ sql }) => sql`truncate effects, inbox, parked_keys, dead_letters`)
  await logDatabase.database.transaction(
    ({ sql }) => sql`truncate event_topics, event_log, event_producers, consumer_groups, consumer_members cascade`,
  )
  log = openEventLog({ url: logDatabase.url, applicationName: 'log' })
  const relay = startRelay({
    service: warehouse,
    database: producer.database,
    log,
    telemetry: watchedTelemetry().telemetry,
  })
  onTestFinished(() => relay.stop())
})
afterEach(() => log.close())

const note = ({ sql }: WriteHandle, { subject, data }: Packed) =>
  sql`insert into effects (parcel, step) values (${subject}, ${data.step})`

const noting: Consume = { apply: async (event, tx) => void (await note(tx, event)) }

async function stepsOf(parcel: string): Promise<number[]> {
  const rows = await consumer.database.read.sql<{
    step: number
  }>`select step from effects where parcel = ${parcel} order by nth`
  return rows.map(({ step }) => step)
}

const causes: (Cause | undefined)[] = []

function consume(parcelPackedConsumer: Consume, calls: Calls<Tracking['calls']> = {}) {
  const { telemetry, lines, spans } = watchedTelemetry()
  const running = startConsumers({
    service: tracking,
    consumers: { parcelPacked: parcelPackedConsumer },
    database: consumer.database,
    log,
    calls,
    makeTx(handle, cause) {
      causes.push(cause)
      return { sql: handle.sql } as Tx<Tracking>
    },
    telemetry,
    clock: systemClock,
    retry: { attempts: 5, delayMs: () => 5 },
  })
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= running.stop())
  onTestFinished(stop)
  return { stop, telemetry, lines, spans }
}

async function waitingForLocks(): Promise<number> {
  const rows = await consumer.database.read.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return rows.length
}

const letters = () => deadLetters(consumer.database)
const parcel = () => newId()

/** Fails on one step of one parcel until it is fixed. */
function failingOn(badParcel: string, badStep: number, error: () => Error) {
  const state = { isMended: false, attempts: 0 }
  const consumerOf: Consume = {
    async apply(event, tx) {
      await note(tx, event)
      if (event.subject !== badParcel || event.data.step !== badStep || state.isMended) return
      state.attempts++
      throw error()
    },
  }
  return { state, consumer: consumerOf }
}

describe('a consumer', () => {
  test('has the effect of every event once and in order, also of those from before it came', async () => {
    const [a, b] = [parcel(), parcel()]
    await pack(producer.database, a, 1, 2, 3)
    await pack(producer.database, b, 1)
    consume(noting)
    await until(async () => (await stepsOf(a)).length === 3)
    await pack(producer.database, a, 4)
    await until(async () => (await stepsOf(a)).length === 4 && (await stepsOf(b)).length === 1)
    expect(await stepsOf(a)).toEqual([1, 2, 3, 4])
  })

  test('skips an event that is delivered again', async () => {
    const a = parcel()
    await pack(producer.database, a, 1, 2)
    const first = consume(noting)
    await until(async () => (await stepsOf(a)).length === 2)
    await first.stop()
    await log.seek(tracking.name, [parcelPacked.type], 'start')
    const { telemetry } = consume(noting)
    await pack(producer.database, a, 3)
    await until(async () => (await stepsOf(a)).includes(3))
    expect(await stepsOf(a)).toEqual([1, 2, 3])
    expect((await telemetry.metrics.expose()).body).toMatch(
      /event_consumed_total\{type="parcel.packed",outcome="known"\} 2$/m,
    )
  })

  test('replays what the group has passed: what the inbox knows is left alone, unless it is to be handled again', async () => {
    const a = parcel()
    await pack(producer.database, a, 1, 2)
    consume(noting)
    await until(async () => (await stepsOf(a)).length === 2)
    await until(async () => (await log.lag(tracking.name)).every(({ lag }) => lag === 0))
    const group = { log, database: consumer.database, group: tracking.name, types: [parcelPacked.type] }
    await consumer.database.transaction(
      ({ sql }) => sql`delete from inbox where event_id in (select event_id from inbox limit 1)`,
    )
    expect(await planReplay(group, 'start')).toMatchObject({ events: 2, known: 1 })
    expect((await log.lag(tracking.name)).every(({ lag }) => lag === 0)).toBe(true)
    await replay(group, 'start')
    await until(async () => (await stepsOf(a)).length === 3)
    await until(async () => (await log.lag(tracking.name)).every(({ lag }) => lag === 0))
    const [first] = (await log.read({ subject: a, limit: 1 })).events
    const second = { topic: first?.topic ?? '', partition: first?.partition ?? 0, position: (first?.position ?? 0) + 1 }
    expect(await replay(group, second, { anew: true })).toEqual({
      events: 1,
      known: 1,
      forgotten: 0,
      positions: [second],
    })
    await until(async () => (await stepsOf(a)).length === 4)
    expect((await stepsOf(a)).slice(3)).toEqual([2])
  })

  test('refuses to replay what is older than the inbox remembers, unless it is to be handled again', async () => {
    const a = parcel()
    await pack(producer.database, a, 1, 2)
    consume(noting)
    await until(async () => (await stepsOf(a)).length === 2)
    await until(async () => (await log.lag(tracking.name)).every(({ lag }) => lag === 0))
    await consumer.database.transaction(({ sql }) => sql`update inbox set handled_at = now() - interval '2 seconds'`)
    expect(await pruneInbox(consumer.database, 1_000)).toBe(2)
    const group = { log, database: consumer.database, group: tracking.name, types: [parcelPacked.type] }
    const short = { ...group, inboxRetentionMs: 1 }
    expect(await planReplay(short, 'start')).toMatchObject({ events: 2, known: 0, forgotten: 2 })
    await expect(replay(short, 'start')).rejects.toMatchObject({ code: 'events.beyond_inbox' })
    expect((await log.lag(tracking.name)).every(({ lag }) => lag === 0)).toBe(true)
    await replay(short, 'start', { anew: true })
    await until(async () => (await stepsOf(a)).length === 4)
  })

  test('prunes the inbox when it starts', async () => {
    await consumer.database.transaction(
      ({ sql }) => sql`
        insert into inbox (event_id, consumer_group, handled_at) values
          (${newId()}, 'tracking', now() - interval '31 days'), (${newId()}, 'tracking', now())`,
    )
    consume(noting)
    await until(async () => (await consumer.database.read.sql`select from inbox`).length === 1, 5_000)
  })

  test('removes discarded letters once they are older than the inbox', async () => {
    const insert = (id: string, state: string, age: string) =>
      consumer.database.transaction(
        ({ sql }) => sql`
          insert into dead_letters (consumer_group, topic, partition_key, position, event_id, type, event, state, discarded_at)
          values ('gone', 'gone.events', ${id}, 0, ${id}, 'gone', '{}', ${state}, now() - ${age}::interval)`,
      )
    await insert(newId(), 'discarded', '2 hours')
    await insert(newId(), 'discarded', '1 minute')
    await insert(newId(), 'dead', '2 hours')
    await pruneInbox(consumer.database, 3_600_000)
    const left = await consumer.database.read.sql`
      select state from dead_letters where consumer_group = 'gone' order by state`
    expect(left).toEqual([{ state: 'dead' }, { state: 'discarded' }])
    await consumer.database.transaction(({ sql }) => sql`delete from dead_letters where consumer_group = 'gone'`)
  })

  test('a replay never takes a group forward over what it has not handled', async () => {
    const a = parcel()
    const running = consume(noting)
    await pack(producer.database, a, 1)
    await until(async () => (await stepsOf(a)).length === 1)
    await running.stop()
    await pack(producer.database, a, 2)
    await until(async () => (await log.read({ subject: a })).events.length === 2)
    const group = { log, database: consumer.database, group: tracking.name, types: [parcelPacked.type] }
    const since = Temporal.Now.instant().add({ hours: 1 })
    expect(await replay(group, { since })).toEqual({ events: 0, known: 0, forgotten: 0, positions: [] })
    consume(noting)
    await until(async () => (await stepsOf(a)).length === 2)
    await expect(planReplay({ ...group, group: 'nobody' }, 'start')).rejects.toMatchObject({
      code: 'events.unknown_group',
    })
  })

  test('has the effect once although two replicas get the event at the same time', async () => {
    const a = parcel()
    const bothIn = Promise.withResolvers<void>()
    let inside = 0
    const meeting: Consume = {
      // Both have the event before either has its effect.
      async prepare() {
        if (++inside === 2) bothIn.resolve()
        await bothIn.promise
      },
      apply: async (event, tx) => void (await note(tx, event)),
    }
    await pack(producer.database, a, 1)
    consume(meeting)
    await until(() => inside === 1)
    await log.seek(tracking.name, [parcelPacked.type], 'start')
    const second = consume(meeting)
    await until(async () => (await stepsOf(a)).length > 0)
    await pack(producer.database, a, 2)
    await until(async () => (await stepsOf(a)).includes(2))
    await second.stop()
    expect(await stepsOf(a)).toEqual([1, 2])
  })

  test('prepares with calls and reads before the transaction, and hands the result to apply', async () => {
    const a = parcel()
    await pack(producer.database, a, 7)
    const seen: unknown[] = []
    consume({
      async prepare({ event, db }) {
        const [row] = await db.sql<{ double: number }>`select ${event.data.step}::int * 2 as double`
        return row?.double
      },
      apply: async (_event, _tx, data: unknown) => void seen.push(data),
    })
    await until(() => seen.length === 1)
    expect(seen).toEqual([14])
  })

  test('continues with the trace of its event, and logs the order it is about', async () => {
    const a = parcel()
    let traceId = ''
    const { telemetry: producing } = watchedTelemetry()
    await producing.inSpan('pack', {}, async () => {
      traceId = currentContext()?.traceId ?? ''
      await pack(producer.database, a, 1)
    })
    let inside = ''
    const { telemetry, lines, spans } = consume({
      async apply() {
        inside = currentContext()?.traceId ?? ''
        telemetry.logger.info('tracked')
      },
    })
    await until(() => inside !== '')
    await until(() => lines.some(({ message }) => message === 'event handled'))
    await telemetry.flush()
    expect(inside).toBe(traceId)
    expect(lines.find(({ message }) => message === 'tracked')).toMatchObject({ traceId, orderId: a })
    expect(spans.map(({ name, kind, context }) => [name, kind, context.traceId])).toEqual([
      ['process parcel.packed', 'consumer', traceId],
    ])
    expect(causes.at(-1)).toMatchObject({ correlationId: traceId })
  })

  test('ignores another major version of a type', async () => {
    const a = parcel()
    const next = { ...parcelPacked, version: '2.0.0' }
    await producer.database.transaction((tx) => publish(tx, source, next, a, { orderId: a, step: 1 }))
    await pack(producer.database, a, 2)
    consume(noting)
    await until(async () => (await stepsOf(a)).length === 1)
    expect(await stepsOf(a)).toEqual([2])
  })

  test('stops after what is in progress, and another continues behind it', async () => {
    const a = parcel()
    const entered = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    await pack(producer.database, a, 1)
    const slow = consume({
      async apply(event, tx) {
        entered.resolve()
        await mayEnd.promise
        await note(tx, event)
      },
    })
    await entered.promise
    const stopped = slow.stop()
    mayEnd.resolve()
    await stopped
    expect(await stepsOf(a)).toEqual([1])
    await pack(producer.database, a, 2)
    const { telemetry } = consume(noting)
    await until(async () => (await stepsOf(a)).length === 2)
    expect((await telemetry.metrics.expose()).body).not.toContain('outcome="known"')
  })
})

describe('an event that fails', () => {
  test('is tried 5 times, then waits for an operator with its error; its key waits in order, all others continue', async () => {
    const [bad, good] = [parcel(), parcel()]
    const { state, consumer: failing } = failingOn(bad, 2, () => new AppError('conflict', 'parcel.lost', 'It is lost.'))
    const { telemetry } = consume(failing)
    await pack(producer.database, bad, 1, 2, 3, 4)
    await pack(producer.database, good, 1, 2)
    await until(async () => (await letters().list()).length === 1)
    await until(
      async () => (await stepsOf(good)).length === 2 && (await letters().list({ state: 'waiting' })).length === 2,
    )
    expect(state.attempts).toBe(5)
    expect(await stepsOf(bad)).toEqual([1])
    const [letter] = await letters().list()
    expect(letter).toMatchObject({
      group: 'tracking',
      topic: topicOf(warehouse),
      key: bad,
      type: 'parcel.packed',
      attempts: 5,
      error: { code: 'parcel.lost', message: 'It is lost.' },
    })
    expect(await letters().find(letter?.id ?? -1)).toMatchObject({ event: { subject: bad, data: { step: 2 } } })
    const { body } = await telemetry.metrics.expose()
    expect(body).toMatch(/^event_dead_letters\{state="dead"\} 1$/m)
    expect(body).toMatch(/^event_dead_letters\{state="waiting"\} 2$/m)
  })

  test('takes effect with all behind it, in order, when it is retried after the fix', async () => {
    const bad = parcel()
    const { state, consumer: failing } = failingOn(bad, 1, () => new Error('a bug'))
    consume(failing)
    await pack(producer.database, bad, 1, 2, 3)
    await until(
      async () => (await letters().list()).length === 1 && (await letters().list({ state: 'waiting' })).length === 2,
    )
    state.isMended = true
    const [letter] = await letters().list()
    expect(await letters().retry(letter?.id ?? -1)).toBe(true)
    await until(async () => (await stepsOf(bad)).length === 3)
    await pack(producer.database, bad, 4)
    await until(async () => (await stepsOf(bad)).length === 4)
    expect(await stepsOf(bad)).toEqual([1, 2, 3, 4])
    await until(async () => (await consumer.database.read.sql`select from parked_keys`).length === 0)
    expect(await letters().retry(letter?.id ?? -1)).toBe(false)
  })

  test('is retried with all other dead ones at once, and dies again when nothing is fixed', async () => {
    const [one, two] = [parcel(), parcel()]
    let attempts = 0
    consume({
      async apply() {
        attempts++
        throw new Error('a bug')
      },
    })
    await pack(producer.database, one, 1)
    await pack(producer.database, two, 1)
    await until(async () => (await letters().list()).length === 2)
    expect(await letters().retryAll()).toBe(2)
    await until(async () => attempts === 20 && (await letters().list()).length === 2)
  })

  test('never takes effect once it is discarded, and lets its key continue', async () => {
    const bad = parcel()
    const { state, consumer: failing } = failingOn(bad, 1, () => new Error('a bug'))
    const first = consume(failing)
    await pack(producer.database, bad, 1, 2)
    await until(async () => (await letters().list()).length === 1)
    const [letter] = await letters().list()
    state.isMended = true
    expect(await letters().discard(letter?.id ?? -1, 'sent by mistake')).toBe(true)
    await until(async () => (await stepsOf(bad)).includes(2))
    await first.stop()
    await log.seek(tracking.name, [parcelPacked.type], 'start')
    consume(noting)
    await pack(producer.database, bad, 3)
    await until(async () => (await stepsOf(bad)).includes(3))
    expect(await stepsOf(bad)).toEqual([2, 3])
    expect(await letters().list({ state: 'discarded' })).toMatchObject([{ discardReason: 'sent by mistake' }])
    expect(await letters().discard(letter?.id ?? -1, 'again')).toBe(false)
  })

  test('discarded while its last attempt is in progress leaves its key to those behind it', async () => {
    const bad = parcel()
    const lastBegun = Promise.withResolvers<void>()
    const mayFail = Promise.withResolvers<void>()
    const failing = failingOn(bad, 1, () => new Error('a bug'))
    consume({
      async apply(event, tx, data) {
        if (event.data.step === 1 && failing.state.attempts === 4) {
          lastBegun.resolve()
          await mayFail.promise
        }
        await failing.consumer.apply(event, tx, data)
      },
    })
    await pack(producer.database, bad, 1, 2, 3)
    await lastBegun.promise
    const [letter] = await letters().list({ state: 'failing' })
    const discarding = letters().discard(letter?.id ?? -1, 'sent by mistake')
    await until(async () => (await waitingForLocks()) > 0)
    mayFail.resolve()
    expect(await discarding).toBe(true)
    await pack(producer.database, bad, 4)
    await until(async () => (await stepsOf(bad)).includes(4))
    expect(await stepsOf(bad)).toEqual([2, 3, 4])
    expect(await letters().list()).toEqual([])
  })

  test('is retried by any letter of its key', async () => {
    const bad = parcel()
    const { state, consumer: failing } = failingOn(bad, 1, () => new Error('a bug'))
    consume(failing)
    await pack(producer.database, bad, 1, 2)
    await until(
      async () => (await letters().list()).length === 1 && (await letters().list({ state: 'waiting' })).length === 1,
    )
    state.isMended = true
    const [waiting] = await letters().list({ state: 'waiting' })
    expect(await letters().retry(waiting?.id ?? -1)).toBe(true)
    await until(async () => (await stepsOf(bad)).length === 2)
    expect(await stepsOf(bad)).toEqual([1, 2])
  })

  test('is found when its key is dead and no letter says so, and can be retried all the same', async () => {
    const bad = parcel()
    consume(noting)
    await consumer.database.transaction(async ({ sql }) => {
      await sql`
        insert into parked_keys (consumer_group, topic, partition_key, state, retry_at)
        values ('tracking', ${topicOf(warehouse)}, ${bad}, 'dead', now())`
    })
    expect(await letters().countStranded()).toBe(1)
    await pack(producer.database, bad, 1)
    await until(async () => (await letters().list({ state: 'waiting' })).length === 1)
    expect(await letters().retryAll()).toBe(1)
    await until(async () => (await stepsOf(bad)).length === 1)
    expect(await letters().countStranded()).toBe(0)
  })

  test('is never held by an attempt or a retry that waits for its key', async () => {
    const bad = parcel()
    const prepared = Promise.withResolvers<void>()
    const mayApply = Promise.withResolvers<void>()
    const { state, consumer: failing } = failingOn(bad, 1, () => new Error('a bug'))
    consume({
      ...failing,
      async prepare() {
        if (state.attempts !== 1) return
        prepared.resolve()
        await mayApply.promise
      },
    })
    await pack(producer.database, bad, 1)
    await prepared.promise
    const operator = await consumer.database.session()
    onTestFinished(operator.close)
    // The order of every other change: the key, then its letters.
    const lockBoth = async (go: () => unknown) => {
      await operator.script("set lock_timeout = '500ms'; begin; select from parked_keys for update")
      go()
      await until(async () => (await waitingForLocks()) > 0)
      await operator.script('select from dead_letters for update; rollback')
    }
    await lockBoth(mayApply.resolve)
    await until(async () => (await letters().list()).length === 1)
    const [letter] = await letters().list()
    state.isMended = true
    const retrying: Promise<boolean>[] = []
    await lockBoth(() => retrying.push(letters().retry(letter?.id ?? -1)))
    expect(await Promise.all(retrying)).toEqual([true])
    await until(async () => (await stepsOf(bad)).length === 1)
  })

  test('needs nobody when a later attempt succeeds', async () => {
    const bad = parcel()
    let attempts = 0
    consume({
      async apply(event, tx) {
        if (event.data.step === 1 && ++attempts < 3) throw new Error('not yet')
        await note(tx, event)
      },
    })
    await pack(producer.database, bad, 1, 2)
    await until(async () => (await stepsOf(bad)).length === 2)
    expect(await stepsOf(bad)).toEqual([1, 2])
    expect(attempts).toBe(3)
    expect(await letters().list()).toEqual([])
  })

  test('continues being tried by the next process when this one dies', async () => {
    const bad = parcel()
    const { consumer: failing } = failingOn(bad, 1, () => new Error('a bug'))
    const first = consume(failing)
    await pack(producer.database, bad, 1, 2)
    await until(async () => (await letters().list({ state: 'failing' })).length + (await letters().list()).length === 1)
    await first.stop()
    consume(noting)
    await letters().retryAll()
    await until(async () => (await stepsOf(bad)).length === 2)
    expect(await stepsOf(bad)).toEqual([1, 2])
  })
})

describe('something away', () => {
  test('pauses the consumer without counting as an attempt', async () => {
    const [a, b] = [parcel(), parcel()]
    let isAway = true
    let attempts = 0
    const { lines } = consume({
      async prepare() {
        attempts++
        if (isAway) throw platformError('service.unavailable', 'pricing is unavailable')
      },
      apply: async (event, tx) => void (await note(tx, event)),
    })
    await pack(producer.database, a, 1, 2)
    await pack(producer.database, b, 1)
    await until(() => attempts > 6)
    expect(await consumer.database.read.sql`select from dead_letters`).toEqual([])
    expect(lines.some(({ message }) => String(message).startsWith('consumer paused'))).toBe(true)
    isAway = false
    await until(async () => (await stepsOf(a)).length === 2 && (await stepsOf(b)).length === 1)
    expect(await stepsOf(a)).toEqual([1, 2])
  })

  test('holds up only the partitions of the events that need it, however many they are', async () => {
    const stuck = Array.from({ length: 6 }, parcel)
    const waiting = new Set<string>()
    consume({
      async prepare({ event: { subject } }) {
        if (!stuck.includes(subject)) return
        waiting.add(subject)
        throw platformError('service.unavailable', 'pricing is unavailable')
      },
      apply: async (event, tx) => void (await note(tx, event)),
    })
    for (const key of stuck) await pack(producer.database, key, 1)
    await until(() => waiting.size >= 5)
    // of 16 partitions at most six wait
    const others = Array.from({ length: 40 }, parcel)
    for (const key of others) await pack(producer.database, key, 1)
    await until(async () => {
      const [row] = await consumer.database.read.sql<{ done: number }>`select count(*)::int as done from effects`
      return (row?.done ?? 0) > 5
    })
  })

  test('counts a statement that always times out as a failure', async () => {
    const a = parcel()
    consume({
      async apply() {
        throw platformError('database.statement_timeout', 'too long')
      },
    })
    await pack(producer.database, a, 1)
    await until(async () => (await letters().list()).some(({ key }) => key === a))
  })

  test('is survived: consumers whose connections to the log were cut continue', async () => {
    const a = parcel()
    const { lines } = consume(noting)
    await pack(producer.database, a, 1)
    await until(async () => (await stepsOf(a)).length === 1)
    await logDatabase.database.transaction(
      ({ sql }) => sql`
        select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await pack(producer.database, a, 2)
    await until(async () => (await stepsOf(a)).length === 2)
    expect(lines.some(({ message }) => message === 'the event log is reachable again')).toBe(true)
  })

  test('is survived: consumers whose connections to their own database were cut continue', async () => {
    const keys = Array.from({ length: 20 }, parcel)
    consume(noting)
    const packing = Promise.all(keys.map((key) => pack(producer.database, key, 1, 2, 3, 4, 5)))
    for (let cut = 0; cut < 5; cut++) {
      await producer.database.transaction(
        ({ sql }) => sql`
          select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tracking' and pid <> pg_backend_pid()`,
      )
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await packing
    await until(async () => (await stepsOf(keys[0] ?? '')).length === 5)
    await until(async () => (await consumer.database.read.sql`select from effects`).length >= 100)
    for (const key of keys) expect(await stepsOf(key)).toEqual([1, 2, 3, 4, 5])
  })
})

describe('waiting until consumers have caught up', () => {
  test('ends once what was there has been handled', async () => {
    const a = parcel()
    await pack(producer.database, a, 1, 2, 3)
    await until(async () => (await log.read({})).events.length === 3)
    consume(noting)
    await until(async () => (await log.lag(tracking.name)).length === 16)
    expect(await waitUntilCaughtUp(log, { groups: [tracking.name], timeoutMs: 10_000 })).toEqual({
      isCaughtUp: true,
      behind: [],
    })
    expect(await stepsOf(a)).toEqual([1, 2, 3])
  })

  test('says what is behind when the time is over', async () => {
    const a = parcel()
    const mayEnd = Promise.withResolvers<void>()
    consume({ apply: () => mayEnd.promise })
    await pack(producer.database, a, 1)
    await until(async () => (await log.lag(tracking.name)).some(({ lag }) => lag > 0))
    const { isCaughtUp, behind } = await waitUntilCaughtUp(log, { timeoutMs: 100 })
    mayEnd.resolve()
    expect(isCaughtUp).toBe(false)
    expect(behind).toMatchObject([{ group: 'tracking', topic: 'warehouse.events', lag: 1 }])
  })
})
