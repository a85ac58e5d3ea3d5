import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, event } from '@stoa/contract'
import { staticResolver, type Resolver } from '@stoa/discovery'
import { logMigrations, openEventLog } from '@stoa/events'
import { staticIdentity, testDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { examineCallee } from '@stoa/client'
import { defineService, migrationsOf, startService, type ServiceConfig } from '../src/index.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ parcelId: Type.String() }))
const packing = describeService({
  name: 'packing',
  port: 9001,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  publishes: { parcelPacked },
  consumes: { parcelPacked },
  calls: { pricing: { service: { typeName: 'Pricing', methods: [] } as never, methods: [] } },
  personalData: 'none',
})
const access = { roles: {}, scopes: {} }

async function pricingInstance(status: number): Promise<{ address: string; server: Server }> {
  const server = createServer((_request, response) => response.writeHead(status).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

interface Health {
  readonly components: Readonly<Record<string, { readonly status: string }>>
}

/** Starts it with one component of its own; returns where it is, and its log. */
async function startPacking(resolver: Resolver) {
  const definition = defineService(packing, {
    config: defineConfig('packing', serviceSettings('packing', packing.port)),
    migrations: pathToFileURL(await mkdtemp(join(tmpdir(), 'packing-'))),
    deps: () => ({}),
    bind: () => ({
      operations: {},
      rpc: {},
      consumes: { parcelPacked: { apply: async () => {} } },
      sagas: {},
      tasks: {},
      personalData: 'none',
    }),
    checks: () => ({
      labelPrinter: async () => {
        throw new Error('it is out of paper')
      },
    }),
  })
  const own = await testDatabase({ sets: await migrationsOf(definition), name: 'packing' })
  const logDatabase = await testDatabase({ sets: [logMigrations], name: 'packing_log' })
  const env = { DATABASE_URL: own.url, LOG_DATABASE_URL: logDatabase.url, PORT: '0', LOG_LEVEL: 'silent' }
  const config = definition.config.parse({ ...env, STOA_ENV: 'development' }) as ServiceConfig
  const running = await startService(definition, {
    config,
    access,
    identity: staticIdentity(access, definition.contract.name),
    resolver,
  })
  const log = openEventLog({ url: logDatabase.url, applicationName: 'test' })
  let isStopped = false
  const stopLog = async () => {
    if (isStopped) return
    isStopped = true
    await log.close()
    await logDatabase.close()
  }
  onTestFinished(async () => {
    await running.stop()
    await stopLog()
    await own.close()
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${running.port}${path}`)
    return { status: answer.status, body: (await answer.json()) as Health }
  }
  return { ask, log, stopLog }
}

test('health names everything a service depends on', async () => {
  const { address } = await pricingInstance(200)
  const { ask, log } = await startPacking(staticResolver({ pricing: [address] }))
  await expect.poll(() => ask('/health').then(({ body }) => body.components['consumerGroup']?.status)).toBe('up')
  await expect.poll(() => log.pause('packing')).toBe(true)
  await expect
    .poll(() => ask('/health').then(({ body }) => body.components['consumerGroup']))
    .toMatchObject({ status: 'up', group: 'packing', lag: 0, pausedSince: expect.any(String) })
  const { status, body } = await ask('/health')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    status: 'degraded',
    service: 'packing',
    components: {
      database: { status: 'up', isRequired: true, clockDifferenceMs: expect.any(Number) },
      eventLog: { status: 'up', isRequired: false },
      outboxRelay: { status: 'up' },
      'calls.pricing': { status: 'up', instances: 1, ready: 1, openBreakers: [] },
      registry: { status: 'up' },
      signingKeys: { status: 'up', keys: 1 },
      labelPrinter: { status: 'down', isRequired: false, reason: 'it is out of paper' },
    },
  })
})

test('a service stays ready while a callee and the event log are unavailable, and health says so', async () => {
  const { address, server } = await pricingInstance(200)
  const { ask, stopLog } = await startPacking(staticResolver({ pricing: [address] }))
  server.close()
  server.closeAllConnections()
  await stopLog()
  await expect
    .poll(() => ask('/health').then(({ body }) => body.components))
    .toMatchObject({
      eventLog: { status: 'down' },
      outboxRelay: { status: 'down', reason: expect.stringContaining('the outbox relay is blocked') },
      consumerGroup: { status: 'down', reason: expect.stringContaining('the event log cannot be reached') },
      'calls.pricing': { status: 'down', reason: 'no instance is ready', instances: 1, ready: 0 },
    })
  expect(await ask('/health/ready')).toEqual({ status: 200, body: { status: 'up' } })
})

test('a callee is down when nobody serves it, when no instance is ready, and when every instance is refused something', async () => {
  const [ready, starting] = [await pricingInstance(200), await pricingInstance(503)]
  const examine = (addresses: string[], open: { instance: string; scope: string }[] = []) =>
    examineCallee({
      callee: 'pricing',
      resolver: staticResolver({ pricing: addresses }),
      breakers: { list: () => open.map((each) => ({ ...each, service: 'pricing', state: 'open' })) as never },
    })
  expect(await examine([ready.address, starting.address])).toEqual({ instances: 2, ready: 1, openBreakers: [] })
  await expect(examine([])).rejects.toThrow('no instance is known')
  await expect(
    examineCallee({
      callee: 'pricing',
      resolver: staticResolver({ pricing: [{ host: '127.0.0.1', port: 1, weight: 0 }] }),
      breakers: { list: () => [] },
    }),
  ).rejects.toThrow('no instance is known')
  await expect(examine([starting.address])).rejects.toThrow('no instance is ready')
  const refused = { instance: `pricing@${ready.address}`, scope: 'quote' }
  await expect(examine([ready.address], [refused])).rejects.toThrow('open on every instance: quote')
  expect(await examine([ready.address, starting.address], [refused])).toMatchObject({ openBreakers: [refused] })
})
