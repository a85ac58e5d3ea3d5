import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate, readMigrations, type MigrationSet } from '../src/index.ts'

let own: TestDatabase

beforeEach(async () => {
  own = await testDatabase({ name: 'migrate', sets: [] })
})
afterEach(() => own.close())

const one = { name: '0001-create-orders', sql: 'create table orders (id int); insert into orders values (1);' }
const two = { name: '0002-add-total', sql: 'alter table orders add column total bigint not null default 0;' }
const three = { name: '0003-add-note', sql: 'alter table orders add column note text;' }
const order = (...migrations: MigrationSet['migrations']): MigrationSet[] => [{ name: 'order', migrations }]
const columns = async () =>
  (
    await own.database.read.sql<{ name: string }>`
      select column_name as name from information_schema.columns where table_name = 'orders' order by ordinal_position`
  ).map(({ name }) => name)

test('are applied in order, once, and a later one is added', async () => {
  expect(await migrate(own.url, order(one, two))).toEqual([
    { set: 'order', name: '0001-create-orders' },
    { set: 'order', name: '0002-add-total' },
  ])
  expect(await migrate(own.url, order(one, two, three))).toEqual([{ set: 'order', name: '0003-add-note' }])
  expect(await migrate(own.url, order(one, two, three))).toEqual([])
  expect(await columns()).toEqual(['id', 'total', 'note'])
})

test('of several sets have numbers of their own', async () => {
  const events = {
    name: 'platform-events',
    migrations: [{ name: '0001-create-outbox', sql: 'create table outbox (id int)' }],
  }
  expect(await migrate(own.url, [events, ...order(one)])).toHaveLength(2)
  expect(await migrate(own.url, [...order(one), events])).toEqual([])
})

test('run on a session that is given, and leave it open and free', async () => {
  const session = await own.database.session()
  expect(await migrate(session, order(one))).toHaveLength(1)
  expect(await session.sql`select id from orders`).toEqual([{ id: 1 }])
  await session.close()
})

test('started by eight replicas at once are applied once', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(own.url, order(one, two, three))))
  expect(applied.flat()).toHaveLength(3)
  expect(await own.database.read.sql`select id from orders`).toEqual([{ id: 1 }])
})

describe('are refused', () => {
  const alone = { name: '0002-add-total', sql: 'create table totals (id int)' }

  test('when one was changed after it was applied', async () => {
    await migrate(own.url, order(one))
    const changed = { ...one, sql: `${one.sql} -- a word more` }
    await expect(migrate(own.url, order(changed, two))).rejects.toThrow(
      'order/0001-create-orders was changed after it was applied',
    )
    expect(await columns()).toEqual(['id'])
  })

  test('but not for other line ends', async () => {
    await migrate(own.url, order({ ...one, sql: 'create table orders (\n  id int\n);' }))
    expect(await migrate(own.url, order({ ...one, sql: 'create table orders (\r\n  id int\r\n);' }))).toEqual([])
  })

  test('when one comes in below an applied one', async () => {
    await migrate(own.url, order(one, three))
    await expect(migrate(own.url, order(one, two, three))).rejects.toThrow('give it a higher number')
  })

  test('when the file of an applied one is gone', async () => {
    await migrate(own.url, order(one, two))
    await expect(migrate(own.url, order(two))).rejects.toThrow(
      'order/0001-create-orders was applied and its file is missing',
    )
  })

  test.each(['0002-add-sum', '0002-wind-up'])('when the only file was renamed to %s', async (name) => {
    await migrate(own.url, order(alone))
    await expect(migrate(own.url, order({ ...alone, name }))).rejects.toThrow(
      'order/0002-add-total was applied and its file is missing',
    )
  })

  test('but not when the database is newer than an older replica', async () => {
    await migrate(own.url, order(one, two, three))
    expect(await migrate(own.url, order(one, two))).toEqual([])
  })
})

test('that fail leave nothing of themselves, keep those before, and say where', async () => {
  const wrong = { name: '0002-wrong', sql: 'alter table orders add column total bigint;\nselect nonsense;\n' }
  await expect(migrate(own.url, order(one, wrong))).rejects.toThrow(
    'migration order/0002-wrong failed at line 2: column "nonsense" does not exist',
  )
  expect(await columns()).toEqual(['id'])
  expect(await migrate(own.url, order(one, two))).toEqual([{ set: 'order', name: '0002-add-total' }])
})

describe('files', () => {
  const withFiles = async (files: Record<string, string>) => {
    const folder = await mkdtemp(join(tmpdir(), 'stoa-migrations-'))
    try {
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
      return await readMigrations(pathToFileURL(folder))
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('are read in the order of their numbers', async () => {
    expect(await withFiles({ '0010-b.sql': 'b', '0002-a.sql': 'a', 'README.md': '' })).toEqual([
      { name: '0002-a', sql: 'a' },
      { name: '0010-b', sql: 'b' },
    ])
  })

  test('that are misnamed or share a number are refused', async () => {
    await expect(withFiles({ '1-a.sql': '' })).rejects.toThrow('1-a.sql')
    await expect(withFiles({ '0001-a.sql': '', '0001-b.sql': '' })).rejects.toThrow('share a number')
  })
})
