import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connect,
  messageOf,
  passwordOf,
  rawSocket,
  refusalOf,
  startMessage,
  startSqlMart,
  type SqlMart,
} from './sql-kit.ts'
import { emptyLake, sale, writeStar } from './star-kit.ts'

let mart: SqlMart
let lake: string
let client: Client
beforeAll(async () => {
  lake = await emptyLake()
  mart = await startSqlMart(lake, { SQL_SESSIONS_PER_CALLER: '3', SQL_STATEMENT_TIMEOUT_MS: '1500' })
  await writeStar(lake, {
    dim_date: [{ day: '2026-11-28', weekday: 6 }],
    dim_product: [{ sku: 'TEA', product_name: 'Grün 🍵', category: 'tea' }],
    fact_sales: [
      sale({ order_id: 'a', amount: 1_001, quantity: 2 }),
      sale({ order_id: 'b', amount: '9007199254740993' }),
    ],
  })
  client = await connect(mart.port)
})
afterAll(async () => {
  await client.end()
  await mart.service.stop()
  await rm(lake, { recursive: true, force: true })
})

test('a client reads the star schema with the types of its columns', async () => {
  const { rows, fields } = await client.query(
    `select order_id, day, is_confirmed, quantity, amount, product_name, sum(amount) over () as total, null as nothing
     from fact_sales join dim_product using (sku) order by order_id`,
  )
  expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
    ['order_id', 25],
    ['day', 1082],
    ['is_confirmed', 16],
    ['quantity', 20],
    ['amount', 20],
    ['product_name', 25],
    ['total', 1700],
    ['nothing', 23],
  ])
  const [first] = rows
  expect({ ...first, day: first.day.toDateString() }).toEqual({
    order_id: 'a',
    day: 'Sat Nov 28 2026',
    is_confirmed: true,
    quantity: '2',
    amount: '1001',
    product_name: 'Grün 🍵',
    total: '9007199254741994',
    nothing: null,
  })
  expect(rows[1].amount).toBe('9007199254740993')
})

test('parameters are values of the types that the statement gives them, in any order and as null', async () => {
  const statement = `select count(*) as n, $3 as said from fact_sales where day >= $1 and amount > $2 and ($4 is null or sku = $4) limit $5`
  const { rows } = await client.query(statement, ['2026-11-01', 1_000, `'); drop table x; --`, null, 5])
  expect(rows).toEqual([{ n: '2', said: `'); drop table x; --` }])
  const prepared = { name: 'of-sku', text: 'select order_id from fact_sales where sku = $1 order by 1' }
  expect((await client.query({ ...prepared, values: ['TEA'] })).rows).toEqual([{ order_id: 'a' }, { order_id: 'b' }])
  expect((await client.query({ ...prepared, values: ['CUP'] })).rows).toEqual([])
  expect(await refusalOf(client.query(statement, ['no day', 1, '', null, 1]))).toMatchObject({ code: '22P02' })
})

test('tools find the tables and their columns in the catalog of PostgreSQL', async () => {
  const relations = await client.query(
    `SELECT n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname OPERATOR(pg_catalog.~) '^(fact_sales)$' COLLATE pg_catalog.default AND n.nspname !~ '^pg_'
       AND pg_catalog.pg_table_is_visible(c.oid)`,
  )
  expect(relations.rows).toEqual([{ nspname: 'public', relname: 'fact_sales' }])
  const columns = await client.query(
    `select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
     where a.attrelid = 'public.fact_sales'::regclass and a.attname in ('day', 'amount') order by 1`,
  )
  expect(columns.rows).toEqual([
    { attname: 'amount', type: 'bigint' },
    { attname: 'day', type: 'date' },
  ])
  const { rows } = await client.query(
    `select table_name, column_name, data_type from information_schema.columns where table_name = $1 order by ordinal_position`,
    ['dim_date'],
  )
  expect(rows).toEqual([
    { table_name: 'dim_date', column_name: 'day', data_type: 'date' },
    { table_name: 'dim_date', column_name: 'weekday', data_type: 'integer' },
  ])
  expect((await client.query('select pg_catalog.version() as v')).rows[0].v).toMatch(/^PostgreSQL 9\.6/)
  expect(await refusalOf(client.query('select view_definition from information_schema.views'))).toEqual({})
})

const refused: readonly [string, string, string | undefined][] = [
  ['select nothing from fact_sales', '42703', '8'],
  [`select '🍵', nothing from fact_sales`, '42703', '13'],
  ['select * from nowhere', '42P01', '15'],
  ['selec 1', '42601', '1'],
  ['select 1; select nothing from fact_sales', '42703', '18'],
  ['select nothing(1)', '42883', '8'],
  [`select 'x'::int`, '22P02', '11'],
  ['delete from fact_sales', '25006', undefined],
  ['create table t as select 1', '25006', undefined],
  ['with x as (delete from fact_sales returning 1) select * from x', '42601', undefined],
  [`copy (select 1) to '/tmp/stoa-sql-copied'`, '25006', undefined],
  [`attach '/tmp/x.db'`, '25006', undefined],
  ['pragma database_list', '25006', undefined],
  ['install httpfs', '25006', undefined],
  ['load json', '25006', undefined],
  ['explain delete from fact_sales', '25006', undefined],
  ['explain analyze create table t as select 1', '25006', undefined],
  [`select * from read_csv('/etc/passwd')`, '42501', '15'],
  [`select * from read_parquet('http://127.0.0.1:1/x')`, '42501', '15'],
  [`select * from glob('/*')`, '42501', '15'],
  [`select * from query('drop view fact_sales')`, '42501', '15'],
  [`select (select content from read_text('/etc/passwd'))`, '42501', '29'],
  [`select * from '/etc/passwd'`, '42P01', '15'],
  ['select * from duckdb_settings()', '42501', '15'],
  ['select * from duckdb_views', '42P01', '15'],
  [`select getenv('HOME')`, '42501', '8'],
  ['set lock_configuration = false; select 1; pragma x', '25006', undefined],
]

test.each(refused)('refuses %s with %s', async (statement, code, position) => {
  const refusal = await refusalOf(client.query(statement))
  expect([refusal.code, refusal.position]).toEqual([code, position])
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('refuses files of the star schema itself, which earlier versions are in', async () => {
  const { message = '', code } = await refusalOf(
    client.query(`select * from '${join(lake, 'star/fact_sales/**/*.parquet')}'`),
  )
  expect([code, message]).toEqual(['42P01', expect.stringContaining('does not exist')])
})

test('refuses a password that is none, and an account without the permission of the query API', async () => {
  expect(await refusalOf(connect(mart.port, 'none'))).toMatchObject({ code: '28P01' })
  expect(await refusalOf(connect(mart.port, passwordOf(['customer'])))).toMatchObject({ code: '42501' })
})

test('a statement reads one state of the mart, and the next one that of a newer run', async () => {
  const lakeOfOwn = await emptyLake()
  const { service, port } = await startSqlMart(lakeOfOwn)
  const own = await connect(port)
  expect(await refusalOf(own.query('select * from fact_sales'))).toMatchObject({ code: '42P01' })
  const prepared = { name: 'count', text: 'select count(*)::int as n from fact_sales' }
  for (const n of [1, 3, 2]) {
    await writeStar(lakeOfOwn, { fact_sales: Array.from({ length: n }, (_, index) => sale({ order_id: `o${index}` })) })
    expect((await own.query(prepared)).rows).toEqual([{ n }])
  }
  await own.end()
  await service.stop()
  await rm(lakeOfOwn, { recursive: true, force: true })
})

const endless = 'select count(*) from range(1000000000) a, range(1000000000) b where a.range + b.range = -1'

test('a statement ends with its time, with a cancel request, and when its client leaves', async () => {
  expect(await refusalOf(client.query(endless))).toMatchObject({ code: '57014', message: /timeout/ })
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const canceled = refusalOf(client.query(endless))
  const request = Buffer.alloc(16)
  for (const [index, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value, index * 4)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const socket = await rawSocket(mart.port)
  socket.end(request)
  expect(await canceled).toMatchObject({ code: '57014', message: /user request/ })
})

test('one account has only so many sessions', async () => {
  const password = passwordOf(['analyst'], newId())
  const own = await Promise.all([1, 2, 3].map(() => connect(mart.port, password)))
  expect(await refusalOf(connect(mart.port, password))).toMatchObject({ code: '53300' })
  await own.pop()?.end()
  await eventually(async () => own.push(await connect(mart.port, password)))
  await Promise.all(own.map((each) => each.end()))
})

test.each([
  ['a length that is huge', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ['a length that is negative', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a start without a password', Buffer.concat([startMessage(), messageOf('Q', 'select 1\0')])],
  ['a message that ends before its text', Buffer.concat([startMessage(), messageOf('p', 'no end')])],
])('closes a connection that sends %s', async (_, bytes) => {
  const socket = await rawSocket(mart.port)
  socket.on('error', () => {})
  socket.write(bytes)
  socket.resume()
  await once(socket, 'close')
})

test('closes a session whose messages are too long or unknown', async () => {
  for (const bytes of [Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]), messageOf('?', 'x')]) {
    const socket = await rawSocket(mart.port)
    socket.on('error', () => {})
    socket.write(Buffer.concat([startMessage(), messageOf('p', `${passwordOf()}\0`), bytes]))
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    await once(socket, 'close')
    expect(text).toContain('08P01')
  }
})
