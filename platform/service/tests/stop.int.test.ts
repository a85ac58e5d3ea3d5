import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineConfig, serviceSettings, stopTimeMs } from '@stoa/config'
import { describeService, errors, event, post, type Handler } from '@stoa/contract'
import { freePort, startTestService } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { defineService } from '../src/index.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ parcelId: Type.String() }))
const packing = describeService({
  name: 'packing',
  port: 9001,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    pack: post('/api/v1/parcels', {
      summary: 'Pack a parcel',
      permission: 'public',
      owner: 'none',
      body: Type.Object({ parcelId: Type.String() }),
      answers: { 201: Type.Object({}) },
      refuses: [],
    }),
  },
  publishes: { parcelPacked },
  personalData: 'none',
})

test('a service stops within its stated time, whatever hangs in it', async () => {
  const begun = Promise.withResolvers<void>()
  const definition = defineService(packing, {
    config: defineConfig('packing', serviceSettings('packing', packing.port)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'packing-'))),
    deps: () => ({}),
    bind: () => ({
      operations: {
        pack: () => {
          begun.resolve()
          return new Promise<never>(() => {})
        },
      },
      rpc: {},
      consumes: {},
      sagas: {},
      tasks: {},
      personalData: 'none',
    }),
    onStop: () => new Promise(() => {}),
  })
  const settings = { DRAIN_TIMEOUT_MS: '300' }
  const { running, request, stop } = await startTestService(definition, {
    access: { roles: {}, scopes: {} },
    settings,
  })
  const hanging = request('POST', '/api/v1/parcels', { body: { parcelId: 'p' }, key: 'p' }).catch(() => 'cut')
  await begun.promise
  const startMs = performance.now()
  await running.stop()
  // a timer may be late on a busy machine
  expect(performance.now() - startMs).toBeLessThan(stopTimeMs(300) + 5_000)
  expect(await hanging).toBe('cut')
  await stop()
})

test('a service that stops ends the requests in flight, refuses others, and leaves nothing of theirs in its outbox', async () => {
  const begun = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const pack: Handler<typeof packing, 'pack'> = async ({ body, commit }) => {
    begun.resolve()
    await mayEnd.promise
    return commit(async (tx) => {
      await tx.publish(parcelPacked, body.parcelId, body)
      return { status: 201, body: {} }
    })
  }
  const definition = defineService(packing, {
    config: defineConfig('packing', serviceSettings('packing', packing.port)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'packing-'))),
    deps: () => ({}),
    bind: () => ({ operations: { pack }, rpc: {}, consumes: {}, sagas: {}, tasks: {}, personalData: 'none' }),
  })
  const { running, database, request, stop } = await startTestService(definition, { access: { roles: {}, scopes: {} } })
  const ask = (parcelId: string) => request('POST', '/api/v1/parcels', { body: { parcelId }, key: parcelId })
  const answer = ask('p')
  await begun.promise
  const stopped = running.stop()
  await expect.poll(running.isReady).toBe(false)
  const refused = await ask('late').then(
    ({ status }) => status,
    () => 'no connection',
  )
  expect([503, 'no connection']).toContain(refused)
  // A relay that does not wait for the request has gone by then.
  await new Promise((resolve) => setTimeout(resolve, 500))
  mayEnd.resolve()
  expect((await answer).status).toBe(201)
  await stopped
  expect(await database.read.sql`select from outbox`).toEqual([])
  await stop()
})

test('a service that cannot start closes what it has opened', async () => {
  const port = await freePort()
  let isOpen = false
  const definition = defineService(packing, {
    config: defineConfig('packing', serviceSettings('packing', packing.port)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'packing-'))),
    deps: () => ({}),
    bind: () =>
      ({ operations: { pack: () => {} }, rpc: {}, consumes: {}, sagas: {}, tasks: {}, personalData: 'none' }) as never,
    onStart: async () => {
      isOpen = await isListening(port)
      throw new Error('no labels')
    },
  })
  const settings = { PORT: String(port) }
  await expect(startTestService(definition, { access: { roles: {}, scopes: {} }, settings })).rejects.toThrow(
    'no labels',
  )
  expect(isOpen).toBe(true)
  expect(await isListening(port)).toBe(false)
})

function isListening(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health/live`).then(
    () => true,
    () => false,
  )
}
