import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendEvents, eventSourcingMigrations, readCategory } from '../src/index.ts'
import { add, at, counters, snapshotsOf, types, withSnapshots } from './counter.ts'

let own: TestDatabase
beforeAll(async () => {
  own = await testDatabase({ name: 'event_store', sets: [eventSourcingMigrations] })
})
afterAll(() => own.close())

const database = () => own.database
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const headOf = async () => (await readCategory(database().read, types, 'counter', { after: 0, limit: 1 })).head

test('of ten commands with one expected version one wins, and the others get the version that it left', async () => {
  const id = randomUUID()
  await add(database(), id, 1)
  const outcomes = await Promise.all(upTo(10).map(() => add(database(), id, 1, { expectedVersion: 1 })))
  expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(1)
  expect(outcomes.filter(({ kind }) => kind === 'conflict')).toEqual(
    upTo(9).map(() => ({ kind: 'conflict', version: 2 })),
  )
  expect(await counters.load(database().read, id)).toEqual({ state: { sum: 2 }, version: 2 })
})

test('of ten appends with one expected version one wins, also for a new stream, and any other version is a conflict', async () => {
  const stream = { category: 'counter', id: randomUUID() }
  const append = (expectedVersion: number) =>
    database().transaction((tx) =>
      appendEvents(tx, {
        stream,
        expectedVersion,
        events: [{ type: 'added', typeVersion: 2, data: { amount: 1, unit: 'cent' } }],
        commandId: randomUUID(),
        recordedBy: undefined,
        at,
      }),
    )
  const outcomes = await Promise.all(upTo(10).map(() => append(0)))
  expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1)
  expect(await append(0)).toEqual({ kind: 'conflict', version: 1 })
  expect(await append(2)).toEqual({ kind: 'conflict', version: 1 })
  const next = await Promise.all(upTo(10).map(() => append(1)))
  expect(next.filter(({ kind }) => kind === 'appended')).toHaveLength(1)
  expect(next.filter(({ kind }) => kind === 'conflict')).toEqual(upTo(9).map(() => ({ kind: 'conflict', version: 2 })))
})

test('without an expected version ten commands at once are decided one after the other, also for a new stream', async () => {
  const id = randomUUID()
  const outcomes = await Promise.all(upTo(10).map(() => add(database(), id, 150)))
  expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(6)
  expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(4)
  expect(await counters.load(database().read, id)).toEqual({ state: { sum: 900 }, version: 6 })
})

test('a command that is repeated with its id has one effect, and returns its events', async () => {
  const [id, commandId] = [randomUUID(), randomUUID()]
  const outcomes = await Promise.all(upTo(5).map(() => add(database(), id, 7, { commandId })))
  expect(outcomes.filter((outcome) => outcome.kind === 'done' && outcome.isRepeated)).toHaveLength(4)
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ events: [{ type: 'added', data: { amount: 7, unit: 'cent' } }], version: 1 })
  expect((await counters.history(database().read, id)).length).toBe(1)
})

test('a transaction sees what it has appended, and appends behind it', async () => {
  const id = randomUUID()
  await database().transaction(async (tx) => {
    await counters.execute(tx, { id, command: { amount: 1 }, commandId: 'a', at })
    await counters.execute(tx, { id, command: { amount: 2 }, commandId: 'b', at })
    expect(await counters.execute(tx, { id, command: { amount: 2 }, commandId: 'b', at })).toMatchObject({
      isRepeated: true,
    })
    expect(await counters.load(tx, id)).toEqual({ state: { sum: 3 }, version: 2 })
  })
  expect((await counters.history(database().read, id)).map(({ version, data }) => [version, data.amount])).toEqual([
    [1, 1],
    [2, 2],
  ])
})

test('a reader that follows concurrent writers skips no event, and the positions have no gaps', async () => {
  const start = await headOf()
  let isOver = false
  const seen: number[] = []
  const reading = (async () => {
    let after = start
    for (;;) {
      const isLast = isOver
      const { events, position } = await readCategory(database().read, types, 'counter', { after, limit: 7 })
      seen.push(...events.map((event) => event.position))
      after = position
      if (isLast && events.length === 0) return
    }
  })()
  const outcomes = await Promise.allSettled(
    upTo(200).map(async (each) =>
      database().transaction(async (tx) => {
        await counters.execute(tx, {
          id: `gap ${start} ${each % 40}`,
          command: { amount: 1 },
          commandId: randomUUID(),
          at,
        })
        // commits come in another order than the appends
        await delay(Math.random() * 5)
        if (each % 4 === 0) throw new Error('rolled back')
      }),
    ),
  )
  isOver = true
  await reading
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(150)
  expect(seen).toEqual(upTo(150).map((each) => start + each))
})

test('a snapshot changes neither the state nor the repetition of a command, and an older one is not used', async () => {
  const id = randomUUID()
  const ids = upTo(12).map(() => randomUUID())
  for (const commandId of ids) await add(database(), id, 2, { commandId, store: withSnapshots })
  const snapshots = () => database().read.sql`
    select version, state_version, state from event_snapshots where stream_id = ${id}`
  const [row] = await snapshots()
  expect(row).toEqual({ version: 10, state_version: 1, state: { sum: 20 } })
  expect(await withSnapshots.load(database().read, id)).toEqual(await counters.load(database().read, id))
  const again = await add(database(), id, 2, { commandId: ids[0] as string, store: withSnapshots })
  expect(again).toMatchObject({ kind: 'done', isRepeated: true, version: 12, state: { sum: 24 } })
  await database().transaction(
    (tx) => tx.sql`update event_snapshots set state_version = 0, state = '{"sum": 500}' where stream_id = ${id}`,
  )
  expect(await withSnapshots.load(database().read, id)).toEqual({ state: { sum: 24 }, version: 12 })
})

test('a snapshot of another release is neither used nor replaced until that release is gone', async () => {
  const id = randomUUID()
  const next = snapshotsOf(2)
  const versions = async () =>
    (await database().read.sql`
      select state_version, version from event_snapshots where stream_id = ${id} order by state_version`) as unknown
  for (let each = 0; each < 6; each += 1) await add(database(), id, 1, { store: withSnapshots })
  await add(database(), id, 1, { store: next })
  expect(await versions()).toEqual([
    { state_version: 1, version: 5 },
    { state_version: 2, version: 7 },
  ])
  for (let each = 0; each < 5; each += 1) await add(database(), id, 1, { store: withSnapshots })
  expect(await versions()).toEqual([
    { state_version: 1, version: 10 },
    { state_version: 2, version: 7 },
  ])
  for (let each = 0; each < 11; each += 1) await add(database(), id, 1, { store: next })
  expect(await versions()).toEqual([{ state_version: 2, version: 23 }])
  expect(await next.load(database().read, id)).toEqual({ state: { sum: 23 }, version: 23 })
})

test('a transaction continues behind a snapshot that it has stored, and finds its commands in front of it', async () => {
  const id = randomUUID()
  await database().transaction(async (tx) => {
    const execute = (commandId: string) => withSnapshots.execute(tx, { id, command: { amount: 1 }, commandId, at })
    for (let each = 1; each <= 12; each += 1)
      expect(await execute(`c${each}`)).toMatchObject({ kind: 'done', version: each, state: { sum: each } })
    for (const each of [1, 5, 12]) expect(await execute(`c${each}`)).toMatchObject({ isRepeated: true, version: 12 })
  })
  expect(await counters.load(database().read, id)).toEqual({ state: { sum: 12 }, version: 12 })
  expect(await withSnapshots.load(database().read, id)).toEqual({ state: { sum: 12 }, version: 12 })
})

test('an event of an older version is read in the current one', async () => {
  const stream = { category: 'counter', id: randomUUID() }
  const old = { type: 'added', typeVersion: 1, data: { euros: 3 } }
  await database().transaction((tx) =>
    appendEvents(tx, { stream, expectedVersion: 0, events: [old], commandId: 'x', recordedBy: undefined, at }),
  )
  expect(await counters.load(database().read, stream.id)).toEqual({ state: { sum: 300 }, version: 1 })
})

test('the state at a time has what was recorded until then, and a clock that goes back does not reorder it', async () => {
  const id = randomUUID()
  const execute = (amount: number, time: Temporal.Instant) =>
    database().transaction((tx) => counters.execute(tx, { id, command: { amount }, commandId: randomUUID(), at: time }))
  await execute(1, at)
  await execute(2, at.add({ hours: 2 }))
  await execute(4, at.add({ hours: 1 }))
  const stateAt = async (hours: number) => (await counters.loadAsOf(database().read, id, at.add({ hours }))).state.sum
  expect([await stateAt(-1), await stateAt(0), await stateAt(1), await stateAt(2)]).toEqual([0, 1, 1, 7])
})

test('a stored event can be neither changed nor deleted', async () => {
  await add(database(), randomUUID(), 1)
  await expect(database().transaction((tx) => tx.sql`update stored_events set data = '{}'`)).rejects.toThrow(
    'is stored',
  )
  await expect(database().transaction((tx) => tx.sql`delete from stored_events`)).rejects.toThrow('is stored')
  await expect(database().transaction((tx) => tx.sql`truncate stored_events`)).rejects.toThrow('are stored')
})
