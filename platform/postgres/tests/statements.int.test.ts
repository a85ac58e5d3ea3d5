import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  advisoryXactLock,
  fragment,
  identifier,
  joinFragments,
  json,
  tryAdvisoryXactLock,
  type Database,
} from '../src/index.ts'

let own: TestDatabase
let db: Database

const accounts = {
  name: '0001-create-accounts',
  sql: 'create table account (id int primary key, owner text not null, balance bigint not null default 0);',
}

beforeAll(async () => {
  own = await testDatabase({ name: 'statements', sets: [{ name: 'account', migrations: [accounts] }] })
  db = own.database
})
afterAll(() => own.close())
beforeEach(async () => {
  await db.transaction(async (tx) => {
    await tx.sql`truncate account`
    await tx.sql`insert into account (id, owner, balance) values (1, 'ada', 100), (2, 'bob', 100)`
  })
})

describe('composition', () => {
  const find = (filter: { owner?: string; atLeast?: number; ids?: number[] }) => {
    const conditions = [
      filter.owner === undefined ? undefined : fragment`owner = ${filter.owner}`,
      filter.atLeast === undefined ? undefined : fragment`balance >= ${filter.atLeast}`,
      filter.ids === undefined ? undefined : fragment`id = any(${filter.ids})`,
    ].filter((condition) => condition !== undefined)
    const where = conditions.length === 0 ? fragment`` : fragment`where ${joinFragments(conditions, ' and ')}`
    return db.read.sql<{ id: number }>`select id from account ${where} order by id limit ${10}`
  }

  test('splices optional filters, with parameters numbered again', async () => {
    expect(await find({})).toEqual([{ id: 1 }, { id: 2 }])
    expect(await find({ owner: 'bob', atLeast: 50 })).toEqual([{ id: 2 }])
    expect(await find({ atLeast: 101 })).toEqual([])
    expect(await find({ ids: [1], owner: 'ada', atLeast: 1 })).toEqual([{ id: 1 }])
  })

  test('keeps a hostile value a value and a hostile name a name', async () => {
    expect(await find({ owner: "x' or true --" })).toEqual([])
    const table = identifier('odd "name"; drop table account')
    await db.transaction(async (tx) => {
      await tx.sql`create table ${table} (a int)`
      await tx.sql`insert into ${table} values (${3})`
    })
    expect(await db.read.sql`select a from ${table}`).toEqual([{ a: 3 }])
  })

  test('inserts many rows through unnest', async () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ id: n + 10, owner: `o"${n}\\`, balance: n }))
    await db.transaction(
      (tx) => tx.sql`
        insert into account (id, owner, balance)
        select * from unnest(
          ${rows.map(({ id }) => id)}::int[], ${rows.map(({ owner }) => owner)}::text[], ${rows.map(({ balance }) => balance)}::bigint[]
        )`,
    )
    expect(await db.read.sql`select id, owner, balance from account where id >= 10 order by id`).toEqual(rows)
  })
})

describe('values', () => {
  const echo = async (value: unknown, type: string) =>
    (await db.read.sql<{ value: unknown }>`select ${value}::${identifier(type)} as value`)[0]?.value

  test('come back as they went in', async () => {
    const instant = Temporal.Instant.from('2026-11-21T03:15:00.123456Z')
    expect(String(await echo(instant, 'timestamptz'))).toBe('2026-11-21T03:15:00.123456Z')
    expect(String(await echo(Temporal.Instant.from('1969-12-31T23:59:59.999999Z'), 'timestamptz'))).toBe(
      '1969-12-31T23:59:59.999999Z',
    )
    expect(await echo(9007199254740991, 'int8')).toBe(9007199254740991)
    expect(await echo('12345678901234567890.123', 'numeric')).toBe('12345678901234567890.123')
    expect(await echo('2026-02-28', 'date')).toBe('2026-02-28')
    expect(await echo(undefined, 'text')).toBe(null)
    expect(await echo(true, 'bool')).toBe(true)
    expect(await echo(0.1, 'float8')).toBe(0.1)
    expect(await echo(Buffer.from([0, 255, 92]), 'bytea')).toEqual(Buffer.from([0, 255, 92]))
    expect(await echo(json({ a: [1, null, 'ü"\\'] }), 'jsonb')).toEqual({ a: [1, null, 'ü"\\'] })
    expect(await echo(json(null), 'jsonb')).toBe(null)
    expect(await echo('0198b1f2-7c3a-7000-8000-0123456789ab', 'uuid')).toBe('0198b1f2-7c3a-7000-8000-0123456789ab')
  })

  test('arrays come back with nulls, quotes, nesting and emptiness', async () => {
    const arrays = await db.read.sql`select ${['a', null, 'b,c', '"q"', '\\', '', 'NULL', '{}']}::text[] as texts,
      ${[1, 2]}::int8[] as numbers, ${[]}::uuid[] as none, ${[
        [1, 2],
        [3, 4],
      ]}::int[] as nested,
      ${[json({ a: 'x,"y"' })]}::jsonb[] as documents, ${[true, false]}::bool[] as flags,
      ${[Buffer.from([1, 255])]}::bytea[] as bytes, ${[Temporal.Instant.from('2026-01-01T00:00:00Z')]}::timestamptz[] as times`
    expect(arrays).toEqual([
      {
        texts: ['a', null, 'b,c', '"q"', '\\', '', 'NULL', '{}'],
        numbers: [1, 2],
        none: [],
        nested: [
          [1, 2],
          [3, 4],
        ],
        documents: [{ a: 'x,"y"' }],
        flags: [true, false],
        bytes: [Buffer.from([1, 255])],
        times: [Temporal.Instant.from('2026-01-01T00:00:00Z')],
      },
    ])
  })

  test('times after the year 9999 and before the year 1 are read, and written as they were read', async () => {
    const read = async (text: string) => (await db.read.sql`select ${text}::timestamptz as value`)[0]?.['value']
    const printed = [
      ['9999-12-31T23:59:59.9999999Z', '+010000-01-01T00:00:00Z'],
      ['275759-06-01T00:00:00Z', '+275759-06-01T00:00:00Z'],
      ['294276-12-31T23:59:59Z', '+275760-09-13T00:00:00Z'],
      ['infinity', '+275760-09-13T00:00:00Z'],
      ['0001-01-01T00:00:00+14:00', '0000-12-31T10:00:00Z'],
      ['0044-03-15T12:00:00Z BC', '-000043-03-15T12:00:00Z'],
      ['-infinity', '-271821-04-20T00:00:00Z'],
    ] as const
    for (const [text, expected] of printed) {
      const value = await read(text)
      expect(String(value)).toBe(expected)
      expect(String(await echo(value, 'timestamptz'))).toBe(expected)
    }
    expect(await echo(await read('infinity'), 'timestamptz')).toEqual(await read('infinity'))
    const listed = await db.read.sql`select array['infinity', '2026-01-01Z']::timestamptz[] as value`
    expect(String(listed[0]?.['value'])).toBe('+275760-09-13T00:00:00Z,2026-01-01T00:00:00Z')
  })

  test('a bigint that no number holds exactly is an error, not another number', async () => {
    await expect(db.read.sql`select 9007199254740993::int8 as n`).rejects.toThrow('9007199254740993')
    expect(await db.read.sql`select 9007199254740993::int8::text as n`).toEqual([{ n: '9007199254740993' }])
  })

  test('an object that is not marked as json is refused before it is sent', async () => {
    await expect(db.read.sql`select ${{ a: 1 }}::jsonb`).rejects.toThrow('json(value)')
    expect(await db.read.sql`select 1 as one`).toEqual([{ one: 1 }])
  })

  test('a text that PostgreSQL cannot hold is a refusal of the input', async () => {
    const inText = await echo('a\0b', 'text').catch((error: unknown) => error)
    expect(inText).toMatchObject({ kind: 'invalid', code: 'database.unsupported_text' })
    const inJson = await echo(json({ a: '\0' }), 'jsonb').catch((error: unknown) => error)
    expect(inJson).toMatchObject({ kind: 'invalid', code: 'database.unsupported_text' })
  })
})

describe('locks and notifications', () => {
  test('an advisory lock is held until the end of the transaction', async () => {
    await db.transaction(async (tx) => {
      await advisoryXactLock(tx, 'stock')
      await db.transaction(async (other) => {
        expect(await tryAdvisoryXactLock(other, 'stock')).toBe(false)
        expect(await tryAdvisoryXactLock(other, 'prices')).toBe(true)
      })
    })
    await db.transaction(async (tx) => expect(await tryAdvisoryXactLock(tx, 'stock')).toBe(true))
  })

  test('a session lock is held by one and free when its session closes', async () => {
    const [first, second] = await Promise.all([db.session(), db.session()])
    expect([await first.tryLock('relay'), await second.tryLock('relay')]).toEqual([true, false])
    await first.unlock('relay')
    expect([await second.tryLock('relay'), await first.tryLock('relay')]).toEqual([true, false])
    await second.close()
    await expect.poll(() => first.tryLock('relay')).toBe(true)
    await first.close()
  })

  test('a session hears what is notified on its channels', async () => {
    const session = await db.session()
    const heard = Promise.withResolvers<string>()
    await session.listen('Order events', heard.resolve)
    await db.notify('Order events', "it's here")
    expect(await heard.promise).toBe("it's here")
    await session.close()
  })
})
