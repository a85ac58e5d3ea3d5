import type { Tx } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import { newId, systemClock } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildMissingIndex } from '../src/use-cases/build-index.ts'
import { updatePrices } from '../src/store/documents.ts'
import { savePublishedPrice } from '../src/store/prices.ts'
import { joinWriters, stopWriters } from '../src/store/writers.ts'
import { documentsOf, productOf, startSearch, type SearchApp } from './search-app.ts'

const staff = { subject: newId(), roles: ['staff'] }
const path = '/api/v1/search/indexes'
let app: SearchApp
beforeAll(async () => {
  app = await startSearch()
})
afterAll(() => app.service.stop())

const versions = () =>
  app.service.database.read.sql<{ version: number; state: string }>`
    select version, state, shape from product_indexes order by version`
const live = async () => (await versions()).find(({ state }) => state === 'live')?.version
const create = async () => (await app.service.request('POST', path, { as: staff, body: { name: 'products' } })).body

/** Waits until this many statements wait for a lock. */
const waiting = (count: number) =>
  eventually(async () =>
    expect(
      await app.service.database.read.sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    ).toHaveLength(count),
  )

/** Runs a change in a transaction that stays open until it is released. */
async function hold(change: (tx: Tx<SearchService>) => Promise<unknown>) {
  const [changed, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const committed = app.service.database.transaction(async (tx) => {
    await change(tx as Tx<SearchService>)
    changed.resolve()
    await released.promise
  })
  await Promise.race([changed.promise, committed])
  return async () => {
    released.resolve()
    await committed
  }
}

test('the first start has built version 2', async () => {
  await eventually(async () => expect(await live()).toBe(2))
})

test('prices of two SKUs of a product that change at the same time both count', async () => {
  const { variants } = productOf(newId(), 'PAIR-A')
  const id = await app.create('PAIR-A', { variants: [...variants, { ...variants[0], sku: 'PAIR-B' }] })
  await app.price('PAIR-A', 1_000)
  await app.price('PAIR-B', 2_000)
  await eventually(async () => expect(await documentsOf(app.service, id)).toMatchObject([{ price: 1_000 }]))
  const change = (sku: string, amount: number) => async (tx: Tx<SearchService>) => {
    const tables = await joinWriters(tx)
    await savePublishedPrice(tx, sku, { amount, currency: 'EUR' })
    await updatePrices(tx, tables, sku)
  }
  const commit = await hold(change('PAIR-A', 3_000))
  const other = app.service.database.transaction((tx) => change('PAIR-B', 2_500)(tx as Tx<SearchService>))
  await waiting(1)
  await commit()
  await other
  expect(await documentsOf(app.service, id)).toMatchObject([{ price: 2_500 }])
})

test('a build waits for the writers before it, not for those that come later', async () => {
  const { database } = app.service
  const commit = await hold(joinWriters)
  const order: string[] = []
  const stopped = database.transaction(async (tx) => {
    await stopWriters(tx)
    order.push('build')
  })
  await waiting(1)
  const later = database.transaction(async (tx) => {
    await joinWriters(tx)
    order.push('later writer')
  })
  await Promise.race([later, waiting(2)])
  await commit()
  await Promise.all([stopped, later])
  expect(order).toEqual(['build', 'later writer'])
})

test('a build that failed on every attempt continues when a build is requested', async () => {
  app.onPage = () => Promise.reject(new Error('inventory has a bug'))
  const { version } = await create()
  const { database } = app.service
  await eventually(async () => {
    const failed = await database.transaction(
      ({ sql }) => sql`
        update tasks set state = 'failed' where name = 'build-index' and error is not null returning 1`,
    )
    expect(failed).toHaveLength(1)
  })
  app.onPage = async () => {}
  expect((await create()).version).toBe(version)
  await eventually(async () => expect(await live()).toBe(version))
})

test('a start replaces the build of an older release by its own, once', async () => {
  const { database } = app.service
  const released = Promise.withResolvers<void>()
  app.onPage = () => released.promise
  const { version } = await create()
  await database.transaction(({ sql }) => sql`update product_indexes set shape = 0 where state in ('live', 'building')`)
  const enqueued: unknown[] = []
  const makeTx = (handle: object) =>
    Object.assign(Object.create(handle), { enqueue: async (...task: unknown[]) => void enqueued.push(task) }) as never
  const start = () => buildMissingIndex({ clock: systemClock, database, makeTx } as never)
  await Promise.all([start(), start()])
  expect((await versions()).slice(-2)).toMatchObject([
    { version, state: 'cancelled' },
    { version: version + 1, state: 'building', shape: 1 },
  ])
  expect(enqueued[0]).toEqual(['build-index', { version: version + 1 }, { key: String(version + 1) }])
  released.resolve()
  app.onPage = async () => {}
  await create()
  await eventually(async () => expect(await live()).toBe(version + 1))
})

test('an older release leaves a newer index, and the build of one, alone', async () => {
  const { database } = app.service
  const { read } = database
  const shapeOf = (state: string) =>
    database.transaction(({ sql }) => sql`update product_indexes set shape = 2 where state = ${state}`)
  const version = await live()
  await shapeOf('live')
  await buildMissingIndex({ clock: systemClock, database } as never)
  expect(await read.sql`select 1 from product_indexes where state = 'building'`).toEqual([])
  const released = Promise.withResolvers<void>()
  app.onPage = () => released.promise
  const building = (await create()).version
  await shapeOf('building')
  expect(await app.service.runTask('build-index', { version: building })).not.toEqual({ status: 'completed' })
  expect(await live()).toBe(version)
  released.resolve()
  app.onPage = async () => {}
})
