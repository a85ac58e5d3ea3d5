import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@stoa/kernel'
import { makeTableReader, readTable, vacuumTable } from '@stoa/lake'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compactEvents } from '../src/lake/compact-events.ts'
import { flushEvents, type FlushTools } from '../src/lake/flush-events.ts'
import { stageEvents } from '../src/store/staged-events.ts'
import { openLake, type OpenLake } from './lake-kit.ts'

let kit: OpenLake
beforeEach(async () => {
  kit = await openLake()
})
afterEach(() => kit.stop())

/** Tools whose nth step dies, before it has an effect or right after it. */
function dyingTools(step: number, isAfter: boolean): FlushTools & { readonly steps: () => number } {
  const { database, duck, lake } = kit
  let steps = 0
  async function mortal<Result>(work: () => Promise<Result>): Promise<Result> {
    steps += 1
    if (steps !== step) return work()
    if (isAfter) await work()
    throw new Error('died')
  }
  return {
    lake,
    tables: makeTableReader(),
    nowMs: Date.now,
    database: {
      ...database,
      read: database.read,
      transaction: (...args) => mortal(() => database.transaction(...args)),
    },
    duck: { ...duck, use: (...args) => mortal(() => duck.use(...args)) },
    steps: () => steps,
  }
}

const tools = (): FlushTools => dyingTools(0, false)

async function stage(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId())
  const happenedAt = Temporal.Instant.from('2026-11-29T12:00:00Z')
  await kit.database.transaction((tx) =>
    stageEvents(
      tx,
      ids.map((id, index) => ({
        id,
        type: 'order.shipped',
        subject: id,
        happenedAt: happenedAt.add({ hours: 24 * (index % 3) }),
        data: '{}',
      })),
    ),
  )
  return ids
}

async function idsInLake(): Promise<unknown[]> {
  return (await kit.query('events', 'select id from TABLE order by seq')).map(({ id }) => id)
}

test('wherever a flush dies, the next one ends it, and each event is in the table once', async () => {
  const all: string[] = []
  let deaths = 0
  for (const isAfter of [false, true]) {
    for (let step = 1; ; step += 1) {
      all.push(...(await stage(4)))
      const dying = dyingTools(step, isAfter)
      const outcome = await flushEvents(dying).catch((error: Error) => error.message)
      if (dying.steps() < step) break
      expect(outcome).toBe('died')
      deaths += 1
      // one more arrives before the repetition
      all.push(...(await stage(1)))
      await flushEvents(tools())
      expect(await idsInLake()).toEqual(all)
    }
  }
  // open, write, end, and look for more; before and after each
  expect(deaths).toBe(8)
  expect(await idsInLake()).toEqual(all)
})

test('flushes of several processes at once write each event once', async () => {
  const all = new Set<string>()
  for (let round = 0; round < 5; round += 1) {
    for (const id of await stage(20)) all.add(id)
    const race = await Promise.allSettled([1, 2, 3].map(() => flushEvents(tools())))
    const refused = race.flatMap((each) => (each.status === 'rejected' ? [each.reason.retryable] : []))
    expect(refused.filter((isRetryable) => isRetryable !== true)).toEqual([])
  }
  await flushEvents(tools())
  const ids = await idsInLake()
  expect([ids.length, new Set(ids)]).toEqual([100, all])
})

test('after an older database was restored, the lake continues from its state, and after its data was deleted from nothing', async () => {
  const first = await stage(3)
  await flushEvents(tools())
  const { database } = kit
  const [flush] = await database.read.sql<{ number: number; version: number; rows: number }>`select * from flushes`
  await stage(2)
  await flushEvents(tools())
  // what a restore of the backup between the two does
  await database.transaction(async ({ sql }) => {
    await sql`delete from flushes`
    await sql`insert into flushes (number, version, rows) values (${flush?.number}, ${flush?.version}, ${flush?.rows})`
  })
  const later = await stage(4)
  await flushEvents(tools())
  expect(await idsInLake()).toEqual([...first, ...later])

  await database.transaction(({ sql }) => sql`delete from flushes`)
  const anew = await stage(2)
  await flushEvents(tools())
  expect(await idsInLake()).toEqual(anew)
})

test('a lake that lacks what was flushed is refused, and nothing is lost', async () => {
  await stage(3)
  await flushEvents(tools())
  const before = join(kit.lake, 'before')
  await cp(join(kit.lake, 'events'), before, { recursive: true })
  const later = await stage(2)
  await flushEvents(tools())
  await rm(join(kit.lake, 'events'), { recursive: true })
  await cp(before, join(kit.lake, 'events'), { recursive: true })
  const waiting = await stage(1)
  await expect(flushEvents(tools())).rejects.toMatchObject({ code: 'etl.lake_behind', retryable: false })
  expect(await idsInLake()).not.toContain(later[0])
  const [row] = await kit.database.read.sql`select id from staged_events`
  expect(row?.['id']).toBe(waiting[0])
})

const filesOf = async () => (await readTable(join(kit.lake, 'events')))?.files.size

async function flushSixteenTimes(): Promise<string[]> {
  const all: string[] = []
  for (let index = 0; index < 16; index += 1) {
    all.push(...(await stage(3)))
    await flushEvents(tools())
  }
  return all
}

test('small files of a day become one, beside flushes, and each event stays in the table once', async () => {
  const all = await flushSixteenTimes()
  expect(await filesOf()).toBe(48)
  all.push(...(await stage(3)))
  const race = await Promise.allSettled([compactEvents(tools()), flushEvents(tools())])
  const refused = race.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
  expect(refused.filter((code) => code !== 'lake.conflict')).toEqual([])
  await flushEvents(tools())
  await compactEvents(tools())
  expect(await filesOf()).toBeLessThanOrEqual(6)
  expect(await idsInLake()).toEqual(all)
  expect(await compactEvents(tools())).toBe(0)
})

test('after an older database was restored, the lake goes back behind a compaction, unless the files are gone', async () => {
  const { database } = kit
  const first = await flushSixteenTimes()
  const [flush] = await database.read.sql<{ number: number; version: number; rows: number }>`select * from flushes`
  const restore = () =>
    database.transaction(async ({ sql }) => {
      await sql`delete from flushes`
      await sql`insert into flushes (number, version, rows) values (${flush?.number}, ${flush?.version}, ${flush?.rows})`
    })
  await stage(3)
  await flushEvents(tools())
  await compactEvents(tools())
  await restore()
  await flushEvents(tools())
  expect(await idsInLake()).toEqual(first)

  await stage(3)
  await flushEvents(tools())
  await compactEvents(tools())
  const table = await readTable(join(kit.lake, 'events'))
  if (table === undefined) throw new Error('there is no table')
  expect(await vacuumTable(join(kit.lake, 'events'), table, Temporal.Now.instant().add({ hours: 1 }))).toBeGreaterThan(
    0,
  )
  await restore()
  await expect(flushEvents(tools())).rejects.toMatchObject({ code: 'etl.lake_behind', retryable: false })
  expect(await readTable(join(kit.lake, 'events'))).toEqual(table)
})
