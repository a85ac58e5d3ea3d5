import { randomUUID } from 'node:crypto'
import { openDatabase, type Session } from '@stoa/postgres'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sagaMigrations, startSaga } from '../src/index.ts'
import { JournalRefused, makeLanes, WorkerLost, type Lanes } from '../src/lanes.ts'
import { makeDefinitions } from '../src/definitions.ts'
import { lookAround } from '../src/look-around.ts'
import { endHungTransactions, leave, prepareSession, register, takeOver } from '../src/membership.ts'
import { Fenced, writeTransition } from '../src/store.ts'
import type { NewEntry, Transition } from '../src/transition.ts'
import { purchaseSagas, shop } from './purchase.ts'

let own: TestDatabase
const definitions = makeDefinitions(shop, purchaseSagas() as never)
const sessions: Session[] = []

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_fencing', sets: [sagaMigrations] })
})
afterAll(() => own.close())
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close()
})

interface Member {
  readonly id: string
  readonly control: Session
  readonly lanes: Lanes
  fenced: number
}

async function join(): Promise<Member> {
  const id = randomUUID()
  const own1 = await own.database.session()
  const own2 = await own.database.session()
  sessions.push(own1, own2)
  for (const session of [own1, own2]) await prepareSession(session, 5_000)
  await register(own1, id, 'test', 2)
  const member: Member = {
    id,
    control: own1,
    fenced: 0,
    lanes: makeLanes({ ...definitions, worker: id, sessions: [own1, own2], onFenced: () => void member.fenced++ }),
  }
  return member
}

let sagaId: string

beforeEach(async () => {
  const key = randomUUID()
  sagaId = `errand:${key}`
  await own.database.transaction((tx) => startSaga(tx, shop, 'errand', key, { orderId: key }))
})

const databaseOf = (applicationName: string) =>
  openDatabase({ url: own.url, applicationName, statementTimeoutMs: 10_000 })
const move = (id: string, ...seqs: number[]): Transition => ({
  sagaId: id,
  traceId: 'ab'.repeat(16),
  entries: seqs.map((seq): NewEntry => ({
    seq,
    step: 'one',
    kind: 'action',
    outcome: 'succeeded',
    attempts: 1,
    startedAtMs: 0,
    endedAtMs: 0,
  })),
})
const rowsOf = async (id: string) =>
  (await own.database.read.sql<{ seq: number }>`select seq from saga_journal where saga_id = ${id} order by seq`).map(
    ({ seq }) => seq,
  )
const ownerOf = async (id: string) =>
  (await own.database.read.sql<{ owner: string | null }>`select owner from sagas where id = ${id}`)[0]?.owner

test('of two workers that claim a saga at once one gets it', async () => {
  const members = [await join(), await join()]
  const heads = await Promise.all(members.map(({ lanes }) => lanes.claim(sagaId)))
  expect(heads.filter((head) => head !== undefined)).toMatchObject([{ id: sagaId, epoch: 1, state: 'running' }])
  expect(await ownerOf(sagaId)).toBe(members[heads.findIndex((head) => head !== undefined)]?.id)
})

test('a worker that was taken over journals nothing more, claims nothing, and is told', async () => {
  const [old, next] = [await join(), await join()]
  await old.lanes.claim(sagaId)
  await old.lanes.write(move(sagaId, 0))
  const taken = await takeOver(own.database, { dead: old.id, worker: next.id, definitions, limit: 10 })
  expect(taken).toMatchObject([{ head: { id: sagaId, epoch: 2 }, journal: [{ step: 'one' }] }])
  await expect(old.lanes.write(move(sagaId, 1))).rejects.toThrow(WorkerLost)
  expect(old.fenced).toBe(1)
  const free = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'errand', free, { orderId: free }))
  await expect(old.lanes.claim(`errand:${free}`)).rejects.toThrow(WorkerLost)
  expect(await ownerOf(`errand:${free}`)).toBeNull()
  expect(await rowsOf(sagaId)).toEqual([0])
  await next.lanes.write(move(sagaId, 1))
  expect(await rowsOf(sagaId)).toEqual([0, 1])
})

test('a transaction of a former owner does not hold, nor one of an earlier ownership by the same worker', async () => {
  const [old, next] = [await join(), await join()]
  await old.lanes.claim(sagaId)
  await takeOver(own.database, { dead: old.id, worker: next.id, definitions, limit: 10 })
  for (const owner of [
    { worker: old.id, epoch: 1 },
    { worker: old.id, epoch: 2 },
    { worker: next.id, epoch: 1 },
  ]) {
    const written = own.database.transaction((tx) => writeTransition(tx, move(sagaId, 0), owner))
    await expect(written).rejects.toThrow(Fenced)
  }
  expect(await rowsOf(sagaId)).toEqual([])
  await own.database.transaction((tx) => writeTransition(tx, move(sagaId, 0), { worker: next.id, epoch: 2 }))
  expect(await rowsOf(sagaId)).toEqual([0])
})

test('a worker that was taken over takes over nobody', async () => {
  const [first, second, third] = [await join(), await join(), await join()]
  await first.lanes.claim(sagaId)
  await takeOver(own.database, { dead: second.id, worker: third.id, definitions, limit: 10 })
  await expect(takeOver(own.database, { dead: first.id, worker: second.id, definitions, limit: 10 })).rejects.toThrow(
    Fenced,
  )
  await expect(leave(own.database, second.id)).rejects.toThrow(Fenced)
  expect(await ownerOf(sagaId)).toBe(first.id)
})

test('a saga whose row is held is left for later, and its dead worker stays known until then', async () => {
  const [old, next] = [await join(), await join()]
  await old.lanes.claim(sagaId)
  // The dead worker's process hangs inside a transaction, and another process works in one.
  const [hanging, healthy] = [databaseOf('hanging'), databaseOf('healthy')]
  await own.database.transaction(({ sql }) => sql`update saga_workers set application = 'hanging' where id = ${old.id}`)
  const [holder, busy] = [await hanging.session(), await healthy.session()]
  sessions.push(holder, busy)
  await busy.script('begin; select 1')
  await holder.script(`begin; select 1 from sagas where id = '${sagaId}' for update`)
  expect(await takeOver(own.database, { dead: old.id, worker: next.id, definitions, limit: 10 })).toEqual([])
  await expect(old.lanes.write(move(sagaId, 0))).rejects.toThrow(WorkerLost)
  const look = () => lookAround(next.control, { worker: next.id, definitions, room: () => 10 })
  expect((await look()).gone).toContain(old.id)
  await endHungTransactions(next.control, { dead: [old.id], idleMs: 0 })
  await eventually(async () => {
    const taken = await takeOver(own.database, { dead: old.id, worker: next.id, definitions, limit: 10 })
    expect(taken.map(({ head }) => head.id)).toEqual([sagaId])
  })
  expect((await look()).gone).not.toContain(old.id)
  expect(await busy.script('commit')).toBe('COMMIT')
})

test('a process in which a worker lives keeps its transactions when an earlier identity of it is taken over', async () => {
  const [old, young, next] = [await join(), await join(), await join()]
  await own.database.transaction(
    ({ sql }) => sql`update saga_workers set application = 'same' where id = any(${[old.id, young.id]})`,
  )
  const busy = await databaseOf('same').session()
  sessions.push(busy)
  await busy.script('begin; select 1')
  await endHungTransactions(next.control, { dead: [old.id], idleMs: 0 })
  expect(await busy.script('commit')).toBe('COMMIT')
})

test('a worker counts as gone when its session has ended, and is watched by its beat', async () => {
  const [one, other] = [await join(), await join()]
  const look = () => lookAround(other.control, { worker: other.id, definitions, room: () => 10 })
  const around = await look()
  expect(around.gone).not.toContain(one.id)
  expect(around.beats.map(({ worker }) => worker)).toContain(one.id)
  expect(around.beats.map(({ worker }) => worker)).not.toContain(other.id)
  for (const session of sessions.splice(0, 2)) await session.close()
  expect((await look()).gone).toContain(one.id)
  expect((await look()).gone).not.toContain(other.id)
})

test('a row that the journal refuses fails alone', async () => {
  const member = await join()
  const key = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'errand', key, { orderId: key }))
  await member.lanes.claim(sagaId)
  await member.lanes.claim(`errand:${key}`)
  await member.lanes.write(move(sagaId, 0))
  const [again, good] = await Promise.allSettled([
    member.lanes.write(move(sagaId, 0)),
    member.lanes.write(move(`errand:${key}`, 0, 1)),
  ])
  expect([again.status, good.status]).toEqual(['rejected', 'fulfilled'])
  expect(again).toMatchObject({ reason: expect.any(JournalRefused) as unknown })
  expect(await rowsOf(`errand:${key}`)).toEqual([0, 1])
})
