import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  appendEvents,
  eventSourcingMigrations,
  readFreshness,
  readProjections,
  runProjection,
  type Projection,
} from '../src/index.ts'
import { addGeneration } from '../src/projections/positions.ts'
import { add, at, runAll, sums, sumsMigrations, type Added } from './counter.ts'

let own: TestDatabase
beforeEach(async () => {
  own = await testDatabase({ name: 'projections', sets: [eventSourcingMigrations, sumsMigrations] })
  await begin(sums)
})
afterEach(() => own.close())

const database = () => own.database
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const begin = (projection: Pick<Projection, 'name' | 'version'>, isForced = false) =>
  database().transaction((tx) => addGeneration(tx, projection, { isForced }))
const stateOf = async (name: string) => (await readProjections(database().read)).filter((each) => each.name === name)

/** What a generation of the read model has, and what the events add up to. */
async function compare(generation: number): Promise<{ readonly rows: unknown[]; readonly events: unknown[] }> {
  const rows = await database().read.sql`
    select id, sum, events from sums where generation = ${generation} order by id`
  const events = await database().read.sql`
    select stream_id as id, sum((data ->> 'amount')::bigint)::bigint as sum, count(*)::int as events
      from stored_events group by 1 order by 1`
  return { rows, events }
}

test('a read model has every event once, although its process is killed again and again', async () => {
  const ids = upTo(20).map((each) => `counter ${each}`)
  const writing = (async () => {
    for (let round = 0; round < 30; round += 1) await Promise.all(ids.map((id) => add(database(), id, 1)))
  })()
  let kills = 0
  while (kills < 4) {
    const projector = fork(new URL('./projector.ts', import.meta.url), [own.url])
    onTestFinished(() => void projector.kill('SIGKILL'))
    const before = (await stateOf('sums'))[0]?.position ?? 0
    await eventually(async () => {
      const [state] = await stateOf('sums')
      expect(state?.position === 600 || (state?.position ?? 0) > before).toBe(true)
    })
    projector.kill('SIGKILL')
    await once(projector, 'exit')
    kills += 1
  }
  await writing
  await runAll(database())
  const { rows, events } = await compare(1)
  expect(events).toHaveLength(20)
  expect(rows).toEqual(events)
  expect(await stateOf('sums')).toMatchObject([{ position: 600, lag: 0, failures: 0 }])
})

test('an event that fails stops only its projection, behind the events before it, and it continues once it succeeds', async () => {
  let isBroken = true
  const careful: Projection<Added> = {
    ...sums,
    name: 'careful',
    tables: ['sums'],
    async apply(events, tx) {
      for (const { streamId, data } of events) {
        await tx.sql`insert into sums (generation, id, sum, events) values (99, ${streamId}, ${data.amount}, 1)`
        if (isBroken && data.amount === 13) throw new Error('thirteen')
      }
    },
  }
  await begin(careful)
  for (const amount of [1, 2, 13, 4]) await add(database(), `n${amount}`, amount)
  await runAll(database(), careful)
  await runAll(database())
  expect((await compare(1)).rows).toHaveLength(4)
  expect((await compare(99)).rows).toHaveLength(2)
  expect(await stateOf('careful')).toMatchObject([
    { position: 2, lag: 2, failedPosition: 3, failures: 1, error: 'added of n13 at position 3: thirteen' },
  ])
  isBroken = false
  await eventually(async () => {
    await runAll(database(), careful)
    expect(await stateOf('careful')).toMatchObject([{ position: 4, lag: 0, failures: 0, error: null }])
  })
  expect((await compare(99)).rows).toHaveLength(4)
})

test('an event of a newer release stops a projection in front of it', async () => {
  await add(database(), 'n1', 1)
  await database().transaction((tx) =>
    appendEvents(tx, {
      stream: { category: 'counter', id: 'n2' },
      expectedVersion: 0,
      events: [{ type: 'added', typeVersion: 3, data: {} }],
      commandId: randomUUID(),
      recordedBy: undefined,
      at,
    }),
  )
  await runAll(database())
  const [state] = await stateOf('sums')
  expect(state).toMatchObject({ position: 1, failedPosition: 2, failures: 1 })
  expect(state?.error).toContain('added has version 3, this release knows 2')
})

test('a rebuilt read model equals the live one, which it replaces while events keep coming', async () => {
  const add20 = () => Promise.all(upTo(20).map((each) => add(database(), `counter ${each}`, each)))
  for (let round = 0; round < 5; round += 1) await add20()
  await runAll(database())
  await begin(sums, true)
  expect(await stateOf('sums')).toMatchObject([
    { generation: 1, isLive: true },
    { generation: 2, isLive: false, position: 0 },
  ])
  await Promise.all([add20(), runAll(database()), add20(), runAll(database())])
  await runAll(database())
  expect(await stateOf('sums')).toMatchObject([{ generation: 2, isLive: true, lag: 0 }])
  const { rows, events } = await compare(2)
  expect(rows).toEqual(events)
  await runAll(database())
  expect((await compare(1)).rows).toEqual([])
})

test('a new version is built beside the live one, which stays in use until then; an older release changes nothing', async () => {
  await add(database(), 'one', 5)
  await runAll(database())
  const doubled: Projection<Added> = {
    ...sums,
    version: 2,
    apply: (events, tx, generation) =>
      sums.apply(
        events.map((event) => ({ ...event, data: { ...event.data, amount: event.data.amount * 2 } })),
        tx,
        generation,
      ),
  }
  expect(await begin(doubled)).toBe(true)
  expect(await begin(doubled)).toBe(false)
  expect(await begin(sums)).toBe(false)
  expect((await compare(1)).rows).toMatchObject([{ sum: 5 }])
  await runAll(database(), doubled)
  expect(await stateOf('sums')).toMatchObject([{ generation: 2, isLive: true }])
  expect((await compare(2)).rows).toMatchObject([{ sum: 10 }])
  expect(await begin(sums)).toBe(false)
})

test('a build that has stopped holds up neither the live read model nor its own next attempt', async () => {
  const broken: Projection<Added> = {
    ...sums,
    async apply(events, tx, generation) {
      if (generation === 2) throw new Error('the build fails')
      await sums.apply(events, tx, generation)
    },
  }
  await add(database(), 'one', 5)
  await runAll(database(), broken)
  await begin(sums, true)
  await runAll(database(), broken)
  expect(await stateOf('sums')).toMatchObject([{ position: 1 }, { position: 0, failures: 1 }])
  await add(database(), 'one', 5)
  const run = await database().transaction((tx) => runProjection(tx, broken))
  expect(run.applied).toBe(1)
  // at the latest when the build is due
  expect(run.againInMs).toBeGreaterThan(0)
  expect(run.againInMs).toBeLessThanOrEqual(1_000)
  expect(await stateOf('sums')).toMatchObject([{ position: 2, lag: 0 }, { failures: 1 }])
})

test('a release gives way to the one that can move a read model, as long as that is behind', async () => {
  await add(database(), 'one', 5)
  await runAll(database())
  const next = { ...sums, version: 2 }
  await begin(next)
  const run = (projection: Projection<Added>) => database().transaction((tx) => runProjection(tx, projection))
  expect((await run(sums)).againInMs).toBe(2_000)
  await runAll(database(), next)
  expect((await run(sums)).againInMs).toBeUndefined()
  await add(database(), 'one', 5)
  expect((await run(sums)).againInMs).toBe(2_000)
})

test('a statement that fails stops its projection as any other error does', async () => {
  const narrow: Projection<Added> = {
    ...sums,
    async apply(events, tx, generation) {
      await sums.apply(events, tx, generation)
      for (const { data } of events) await tx.sql`select 1 / (${data.amount}::int - 13)`
    },
  }
  for (const amount of [1, 13]) await add(database(), `n${amount}`, amount)
  await runAll(database(), narrow)
  expect(await stateOf('sums')).toMatchObject([{ position: 1, failedPosition: 2, failures: 1 }])
  expect((await compare(1)).rows).toMatchObject([{ id: 'n1', sum: 1, events: 1 }])
})

test('a read model is as fresh as its last event, and current when it has all', async () => {
  const now = at.add({ hours: 1 })
  expect(await readFreshness(database().read, 'sums', now)).toEqual({ asOf: now, lag: 0 })
  await add(database(), 'one', 5)
  await runAll(database())
  await add(database(), 'one', 5)
  expect(await readFreshness(database().read, 'sums', now)).toEqual({ asOf: at, lag: 1 })
})
