import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeService, get } from '@stoa/contract'
import { routesDocument } from '@stoa/contract/routes'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { eventually } from '@stoa/testing'
import { Type } from 'typebox'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { config } from '../src/config.ts'
import { startGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer } from './upstream-server.ts'

const cup = describeService({
  name: 'cup',
  port: 8099,
  owner: 'cup',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: {},
  operations: {
    readCups: get('/api/v1/cups', {
      summary: 'Read',
      permission: 'cup:read',
      owner: 'none',
      answers: { 200: Type.Object({}) },
    }),
  },
  personalData: 'none',
})
const accepted = {
  paths: ['/api/v1/cups'],
  permissions: { 'cup:read': { description: 'read cups', roles: ['customer'] } },
  calls: {},
}

let path: string

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-gateway-routes-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  path = join(folder, 'routes.json')
})

const write = (...services: object[]) => writeFile(path, JSON.stringify({ format: 1, services }))

function start() {
  const settings = {
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    REGISTRY_URL: 'http://127.0.0.1:9',
    ROUTES_FILE: path,
  }
  return startGateway({
    config: config.parse(settings),
    services: catalogue,
    access: accessTable,
    verifier: testVerifier(async (token) => claimsOf('ada', [token])),
  })
}

test('without a registry, a file tells the addresses and added routes, and changes of it are followed', async () => {
  const upstream = await upstreamServer()
  onTestFinished(upstream.stop)
  const addresses = [`127.0.0.1:${upstream.port}`]
  const added = { service: 'cup', addresses, document: routesDocument(cup), accepted }
  await write({ service: 'order', addresses }, added)
  const gateway = await start()
  onTestFinished(gateway.stop)
  const statusOf = async (at: string, role = 'customer') => {
    const headers = { authorization: `Bearer ${role}` }
    return (await fetch(`http://127.0.0.1:${gateway.port}${at}`, { headers })).status
  }
  await eventually(async () => expect(await statusOf('/health/ready')).toBe(200))
  expect(await statusOf('/api/v1/cups')).toBe(200)
  expect(await statusOf('/api/v1/cups', 'partner')).toBe(403)
  expect(await statusOf('/api/v1/users/0192/orders')).toBe(200)

  await write({ service: 'order', addresses }, { ...added, accepted: { ...accepted, paths: ['/api/v1/saucers'] } })
  await eventually(async () => expect(await statusOf('/api/v1/cups')).toBe(404))
  expect(await statusOf('/api/v1/users/0192/orders')).toBe(200)
})

test('a file that is not valid stops the start with one sentence', async () => {
  await writeFile(path, '{}')
  await expect(start()).rejects.toThrow(
    `gateway cannot start because a setting is invalid:\n  ROUTES_FILE is "${path}", expected a file of "stoa publish routes": it is invalid at /`,
  )
})
