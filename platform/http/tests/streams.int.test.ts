import { get, type IncomingMessage } from 'node:http'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ada, bob, send } from './client.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-streams' })
  parcels = await startParcels(db.database, { limits: { heartbeatMs: 20 } })
})

afterAll(async () => {
  await parcels?.close()
  await db?.close()
})

const path = '/api/v1/owners/ada/events'

/** Opens a stream that stays silent, and resolves at its first heartbeat. */
const openSilent = (at: Started) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(`${at.url}${path}?count=0`, { headers: ada, agent: false }, (response) =>
      response.once('data', () => resolve(response)),
    ).on('error', reject)
  })

test('sends events with their ids, and goes on after the last one seen', async () => {
  const answer = await send(parcels.url, path, { headers: { ...ada, 'last-event-id': '7' } })
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream'])
  const events = [8, 9, 10].map((n) => `id: ${n}\nevent: moved\ndata: {"n":${n},"of":"ada"}\n\n`)
  expect(answer.text.replaceAll(':\n\n', '')).toBe(events.join(''))
})

test('refuses a stream like any other request', async () => {
  expect((await send(parcels.url, path)).status).toBe(401)
  expect((await send(parcels.url, path, { headers: bob })).status).toBe(404)
  expect((await send(parcels.url, `${path}?count=1000`, { headers: ada })).status).toBe(422)
})

test('keeps a silent stream alive, and ends it when the client leaves', async () => {
  const response = await openSilent(parcels)
  expect(parcels.app.inFlight()).toBe(1)
  response.destroy()
  await expect.poll(() => parcels.app.inFlight()).toBe(0)
})

test('draining ends streams', async () => {
  const draining = await startParcels(db.database, { limits: { heartbeatMs: 20 } })
  const response = await openSilent(draining)
  const ended = new Promise((resolve) => response.resume().once('end', resolve))
  await draining.app.close()
  await ended
  await draining.close()
})
