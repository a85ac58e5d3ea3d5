import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, event } from '@stoa/contract'
import { startTestService } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { defineService } from '../src/index.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({}))
const described = {
  port: 9001,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  personalData: 'none',
} as const
const dispatching = describeService({ ...described, name: 'dispatching', consumes: { parcelPacked } })
const operator = { subject: 'olga', roles: ['operator'] }
const access = { roles: { operator: ['ops'] }, scopes: { stoa: 'all' } } as const

async function startDispatching(onPacked: () => void) {
  const definition = defineService(dispatching, {
    config: defineConfig('dispatching', serviceSettings('dispatching', 9001)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'dispatching-'))),
    deps: () => ({}),
    bind: () => ({
      operations: {},
      rpc: {},
      consumes: { parcelPacked: { apply: async () => onPacked() } },
      sagas: {},
      tasks: {},
      personalData: 'none',
    }),
  })
  const service = await startTestService(definition, { access })
  onTestFinished(service.stop)
  return service
}

test('an operator sees the components of the instance that answers', async () => {
  const { request, running } = await startDispatching(() => {})
  expect((await request('GET', '/admin/health')).status).toBe(401)
  expect(await request('GET', '/admin/health', { as: operator })).toMatchObject({
    status: 200,
    body: { instance: running.instanceId, status: 'up', components: { database: { status: 'up' } } },
  })
  expect((await request('POST', '/admin/health', { as: operator })).status).toBe(404)
})

test('an operator pauses the consumers of a service and resumes them; nobody else can', async () => {
  let packed = 0
  const { request, receive } = await startDispatching(() => void packed++)
  await receive(parcelPacked, 'a', {})
  await expect.poll(() => packed).toBe(1)
  expect((await request('POST', '/admin/consumer/pause')).status).toBe(401)
  expect(await request('POST', '/admin/consumer/pause', { as: operator })).toMatchObject({
    status: 200,
    body: { group: 'dispatching', isPaused: true },
  })
  await receive(parcelPacked, 'b', {})
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(packed).toBe(1)
  const paused = await request('GET', '/admin/consumer', { as: operator })
  expect(paused.body).toMatchObject({ pausedSince: expect.any(String), lag: 1 })
  expect((await request('POST', '/admin/consumer/resume', { as: operator })).body).toMatchObject({ isPaused: false })
  await expect.poll(() => packed).toBe(2)
  expect((await request('GET', '/admin/consumer', { as: operator })).body).toMatchObject({ pausedSince: null })
})
