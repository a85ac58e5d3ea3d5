import { expect, test } from 'vitest'
import { migrationsInCode, migrationsOf } from './migration-texts.ts'
import { checkMigrations, complaintsAbout } from './migrations.ts'
import { findLongLocks, neverNullIn } from './migration-locks.ts'
import { statementsOf } from './migration-statements.ts'
import { root } from './root.ts'

const fixtures = await migrationsOf(root, 'tools/checks/fixtures/migrations')
const complaints = (name: string) =>
  complaintsAbout(
    fixtures.filter((each) => each.name === name),
    [],
  )

test('a migration that only adds what the release before can bear passes', async () => {
  expect(complaints('0001-expand')).toEqual([])
})

test('catches every statement that the release before cannot bear', async () => {
  const found = complaints('0002-contract-unmarked')
    .filter((line) => !line.includes('-- locks:'))
    .map((line) => /"(.*?)" (\w+)/.exec(line)?.[2])
  expect(found).toEqual(['drops', 'adds', 'requires', 'changes', 'refuses', 'renames', 'refuses', 'drops'])
})

test('the last step of an earlier expansion passes, with its reason', async () => {
  expect(complaints('0003-contract-marked')).toEqual([])
  expect(complaints('0004-contract-of-nothing')).toEqual([
    expect.stringContaining('0009-later is not an earlier migration'),
  ])
})

const locks = (sql: string, before = '') => findLongLocks(statementsOf(sql), neverNullIn(statementsOf(before)))

test.each([
  [
    'alter table t add column made_at timestamptz not null default clock_timestamp()',
    'writes the table anew for a default',
  ],
  ['alter table t add column id uuid default gen_random_uuid()', 'writes the table anew for a default'],
  ['alter table t add column n bigserial', 'writes the table anew to number'],
  ['alter table t add column n bigint generated always as identity', 'writes the table anew to number'],
  ["alter table t add column name text generated always as (doc ->> 'name') stored", 'for a computed column'],
  ['alter table t alter column n type bigint', 'writes the table anew for a type'],
  ['alter table t alter column n set not null', 'reads the whole table under a lock; validate a check first'],
  ['alter table t add check (n > 0)', 'add it "not valid"'],
  ['alter table t add constraint f foreign key (a, b) references o (a, b)', 'add it "not valid"'],
  ['alter table t add column o_id int references o', 'locks the table that it references'],
  ['alter table t add constraint u unique (n)', 'add it "using index"'],
  [
    'alter table t add constraint c check (n > 0) not valid; alter table t validate constraint c',
    'in a later migration',
  ],
  ['create index t_by_n on t (n)', 'use "concurrently"'],
  ['create unique index t_by_n on t (n)', 'use "concurrently"'],
  ['drop index t_by_n', 'waits for every reader'],
  ['lock table t in share row exclusive mode', 'locks the table'],
  ['truncate t', 'locks the table'],
  ['update t set n = 0', 'change them in batches'],
  ['delete from t where n = 0', 'change them in batches'],
  ['alter table t set logged', 'writes the table anew'],
])('refuses %s on a table in use', (sql, expected) => {
  expect(locks(sql)).toEqual([expect.stringContaining(expected)])
})

test.each([
  'alter table t add column note text, add column at timestamptz not null default now()',
  "alter table t add column state text not null default 'new(x)' check (state in ('new', 'old'))",
  'alter table t add constraint c check (n > 0) not valid',
  'alter table t validate constraint c',
  'create index concurrently if not exists t_by_n on t (n)',
  'alter table t add constraint u unique using index t_by_n',
  'alter table t alter column n drop not null',
  '-- update t set n = 0\nselect 1',
])('accepts %s', (sql) => {
  expect(locks(sql)).toEqual([])
})

test('accepts them on a table that the same migration makes, which has no rows', () => {
  const table = 'create table t (n int)'
  expect(locks(`${table}; create index t_by_n on t (n); update t set n = 0; alter table t add check (n > 0)`)).toEqual(
    [],
  )
  expect(locks(`${table}; create index o_by_n on o (n)`)).toHaveLength(1)
})

test('requires a column only after a check that an earlier migration has validated', () => {
  const sql = 'alter table t alter column n set not null'
  const added = 'alter table t add constraint t_n check (n is not null) not valid'
  expect(locks(sql, added)).toHaveLength(1)
  expect(locks(sql, `${added}; alter table o validate constraint t_n`)).toHaveLength(1)
  expect(locks(sql, `${added}; alter table t validate constraint t_n`)).toEqual([])
})

test('long locks pass only with a reason', async () => {
  expect(complaints('0005-locks-unmarked')).toEqual([expect.stringContaining('or begin with "-- locks: <reason>"')])
  expect(complaints('0006-locks-marked')).toEqual([])
})

test('an exception for a migration that needs none is refused', () => {
  const expansion = fixtures.filter(({ name }) => name === '0001-expand')
  const path = 'tools/checks/fixtures/migrations/0001-expand.sql'
  expect(complaintsAbout(expansion, [{}, { [path]: 'before the first release' }])).toEqual([
    `${path}: needs no exception`,
  ])
})

test('finds the migrations that the platform declares in code', async () => {
  const found = (await migrationsInCode(root)).map(({ id }) => id)
  expect(found).toContain('platform/events/src/service-schema.ts 0001-outbox-and-inbox')
  expect(found).toContain('platform/saga/src/schema.ts 0002-add-versions-and-retention')
  expect(found).toContain('platform/service/src/erased-subjects.ts 0003-is-erased')
})

test('migrations of services pass', async () => {
  expect(await checkMigrations(root, ['services', 'control', 'examples', 'tools', 'platform'])).toEqual([])
})
