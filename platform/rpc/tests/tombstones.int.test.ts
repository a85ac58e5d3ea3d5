import { openDatabase } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { systemClock, type AppError } from '@stoa/kernel'
import { refuseFrom, type Tx } from '@stoa/contract'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { rpcMigrations } from '../src/index.ts'
import { keyedWrites, underWayOfRpc } from '../src/write.ts'

const sql = 'create table bookings (key text primary key)'
let own: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  const bookings = { name: 'bookings', migrations: [{ name: '0001-bookings', sql }] }
  own = await testDatabase({ name: 'tombstones', sets: [rpcMigrations, bookings] })
})
afterAll(() => own.close())

type Step = (tx: Tx) => Promise<unknown>

const nothing: Step = async () => {}
const die: Step = (tx) => tx.sql`select pg_terminate_backend(pg_backend_pid())`

/** A process of the callee; its action books under the key, and its compensation deletes the booking. `last` runs before the commit. */
function openProcess() {
  const database = openDatabase({ url: own.url, applicationName: 'callee', statementTimeoutMs: 10_000 })
  onTestFinished(() => database.close())
  const writes = { database, makeTx: (tx: never) => tx, clock: systemClock, underWay: underWayOfRpc() } as never
  const open = (key: string, compensates?: string) =>
    keyedWrites(writes, { method: 'book', key, compensates, deadlineMs: undefined })
  const codeOf = (outcome: Promise<unknown>) =>
    outcome.then(
      (value) => (Object.hasOwn(value as object, 'refused') ? 'refused' : 'done'),
      (error: AppError) => error.code,
    )
  return {
    begin: (key: string) => codeOf(open(key).begin(async () => ({}))),
    book: (key: string, last = nothing) =>
      codeOf(
        open(key).commit(async (tx) => {
          await tx.sql`insert into bookings (key) values (${key}) on conflict do nothing`
          return last(tx)
        }),
      ),
    cancel: (key: string, last = nothing) =>
      codeOf(
        open(`${key}/compensation`, key).commit(async (tx) => {
          await tx.sql`delete from bookings where key = ${key}`
          return last(tx)
        }),
      ),
  }
}

const isBooked = async (key: string) =>
  (await own.database.read.sql`select 1 from bookings where key = ${key}`).length > 0

/** A step that ends when it is told, and reports that it has begun. */
function pausing() {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const pause: Step = async () => {
    begun.resolve()
    await released.promise
  }
  return { pause, begun: begun.promise, release: () => released.resolve() }
}

const unavailable = ['idempotency.in_progress', 'database.unavailable']

/** Repeats a call as its caller does while another call of its key is in progress. */
async function repeated(call: () => Promise<string>): Promise<string> {
  for (;;) {
    const code = await call()
    if (!unavailable.includes(code)) return code
  }
}

test('an action that arrives after its compensation is refused, in every process and every time', async () => {
  const [one, other] = [openProcess(), openProcess()]
  expect(await one.cancel('late')).toBe('done')
  for (const { book } of [one, other, one]) expect(await book('late')).toBe('request.withdrawn')
  expect(await other.begin('late')).toBe('request.withdrawn')
  expect(await isBooked('late')).toBe(false)
  expect(await one.book('another')).toBe('done')
})

test('an action that is repeated after it was undone is refused, and its compensation can be repeated', async () => {
  const { book, cancel } = openProcess()
  const codes = [await book('undone'), await book('undone'), await cancel('undone'), await cancel('undone')]
  expect([...codes, await book('undone')]).toEqual(['done', 'done', 'done', 'done', 'request.withdrawn'])
  expect(await isBooked('undone')).toBe(false)
})

test('a compensation that arrives while its action commits undoes it', async () => {
  const [one, other] = [openProcess(), openProcess()]
  const { pause, begun, release } = pausing()
  const action = one.book('action-first', pause)
  await begun
  const compensation = repeated(() => other.cancel('action-first'))
  release()
  expect([await action, await compensation]).toEqual(['done', 'done'])
  expect(await isBooked('action-first')).toBe(false)
  expect(await one.book('action-first')).toBe('request.withdrawn')
})

test('an action that arrives while its compensation commits is refused', async () => {
  const [one, other] = [openProcess(), openProcess()]
  const { pause, begun, release } = pausing()
  const compensation = one.cancel('compensation-first', pause)
  await begun
  const action = repeated(() => other.book('compensation-first'))
  release()
  expect([await compensation, await action]).toEqual(['done', 'request.withdrawn'])
  expect(await isBooked('compensation-first')).toBe(false)
})

test('of many actions and compensations at once, no action stays', async () => {
  const processes = [openProcess(), openProcess()]
  for (let round = 0; round < 20; round += 1) {
    const calls = processes.flatMap(({ book, cancel }) => [
      repeated(() => cancel(`race-${round}`)),
      repeated(() => book(`race-${round}`)),
    ])
    await Promise.all(calls)
    expect(await isBooked(`race-${round}`)).toBe(false)
  }
})

test('a compensation that is killed before its commit leaves nothing, and does all when it is repeated', async () => {
  const { book, cancel } = openProcess()
  expect(await cancel('killed-compensation', die)).not.toBe('done')
  expect(await book('killed-compensation')).toBe('done')
  expect(await cancel('killed-compensation')).toBe('done')
  expect(await book('killed-compensation')).toBe('request.withdrawn')
  expect(await isBooked('killed-compensation')).toBe(false)
})

test('an action that is killed before its commit is refused after its compensation', async () => {
  const { book, cancel } = openProcess()
  expect(await book('killed-action', die)).not.toBe('done')
  expect([await cancel('killed-action'), await book('killed-action')]).toEqual(['done', 'request.withdrawn'])
  expect(await isBooked('killed-action')).toBe(false)
})

test('an action between its transactions finds that it was compensated', async () => {
  const { begin, book, cancel } = openProcess()
  expect(await begin('external')).toBe('done')
  expect([await cancel('external'), await book('external')]).toEqual(['done', 'request.withdrawn'])
})

test('a compensation that is refused leaves no tombstone', async () => {
  const { book, cancel } = openProcess()
  const refuse = refuseFrom({})
  expect(await book('shipped')).toBe('done')
  expect(await cancel('shipped', async () => refuse('request.stale', 'The goods have left.'))).toBe('refused')
  expect([await book('shipped'), await isBooked('shipped')]).toEqual(['done', true])
})
