import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, get, stream } from '@stoa/contract'
import { asCaller, startTestService } from '@stoa/testing'
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
    // longer than a busy machine needs to fill the places
    hold: get('/api/v1/held', { summary: 'Wait', permission: 'public', owner: 'none', timeoutMs: 120_000, answers }),
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
  const hold = (subject?: string) =>
    fetch(`${url}/api/v1/held`, subject === undefined ? {} : { headers: { authorization: asCaller({ subject }) } })
  // a machine that is busy elsewhere makes the event loop late, and the limit lower for a moment
  const holdOnce = async (subject?: string) => {
    for (;;) {
      const response = await hold(subject)
      if (response.status !== 503) return response
      await delay(100)
    }
  }
  const patience = { timeout: 30_000, interval: 50 }
  const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code?: string }).code]
  // above 60 % of the 512 places a caller may hold only its share, and reads without a token have places up to 75 %
  const waiting = Array.from({ length: 307 }, () => holdOnce('ada'))
  await expect.poll(() => held, patience).toBe(307)
  expect(await codeOf(await hold('ada'))).toEqual([503, 'service.overloaded'])
  waiting.push(...Array.from({ length: 77 }, () => holdOnce()))
  await expect.poll(() => held, patience).toBe(384)
  const refused = await hold()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await codeOf(refused)).toEqual([503, 'service.overloaded'])
  // a token that is not valid is as good as none
  expect((await fetch(`${url}/api/v1/held`, { headers: { authorization: 'Bearer x' } })).status).toBe(503)
  waiting.push(...Array.from({ length: 20 }, () => holdOnce('bob')))
  await expect.poll(() => held, patience).toBe(404)
  for (const path of ['/health/live', '/health/ready', '/metrics']) expect((await fetch(url + path)).status).toBe(200)
  expect((await fetch(`${url}/admin/breakers`)).status).toBe(401)
  const readMetrics = async () => (await fetch(`${url}/metrics`)).text()
  await expect.poll(readMetrics, patience).toMatch(/^service_load_limit\S* 512$/m)
  const metrics = await readMetrics()
  expect(metrics).toMatch(/^service_load_in_progress\S* 404$/m)
  expect(metrics).toMatch(/^service_load_shed_total\{.*reason="low".*\} [1-9]\d*$/m)
  expect(metrics).toMatch(/^service_load_shed_total\{.*reason="share".*\} [1-9]\d*$/m)
  mayEnd.resolve()
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]))
  for (const { body } of streams) await body?.cancel()
  expect((await fetch(`${url}/api/v1/held`)).status).toBe(200)
  await stop()
})
