import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate, pendingMigrations, type DatabaseLog, type MigrationSet } from '../src/index.ts'

let own: TestDatabase

beforeEach(async () => {
  own = await testDatabase({ name: 'migrate', sets: [] })
})
afterEach(() => own.close())

const one = { name: '0001-create-orders', sql: 'create table orders (id int, carrier text)' }
const two = { name: '0002-add-method', sql: 'alter table orders add column method text' }
const three = {
  name: '0003-drop-carrier',
  sql: '-- contracts 0002-add-method: no release reads it\nalter table orders drop column carrier',
}
const order = (...migrations: MigrationSet['migrations']): MigrationSet[] => [{ name: 'order', migrations }]

describe('pending migrations', () => {
  test('are listed without being applied', async () => {
    expect(await pendingMigrations(own.url, order(one, two))).toEqual([
      { set: 'order', name: '0001-create-orders' },
      { set: 'order', name: '0002-add-method' },
    ])
    await migrate(own.url, order(one))
    expect(await pendingMigrations(own.url, order(one, two))).toEqual([{ set: 'order', name: '0002-add-method' }])
  })

  test('are none in a database of a newer release that only added', async () => {
    await migrate(own.url, order(one, two))
    expect(await pendingMigrations(own.url, order(one))).toEqual([])
  })

  test('are none for the release of the expansion, after its contraction', async () => {
    await migrate(own.url, order(one, two, three))
    expect(await pendingMigrations(own.url, order(one, two))).toEqual([])
  })

  test('are refused where a newer release has removed what this one uses', async () => {
    await migrate(own.url, order(one, two, three))
    const refusal = 'migration order/0003-drop-carrier of a newer release has removed what this release uses'
    await expect(pendingMigrations(own.url, order(one))).rejects.toThrow(refusal)
    await expect(migrate(own.url, order(one))).rejects.toThrow(refusal)
  })

  test('follow a table that an earlier release of this code has made', async () => {
    await own.database.transaction(async ({ sql }) => {
      await sql`create table schema_migrations (
        set text not null, name text not null, checksum text not null, applied_at timestamptz not null default now(),
        primary key (set, name))`
    })
    expect(await migrate(own.url, order(one, two, three))).toHaveLength(3)
    expect(
      await own.database.read.sql`select name, contracts from schema_migrations where contracts is not null`,
    ).toEqual([{ name: '0003-drop-carrier', contracts: '0002-add-method' }])
  })
})

test('a migration gives way to the statements behind it while a transaction holds its table', async () => {
  await migrate(own.url, order(one))
  const holder = await own.database.session()
  await holder.script('begin; select * from orders')
  const waits = Promise.withResolvers<void>()
  const log: DatabaseLog = { info: (_, message) => message.includes('waits') && waits.resolve(), warn: () => {} }
  const applied = migrate(own.url, order(one, two), { log })
  await waits.promise
  await own.database.transaction(({ sql }) => sql`insert into orders (id) values (1)`)
  await holder.script('commit')
  expect(await applied).toEqual([{ set: 'order', name: '0002-add-method' }])
  await holder.close()
})

describe('an index that is built concurrently', () => {
  const index = {
    name: '0002-index-carriers',
    sql: '-- for the list\ncreate index concurrently if not exists orders_by_carrier\n  on orders (carrier);\n',
  }
  const isValid = async () => {
    const [row] = await own.database.read.sql<{ isValid: boolean }>`
      select indisvalid as "isValid" from pg_index where indexrelid = to_regclass('orders_by_carrier')`
    return row?.isValid
  }

  test('is built outside of a transaction, once', async () => {
    expect(await migrate(own.url, order(one, index))).toHaveLength(2)
    expect(await isValid()).toBe(true)
    expect(await migrate(own.url, order(one, index))).toEqual([])
  })

  test('replaces the invalid index of an attempt that was interrupted', async () => {
    await migrate(own.url, order(one))
    await own.database.transaction(async ({ sql }) => {
      await sql`insert into orders (id, carrier) values (1, 'post'), (2, 'post')`
    })
    const session = await own.database.session()
    const broken = 'create unique index concurrently orders_by_carrier on orders (carrier)'
    await expect(session.script(broken)).rejects.toThrow('could not create unique index')
    await session.close()
    expect(await isValid()).toBe(false)
    expect(await migrate(own.url, order(one, index))).toHaveLength(1)
    expect(await isValid()).toBe(true)
  })

  test('is only recorded if the attempt before ended after it was built', async () => {
    await migrate(own.url, order(one))
    const session = await own.database.session()
    await session.script(index.sql)
    await session.close()
    expect(await migrate(own.url, order(one, index))).toEqual([{ set: 'order', name: '0002-index-carriers' }])
  })

  test.each([
    `${index.sql} alter table orders add column note text`,
    'create index concurrently orders_by_carrier on orders (carrier)',
    'drop index concurrently orders_by_carrier',
  ])('is refused with anything that an interrupted attempt could leave behind: %s', async (sql) => {
    await expect(migrate(own.url, order(one, { ...index, sql }))).rejects.toThrow(
      'migration order/0002-index-carriers failed: a migration with "concurrently" contains only',
    )
  })
})
