import { randomUUID } from 'node:crypto'
import type { Sql } from '@stoa/contract'
import type { Session } from '@stoa/postgres'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeDefinitions } from '../src/definitions.ts'
import { sagaMigrations } from '../src/index.ts'
import { flush, type FlushLane } from '../src/flush.ts'
import { listSagas } from '../src/list-sagas.ts'
import { lookAround } from '../src/look-around.ts'
import { prepareSession, register } from '../src/membership.ts'
import type { Transition } from '../src/transition.ts'
import { purchaseSagas, shop } from './purchase.ts'

let own: TestDatabase
let session: Session
const definitions = makeDefinitions(shop, purchaseSagas() as never)
const worker = randomUUID()

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_plans', sets: [sagaMigrations] })
  session = await own.database.session()
  await prepareSession(session, 30_000)
  await register(session, worker, 'test', 1)
})
afterAll(async () => {
  await session.close()
  await own.close()
})
afterEach(() => session.script('truncate sagas, saga_journal, saga_signals; analyze sagas'))

const rows = (state: string, count: number, owner = 'null', name = 'errand') => `
  insert into sagas (id, name, key, version, state, input, owner, epoch, ended_at, created_at)
  select '${name}:${state}' || n, '${name}', '${state}' || n, 1, '${state}', '{"orderId":"o"}', ${owner},
    case when ${owner}::uuid is null then 0 else 1 end,
    case when '${state}' like 'comp%d' then clock_timestamp() end, clock_timestamp() - n * interval '1 second'
  from generate_series(1, ${count}) n;`

/** The tables as they may stand: what the planner was last told of them may be long out of date. */
const situations: readonly [string, string][] = [
  ['never analysed', rows('running', 4_000) + rows('completed', 4_000)],
  ['analysed when all had ended', `${rows('completed', 4_000)} analyze sagas; ${rows('running', 4_000)}`],
  ['analysed when none had', `${rows('running', 4_000)} analyze sagas; ${rows('completed', 4_000)}`],
]

interface PlanNode {
  readonly [key: string]: unknown
  readonly Plans?: readonly PlanNode[]
}

/** How many rows a plan touched, those it threw away included. */
function rowsIn(node: PlanNode): number {
  const loops = Number(node['Actual Loops'] ?? 1)
  const own = Object.entries(node).flatMap(([key, value]) =>
    key === 'Actual Rows' || key.startsWith('Rows Removed') ? [Number(value)] : [],
  )
  return (
    own.reduce((sum, count) => sum + count, 0) * loops + (node.Plans ?? []).reduce((sum, each) => sum + rowsIn(each), 0)
  )
}

/** Runs a statement on a connection and then again, as it was prepared, under `explain analyze`. */
async function rowsTouched(
  run: (session: Session) => Promise<unknown>,
  prepare: (session: Session) => Promise<void> = (each) => prepareSession(each, 30_000),
  onPlan: (plan: PlanNode) => void = () => {},
): Promise<number> {
  const connection = await own.database.session()
  let values: unknown[] = []
  const sql: Sql = (strings, ...given) => {
    values = given.flatMap(flat)
    return connection.sql(strings, ...given)
  }
  try {
    await prepare(connection)
    await connection.script('begin')
    await run({ ...connection, sql })
    await connection.script('rollback')
    const plan = await planOfPrepared(connection, values)
    onPlan(plan)
    return rowsIn(plan)
  } finally {
    connection.cut()
  }
}

/** Runs a statement and then again, as it was prepared, and counts the pages of tables and indexes that it read. */
async function pagesRead(run: (session: Session) => Promise<unknown>): Promise<number> {
  let pages = 0
  await rowsTouched(run, undefined, (plan) => {
    pages = Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks'])
  })
  return pages
}

async function planOfPrepared({ sql, script }: Session, values: readonly unknown[]): Promise<PlanNode> {
  const [prepared] = await sql<{ name: string }>`select name from pg_prepared_statements order by prepare_time limit 1`
  const explain = `explain (analyze, buffers, timing off, format json) execute "${prepared?.name}"(${values.map(literal).join()})`
  await script(`
    begin; create temporary table plan (line json) on commit drop;
    do $$ declare line json; begin execute $q$${explain}$q$ into line; insert into plan values (line); end $$`)
  const [row] = await sql<{ line: readonly { readonly Plan: PlanNode }[] }>`select line from plan`
  return row?.line[0]?.Plan ?? {}
}

function flat(value: unknown): unknown[] {
  const nested = value as { readonly strings?: unknown; readonly values?: readonly unknown[] } | null
  return typeof nested === 'object' && nested?.strings !== undefined ? (nested.values ?? []).flatMap(flat) : [value]
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return literal(`{${value.map((each) => JSON.stringify(each ?? null)).join()}}`)
  return `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(`'`, `''`)}'`
}

const laneOn = (each: Session): FlushLane => ({ ...definitions, worker, number: 0, session: each })
const ids = Array.from({ length: 100 }, (_, n) => `errand:running${n + 1}`)

test.each(situations)('a claim touches the rows it claims, on tables %s', async (_name, script) => {
  await session.script(script)
  expect(await rowsTouched((each) => flush(laneOn(each), [], ids))).toBeLessThan(40 * ids.length)
})

test.each(situations)('a look for work touches the rows it returns, on tables %s', async (_name, script) => {
  await session.script(script)
  const look = { worker, definitions, room: () => 100 }
  const touched = await rowsTouched((each) => lookAround(each, look))
  expect(touched).toBeLessThan(40 * 100)
})

test('under an old snapshot a narrow look touches no signals that were read long ago', async () => {
  const old = await own.database.session()
  await old.script('begin isolation level repeatable read; select count(*) from saga_signals')
  await session.script(`
    insert into saga_signals (saga_id, name, sent_at)
    select 'errand:' || n, 'review', clock_timestamp() - interval '5 minutes' from generate_series(1, 20000) n;
    delete from saga_signals; analyze saga_signals`)
  const look = (isNarrow: boolean) => (each: Session) =>
    lookAround(each, { worker, definitions, room: () => 100, isNarrow })
  const [whole, narrow] = [await pagesRead(look(false)), await pagesRead(look(true))]
  await old.script('rollback')
  await old.close()
  expect(whole).toBeGreaterThan(150)
  expect(narrow).toBeLessThan(60)
})

test('completed sagas of a type are found among as many compensated ones', async () => {
  await session.script(`
    ${rows('compensated', 4_000, 'null', 'purchase')} ${rows('completed', 20, 'null', 'purchase')}
    update sagas set created_at = created_at - interval '1 day' where state = 'completed'; analyze sagas;`)
  const touched = await rowsTouched(
    (each) => listSagas(each, { state: 'completed', type: 'purchase', limit: 10 }),
    async () => {},
  )
  expect(touched).toBeLessThan(100)
})

test('a flush touches the rows it writes, of a worker that owns many', async () => {
  await session.script(`${rows('completed', 4_000)} analyze sagas; ${rows('running', 4_000, `'${worker}'`)}`)
  const ends = ids.map((sagaId): Transition => {
    return { sagaId, traceId: '', entries: [], head: { state: 'completed', reason: undefined }, dropsSignals: true }
  })
  expect(await rowsTouched((each) => flush(laneOn(each), ends, []))).toBeLessThan(60 * ids.length)
})

test('a list by state or by type touches the rows of its page', async () => {
  await session.script(`
    ${rows('completed', 4_000)} ${rows('completed', 3, 'null', 'purchase')} ${rows('waiting', 3)} ${rows('compensated', 3)}
    ${rows('stuck', 3)} ${rows('running', 3)} ${rows('compensating', 3, `'${worker}'`)} analyze sagas;`)
  const queries = [
    {},
    { type: 'purchase' },
    { state: 'completed' },
    { state: 'running' },
    { state: 'waiting' },
    { state: 'waiting', type: 'errand' },
    { state: 'compensating' },
    { state: 'stuck' },
    { state: 'stuck', type: 'purchase' },
    { state: 'compensated' },
  ] as const
  for (const query of queries) {
    const touched = await rowsTouched(
      (each) => listSagas(each, { ...query, limit: 10 }),
      async () => {},
    )
    expect([query, touched, touched < 400]).toEqual([query, touched, true])
  }
})
