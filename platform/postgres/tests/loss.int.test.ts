import type { WriteHandle } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { afterEnd, openDatabase, sendLastWithCommit, type Database } from '../src/index.ts'
import { startProxy, type CuttingProxy } from './cutting-proxy.ts'

let own: TestDatabase
let proxy: CuttingProxy
let db: Database

const counters = {
  name: '0001-create-counter',
  sql: 'create table counter (id int primary key, value int not null default 0); insert into counter (id) values (1);',
}

beforeAll(async () => {
  own = await testDatabase({ name: 'loss', sets: [{ name: 'counter', migrations: [counters] }] })
})
afterAll(() => own.close())
beforeEach(async () => {
  await own.database.transaction((tx) => tx.sql`update counter set value = 0`)
  proxy = await startProxy(own.url)
  db = openDatabase({ url: proxy.url, applicationName: 'cut', statementTimeoutMs: 500 })
})
afterEach(async () => {
  await db.close()
  await proxy.close()
})

const value = async () => (await own.database.read.sql<{ value: number }>`select value from counter`)[0]?.value
const increment = async (onRun: (tx: WriteHandle) => void = () => {}) =>
  db.transaction(async (tx) => {
    onRun(tx)
    await tx.sql`update counter set value = value + 1 where id = ${1}`
    await tx.sql`select pg_sleep(0)`
  })
const warmUp = () => Promise.all(Array.from({ length: 9 }, () => Promise.all([db.read.sql`select 1`, increment()])))

test('reads and transactions continue after all kept connections were cut', async () => {
  await warmUp()
  proxy.cutAll()
  await Promise.all([db.read.sql`select 1`, increment()])
  expect(await value()).toBe(10)
})

test('reads and transactions continue after the server ended their sessions', async () => {
  await warmUp()
  await own.database.read.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut'`
  await Promise.all([db.read.sql`select 1`, increment()])
  expect(await value()).toBe(10)
})

test('a database that refuses connections is unavailable at once, and back when it is back', async () => {
  await warmUp()
  const { port } = new URL(proxy.url)
  await proxy.close()
  const refusals = await Promise.allSettled([db.read.sql`select 1`, increment(), db.ping(), db.session()])
  expect(
    refusals.map((outcome) => outcome.status === 'rejected' && isAppError(outcome.reason, 'database.unavailable')),
  ).toEqual([true, true, true, true])
  proxy = await startProxy(own.url, Number(port))
  await increment()
  expect(await value()).toBe(10)
})

describe('a transaction whose connection is lost', () => {
  test('before its commit, on a kept connection, runs again on another', async () => {
    await warmUp()
    let runs = 0
    await increment(() => {
      proxy.cutBefore = ++runs === 1 ? 'begin isolation' : undefined
    })
    expect(runs).toBe(2)
    expect(await value()).toBe(10)
  })

  test('before its commit, on a new connection, is unavailable and without effect', async () => {
    proxy.cutBefore = 'pg_sleep'
    const error = await increment().catch((thrown: unknown) => thrown)
    expect(isAppError(error, 'database.unavailable')).toBe(true)
    expect(await value()).toBe(0)
  })

  test('in its commit has an unknown outcome, and is never run again by itself', async () => {
    await warmUp()
    const endings: string[] = []
    let runs = 0
    proxy.cutAfter = 'commit\0'
    const error = await increment((tx) => {
      runs++
      afterEnd(tx, (ending) => void endings.push(ending))
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'unavailable', code: 'database.outcome_unknown' })
    expect([runs, endings]).toEqual([1, ['unknown']])
    // Here it did commit, which the caller could not know.
    await expect.poll(value).toBe(10)
  })

  test('while it waits for the disk has an unknown outcome too', async () => {
    await warmUp()
    let runs = 0
    proxy.cutAfter = 'stoa flush'
    const error = await increment((tx) => {
      runs++
      sendLastWithCommit(tx, () => tx.sql`select 1`)
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'unavailable', code: 'database.outcome_unknown' })
    expect(runs).toBe(1)
    await expect.poll(value).toBe(10)
  })
})

test('a read on a connection that hangs is sent on another after the statement timeout', async () => {
  await db.read.sql`select 1`
  proxy.hang()
  // Sent on the hanging connection first, then on a new one.
  expect(await db.read.sql`select 2 as two`).toEqual([{ two: 2 }])
  expect(db.stats().read.open).toBe(1)
})

test('what waits is served by the connections there are when the server grants no more', async () => {
  const scarce = await testDatabase({ name: 'scarce', sets: [] })
  const name = new URL(scarce.url).pathname.slice(1)
  const superuser = openDatabase({ url: inject('databaseUrl'), applicationName: 'limit', statementTimeoutMs: 5_000 })
  const session = await superuser.session()
  await session.script(`alter database "${name}" connection limit 1`)
  await scarce.database.read.sql`select 1`
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => scarce.database.read.sql<{ n: number }>`select ${n}::int as n`),
  )
  expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect(scarce.database.stats().read.open).toBe(1)
  await session.close()
  await superuser.close()
  await scarce.close()
})

describe('a session', () => {
  test('that is lost says so once, and its locks are free', async () => {
    const session = await db.session()
    await session.tryLock('relay')
    let losses = 0
    const lost = Promise.withResolvers<void>()
    session.onLost(() => {
      losses++
      lost.resolve()
    })
    proxy.cutAll()
    await lost.promise
    await expect(session.sql`select 1`).rejects.toMatchObject({ code: 'database.unavailable' })
    const other = await db.session()
    await expect.poll(() => other.tryLock('relay')).toBe(true)
    await other.close()
    expect(losses).toBe(1)
  })

  test('that is closed was not lost', async () => {
    const session = await db.session()
    let isLost = false
    session.onLost(() => {
      isLost = true
    })
    await session.close()
    expect(isLost).toBe(false)
  })
})
