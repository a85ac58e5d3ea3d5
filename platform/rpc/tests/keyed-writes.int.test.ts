import { openDatabase } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { systemClock, type AppError } from '@stoa/kernel'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { rpcMigrations } from '../src/index.ts'
import { keyedWrites, underWayOfRpc, type KeyedCall } from '../src/write.ts'

const sql = `
  create table stock (sku int primary key, changes int default 0);
  insert into stock values (1), (2);
  create table reservations (key text primary key)`
let own: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  own = await testDatabase({
    name: 'keyed',
    sets: [rpcMigrations, { name: 'stock', migrations: [{ name: '0001-stock', sql }] }],
  })
})
afterAll(() => own.close())

/** A process of the callee with three connections to write by. */
function openProcess() {
  const database = openDatabase({
    url: own.url,
    applicationName: 'callee',
    statementTimeoutMs: 10_000,
    writeConnections: 3,
  })
  onTestFinished(() => database.close())
  const writes = { database, makeTx: (tx: never) => tx, clock: systemClock, underWay: underWayOfRpc() }
  return {
    /** Changes the stock of a SKU under a key: `done`, or the code of the refusal. */
    change(key: string, sku: number, more: Partial<KeyedCall> = {}): Promise<string> {
      const call = { method: 'reserve', key, compensates: undefined, deadlineMs: undefined, ...more }
      const { commit } = keyedWrites(writes as never, call)
      return commit(async (tx) => {
        // as every handler does, since an attempt may come after the first has committed
        const [first] = await tx.sql`insert into reservations values (${key}) on conflict do nothing returning key`
        if (first !== undefined) await tx.sql`update stock set changes = changes + 1 where sku = ${sku}`
      }).then(
        () => 'done',
        (error: AppError) => error.code,
      )
    },
  }
}

/** Holds the row of a SKU, as another order does. */
async function holdRow(sku: number): Promise<() => Promise<void>> {
  const holder = await own.database.session()
  await holder.script(`begin; select 1 from stock where sku = ${sku} for update`)
  return async () => {
    await holder.script('rollback')
    await holder.close()
  }
}

const changesOf = async (sku: number) => {
  const [row] = await own.database.read.sql<{ changes: number }>`select changes from stock where sku = ${sku}`
  return row?.changes
}

test.each([
  ['in one process', 1],
  ['in several', 2],
])('attempts of one key %s do not keep others from writing', async (_, count) => {
  const processes = Array.from({ length: count }, openProcess)
  const at = (index: number) => processes[index % count] as (typeof processes)[number]
  const key = `hot-${count}`
  const before = (await changesOf(1)) ?? 0
  const letGo = await holdRow(1)
  const attempts = [at(0).change(key, 1), ...[1, 2, 3, 4].map((index) => at(index).change(key, 1))]
  // all but one wait without a connection, and are told to come again
  expect(await Promise.race(attempts)).toBe('idempotency.in_progress')
  for (const process of processes) expect(await process.change(`other-${count}`, 2)).toBe('done')
  await letGo()
  // one that still waits finds what the first has done
  const outcomes = new Set(await Promise.all(attempts))
  expect(outcomes).toEqual(new Set(['done', 'idempotency.in_progress']))
  expect(await changesOf(1)).toBe(before + 1)
})

test('an action and its compensation do not run side by side', async () => {
  const { change } = openProcess()
  const letGo = await holdRow(1)
  const action = change('pay/action', 1)
  expect(await change('pay/compensation', 2, { compensates: 'pay/action' })).toBe('idempotency.in_progress')
  await letGo()
  expect(await action).toBe('done')
})

test('nothing is changed past the deadline', async () => {
  const before = await changesOf(2)
  const late = await openProcess().change('late', 2, { deadlineMs: Date.now() - 1 })
  expect([late, await changesOf(2)]).toEqual(['request.deadline_exceeded', before])
})
