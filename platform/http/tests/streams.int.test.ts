import { get, type IncomingMessage } from 'node:http'
import { platformError } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OnInvalidated } from '../src/options.ts'
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
const openSilent = (at: Started, headers: Record<string, string> = ada) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(`${at.url}${path}?count=0`, { headers, agent: false }, (response) =>
      response.once('data', () => resolve(response)),
    ).on('error', reject)
  })

test('sends events with their ids, and continues after the last one seen', async () => {
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

test('a stream ends when its token expires, and when its session ends', async () => {
  let tell: Parameters<OnInvalidated>[0] = () => {}
  let isWithdrawn = false
  const guarded = await startParcels(db.database, {
    limits: { heartbeatMs: 20 },
    authenticate: async ({ headers }) => {
      if (isWithdrawn) throw platformError('auth.token_invalid', 'signed with a withdrawn key')
      const [sessionId, lifeMs = '3600000'] = String(headers['x-session']).split('+')
      const can = () => true
      return { kind: 'user', subject: 'ada', roles: [], can, sessionId, expiresAtMs: Date.now() + Number(lifeMs) }
    },
    onInvalidated: (listener) => {
      tell = listener
      return () => (tell = () => {})
    },
  })
  const open = (session: string) => openSilent(guarded, { 'x-session': session })
  const ended = (response: IncomingMessage) => new Promise((resolve) => response.resume().once('end', resolve))
  const brief = await send(guarded.url, `${path}?count=0`, { headers: { 'x-session': 'brief+50' } })
  expect(brief.status).toBe(200)
  const first = ended(await open('one'))
  tell(new Set(['another']))
  expect(guarded.app.inFlight()).toBe(1)
  tell(new Set(['another', 'one']))
  await first
  const second = ended(await open('two'))
  tell('unknown')
  expect(guarded.app.inFlight()).toBe(1)
  isWithdrawn = true
  tell('unknown')
  await second
  expect(guarded.app.inFlight()).toBe(0)
  await guarded.close()
})

test('draining ends streams', async () => {
  const draining = await startParcels(db.database, { limits: { heartbeatMs: 20 } })
  const response = await openSilent(draining)
  const ended = new Promise((resolve) => response.resume().once('end', resolve))
  await draining.app.close()
  await ended
  await draining.close()
})
