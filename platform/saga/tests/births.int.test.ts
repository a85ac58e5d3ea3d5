import { randomUUID } from 'node:crypto'
import type { WriteHandle } from '@stoa/contract'
import { sendWithCommit } from '@stoa/postgres'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, startSaga, type SagaEngine } from '../src/index.ts'
import { makeWorld, notesMigrations, shop, startEngine, type World } from './purchase.ts'

let own: TestDatabase
let world: World
const engines: SagaEngine[] = []

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_births', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

const start = async (more: Parameters<typeof startEngine>[2] = {}) => {
  const engine = await startEngine(own.database, world, { leaseMs: 1_000, ...more })
  engines.push(engine)
  return engine
}
const errand = (tx: WriteHandle, orderId: string) => startSaga(tx, shop, 'errand', orderId, { orderId })
/** Notes with whom a saga begins, as the last statement of its transaction. */
const noteOwner = (tx: WriteHandle, orderId: string, owners: (string | null)[]) =>
  sendWithCommit(tx, async () => {
    const rows = await tx.sql<{ owner: string | null }>`select owner from sagas where id = ${`errand:${orderId}`}`
    owners.push(...rows.map(({ owner }) => owner))
  })
const workers = async () => {
  const rows = await own.database.read.sql<{
    id: string
  }>`select id from saga_workers where not is_dead order by started_at`
  return rows.map(({ id }) => id)
}
const comesTo = (engine: SagaEngine, orderId: string, state: string) =>
  eventually(async () => expect(await engine.show(`errand:${orderId}`)).toMatchObject({ state }))
const callsOf = (orderId: string) => world.calls.filter(({ key }) => key.startsWith(`errand:${orderId}/`)).length

describe('a saga that is started in a process with an engine', () => {
  test('belongs to its worker from the start, and is driven without being claimed', async () => {
    const engine = await start()
    const orderId = randomUUID()
    const [worker] = await workers()
    const owners: (string | null)[] = []
    await own.database.transaction(async (tx) => {
      await errand(tx, orderId)
      noteOwner(tx, orderId, owners)
    })
    expect(owners).toEqual([worker])
    await comesTo(engine, orderId, 'completed')
    const [head] = await own.database.read.sql`select epoch from sagas where id = ${`errand:${orderId}`}`
    expect(head).toEqual({ epoch: 1 })
    expect(callsOf(orderId)).toBe(3)
  })

  test('is taken over with the others when its worker dies before the commit', async () => {
    const first = await start()
    const orderId = randomUUID()
    const owners: (string | null)[] = []
    await own.database.transaction(async (tx) => {
      await errand(tx, orderId)
      noteOwner(tx, orderId, owners)
      // The takeover waits for this meanwhile.
      sendWithCommit(tx, () => tx.sql`select pg_sleep(0.7)`)
      setTimeout(() => {
        first.abandon()
        void start()
      }, 100)
    })
    expect(owners).not.toContain(null)
    await eventually(() => expect(engines).toHaveLength(2))
    const second = engines.at(-1) ?? first
    await comesTo(second, orderId, 'completed')
    const [head] = await own.database.read.sql`select epoch from sagas where id = ${`errand:${orderId}`}`
    expect(head).toEqual({ epoch: 2 })
    expect(await workers()).toHaveLength(1)
  })

  test('belongs to no worker while another one takes this one over', async () => {
    const engine = await start()
    const [worker] = await workers()
    const orderId = randomUUID()
    const takeover = await own.database.session()
    await takeover.script(`begin; update saga_lanes set epoch = epoch + 1 where worker = '${worker}' and lane >= 100`)
    const owners: (string | null)[] = []
    await own.database.transaction(async (tx) => {
      await errand(tx, orderId)
      noteOwner(tx, orderId, owners)
    })
    expect(owners).toEqual([null])
    await comesTo(engine, orderId, 'completed')
    await takeover.script('rollback')
    await takeover.close()
  })

  test('keeps a place only until its transaction has ended', async () => {
    const engine = await start({ maxActive: 2 })
    const orderIds = [randomUUID(), randomUUID(), randomUUID()]
    const owners: (string | null)[] = []
    const all = async (tx: WriteHandle) => {
      for (const orderId of orderIds) {
        await errand(tx, orderId)
        noteOwner(tx, orderId, owners)
      }
    }
    for (let nth = 0; nth < 3; nth++) {
      const rolledBack = own.database.transaction(async (tx) => {
        await all(tx)
        throw new Error('no')
      })
      await expect(rolledBack).rejects.toThrow('no')
    }
    await own.database.transaction(all)
    expect(owners.map((owner) => owner !== null)).toEqual([true, true, false])
    for (const orderId of orderIds) await comesTo(engine, orderId, 'completed')
  })

  test('is driven although the response to its commit was lost', async () => {
    const engine = await start()
    const [worker] = await workers()
    const orderId = randomUUID()
    const lost = own.database.transaction(async (tx) => {
      await errand(tx, randomUUID())
      const [row] = await tx.sql<{ pid: number }>`select pg_backend_pid() as pid`
      sendWithCommit(tx, () => tx.sql`select pg_sleep(5)`)
      setTimeout(() => void own.database.read.sql`select pg_terminate_backend(${row?.pid})`, 200)
    })
    await expect(lost).rejects.toMatchObject({ code: 'database.outcome_unknown' })
    // As it would look if the server had come to the end of that commit.
    await own.database.transaction(
      ({ sql }) => sql`
        insert into sagas (id, name, key, version, input, owner, epoch)
        values (${`errand:${orderId}`}, 'errand', ${orderId}, 1, '{"orderId":"o"}', ${worker}, 1)`,
    )
    await comesTo(engine, orderId, 'completed')
  })
})
