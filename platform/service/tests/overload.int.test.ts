import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, get, stream } from '@stoa/contract'
import { startTestService } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { defineService } from '../src/index.ts'

const answers = { 200: Type.Object({}) }
const counter = describeService({
  name: 'counter',
  port: 9002,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    hold: get('/api/v1/held', { summary: 'Wait', permission: 'public', owner: 'none', answers }),
    watch: stream('/api/v1/watched', { summary: 'Watch', permission: 'public', owner: 'none' }),
  },
  personalData: 'none',
})

test('a service refuses what it cannot serve in time, and stays observable', async () => {
  const mayEnd = Promise.withResolvers<void>()
  let held = 0
  const definition = defineService(counter, {
    config: defineConfig('counter', serviceSettings('counter', counter.port)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'counter-'))),
    deps: () => ({}),
    bind: () => ({
      operations: {
        hold: async () => {
          held += 1
          await mayEnd.promise
          return { status: 200, body: {} }
        },
        watch: async function* () {
          yield { data: {} }
          await mayEnd.promise
        },
      },
      rpc: {},
      consumes: {},
      sagas: {},
      tasks: {},
      personalData: 'none',
    }),
  })
  const { running, stop } = await startTestService(definition, { access: { roles: {}, scopes: {} } })
  const url = `http://127.0.0.1:${running.port}`
  // an open stream waits most of the time, and has no part in the limit
  const streams = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/api/v1/watched`)))
  const waiting = Array.from({ length: 512 }, () => fetch(`${url}/api/v1/held`))
  await expect.poll(() => held).toBe(512)
  const refused = await fetch(`${url}/api/v1/held`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await refused.json()).toMatchObject({ code: 'service.overloaded' })
  for (const path of ['/health/live', '/health/ready', '/metrics']) expect((await fetch(url + path)).status).toBe(200)
  expect((await fetch(`${url}/admin/breakers`)).status).toBe(401)
  mayEnd.resolve()
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]))
  for (const { body } of streams) await body?.cancel()
  expect((await fetch(`${url}/api/v1/held`)).status).toBe(200)
  await stop()
})
