import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'node:http'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ada, newKey, send } from './client.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started
/** Polls so seldom that only an announcement can wake it. */
let announced: Started

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-waiting' })
  parcels = await startParcels(db.database, { limits: { maxWaitSeconds: 2, pollMs: 50 } })
  announced = await startParcels(db.database, { limits: { pollMs: 60_000 } })
})

afterAll(async () => {
  await parcels?.close()
  await announced?.close()
  await db?.close()
})

const create = (prefer: string | undefined, key = newKey(), at = parcels) =>
  send(at.url, '/api/v1/parcels', {
    method: 'POST',
    headers: { ...ada, ...key, ...(prefer && { prefer }) },
    json: { label: 'waited for' },
  })

const move = async (status: string) => {
  for (;;) {
    const rows = await db.database.transaction(
      ({ sql }) =>
        sql<{
          id: string
        }>`update parcels set status = ${status}, version = version + 1 where status = 'pending' returning id`,
    )
    if (rows[0] !== undefined) return rows[0].id
    await delay(5)
  }
}

test('does not wait unless it is asked to', async () => {
  const answer = await create(undefined)
  expect([answer.status, answer.body.status, answer.headers['preference-applied']]).toEqual([201, 'pending', undefined])
  expect((await create('respond-async')).headers['preference-applied']).toBe('respond-async')
  await db.database.transaction(({ sql }) => sql`delete from parcels`)
})

test('waits for the outcome, found by the poll', async () => {
  const [answer] = await Promise.all([create('wait=2'), move('sent')])
  expect([answer.status, answer.body.status, answer.headers['etag']]).toEqual([201, 'sent', '"2"'])
  expect(answer.headers['preference-applied']).toBe('wait=2')
})

// Without the announcement it would wait for longer than the test may take.
test('waits for the outcome, woken by its announcement, without a connection', async () => {
  const answer = create('wait=20', newKey(), announced)
  const id = await move('sent')
  expect(db.database.stats().write.open - db.database.stats().write.idle).toBe(0)
  // Announced again until it has been heard: the request may not listen yet.
  const timer = setInterval(() => announced.announce(id), 5)
  expect((await answer).body.status).toBe('sent')
  clearInterval(timer)
})

test('answers what there is when the time is over, and waits again on a repeat', async () => {
  const key = newKey()
  const first = await create('wait=1', key)
  expect([first.status, first.body.status]).toEqual([201, 'pending'])
  const [second] = await Promise.all([create('wait=2', key), move('lost')])
  expect([second.status, second.body.status, second.body.id]).toEqual([201, 'lost', first.body.id])
})

test('waits no longer than the limit', async () => {
  const answer = await create('wait=900')
  expect([answer.body.status, answer.headers['preference-applied']]).toEqual(['pending', 'wait=2'])
  await move('lost')
})

test('the outcome names the status, or the refusal, again on each repeat', async () => {
  const { body } = await create(undefined)
  const key = newKey()
  const callOff = (prefer: string) =>
    send(parcels.url, `/api/v1/parcels/${body.id}/call-off`, { method: 'POST', headers: { ...ada, ...key, prefer } })
  expect((await callOff('wait=0')).status).toBe(202)
  const [called] = await Promise.all([callOff('wait=2'), move('called_off')])
  expect([called.status, called.body.status]).toEqual([200, 'called_off'])
  await db.database.transaction(({ sql }) => sql`update parcels set status = 'sent' where id = ${body.id}`)
  const left = await callOff('wait=2')
  expect([left.status, left.body.code]).toEqual([409, 'parcel.has_left'])
  expect(await db.database.read.sql`select 1 from attempts`).toHaveLength(1)
})

test('a client that leaves ends the wait', async () => {
  const { hostname, port } = new URL(announced.url)
  const payload = JSON.stringify({ label: 'left' })
  const headers = {
    ...ada,
    ...newKey(),
    prefer: 'wait=20',
    'content-type': 'application/json',
    'content-length': payload.length,
  }
  const outgoing = request({ hostname, port, path: '/api/v1/parcels', method: 'POST', headers, agent: false })
  outgoing.on('error', () => {})
  outgoing.end(payload)
  await expect.poll(async () => db.database.read.sql`select 1 from parcels where label = 'left'`).toHaveLength(1)
  await expect.poll(() => announced.listening()).toBe(1)
  outgoing.destroy()
  await expect.poll(() => announced.listening()).toBe(0)
  await expect.poll(() => announced.app.inFlight()).toBe(0)
  await expect.poll(() => announced.lines().some(({ status }) => status === 499)).toBe(true)
  await move('lost')
})

test('draining ends waits with what there is, lets requests end, and refuses new ones', async () => {
  const draining = await startParcels(db.database, {
    limits: { pollMs: 60_000 },
    extraRoutes: [{ path: '/health/live', permission: 'public', handle: (_, response) => void response.end('live') }],
  })
  const waiting = create('wait=20', newKey(), draining)
  await expect.poll(async () => db.database.read.sql`select 1 from parcels where status = 'pending'`).toHaveLength(1)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  draining.hall.duringCreate = () => gate
  const slow = create(undefined, newKey(), draining)
  await expect.poll(() => draining.app.inFlight()).toBe(2)
  await expect.poll(() => draining.hall.createdRuns).toBe(2)
  const closed = draining.app.close()
  expect((await waiting).body.status).toBe('pending')
  const refused = await create(undefined, newKey(), draining)
  expect([refused.status, refused.body.code, refused.headers['connection']]).toEqual([503, 'service.draining', 'close'])
  expect((await send(draining.url, '/health/live')).text).toBe('live')
  open()
  expect((await slow).status).toBe(201)
  await closed
  expect(draining.app.inFlight()).toBe(0)
  await draining.close()
})
