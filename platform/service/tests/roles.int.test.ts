import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { logMigrations } from '@stoa/events'
import { newId } from '@stoa/kernel'
import { startTestService, testDatabase } from '@stoa/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { migrationsOf } from '../src/index.ts'
import { parcelService } from './parcel/parcel.ts'

interface Parcel {
  readonly id: string
  readonly dispatchedBy: string | null
  readonly labelledBy: string | null
  readonly announcedBy: string | null
}

const program = fileURLToPath(new URL('parcel/main.ts', import.meta.url))
const stops: (() => Promise<unknown>)[] = []
const registered: { readonly weight?: number; readonly metadata: { readonly role: string } }[] = []
let web: string
let worker: string

beforeAll(async () => {
  const own = await testDatabase({ sets: await migrationsOf(parcelService), name: 'parcel' })
  const log = await testDatabase({ sets: [logMigrations], name: 'parcel_log' })
  const registryUrl = await startRegistry()
  const environment = { DATABASE_URL: own.url, LOG_DATABASE_URL: log.url, REGISTRY_URL: registryUrl, PORT: '0' }
  web = await startProgram('web', environment)
  worker = await startProgram('worker', environment)
  return async () => {
    for (const stop of stops.toReversed()) await stop()
    await Promise.all([own.close(), log.close()])
  }
})

/** A registry that accepts every registration and lists no service. */
async function startRegistry(): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    void answer(request).then((body) => response.end(body))
  })
  async function answer(request: IncomingMessage): Promise<string> {
    if (request.method !== 'POST') return JSON.stringify({ revision: 0, items: [] })
    registered.push((await json(request)) as (typeof registered)[number])
    return JSON.stringify({ instanceId: `parcel-${registered.length}`, leaseSeconds: 30 })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts the program of the service with a role; returns its URL when it is ready. */
async function startProgram(role: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const env = { STOA_ENV: 'development', ...environment }
  const child = spawn(process.execPath, [program, '--role', role], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  stops.push(() => end(child))
  for await (const line of createInterface(child.stdout)) {
    const { message, port } = JSON.parse(line) as { message?: string; port?: number }
    if (message === 'ready') return `http://127.0.0.1:${port}`
  }
  throw new Error(`the ${role} has not started`)
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
}

async function pack(headers: Readonly<Record<string, string>> = {}): Promise<Parcel> {
  const answer = await fetch(`${web}/api/v1/parcels`, {
    method: 'POST',
    headers: { 'idempotency-key': newId(), ...headers },
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Parcel
}

test('a write at web is completed by the saga, the task and the consumer of the worker', async () => {
  const { id } = await pack()
  await expect
    .poll(async () => (await fetch(`${web}/api/v1/parcels/${id}`)).json())
    .toEqual({ id, dispatchedBy: 'worker', labelledBy: 'worker', announcedBy: 'worker' })
})

test('a request at web waits for the outcome that the saga of the worker brings', async () => {
  expect(await pack({ prefer: 'wait=20' })).toMatchObject({ dispatchedBy: 'worker' })
})

test('a stream at web shows what the saga of the worker changes', async () => {
  const { id } = await pack()
  const closing = new AbortController()
  onTestFinished(() => closing.abort())
  const { body } = await fetch(`${web}/api/v1/parcels/${id}/events`, { signal: closing.signal })
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.includes('"worker"')) break
  }
  expect(text).toContain('data: {"dispatchedBy":"worker"}')
})

test('the health of each process names its role and what it runs', async () => {
  const healthOf = async (url: string) => (await (await fetch(`${url}/health`)).json()) as { components: object }
  const ofWeb = await healthOf(web)
  expect(ofWeb).toMatchObject({ role: 'web' })
  expect(Object.keys(ofWeb.components)).toEqual(['database', 'eventLog', 'registry', 'signingKeys'])
  const ofWorker = await healthOf(worker)
  expect(ofWorker).toMatchObject({ role: 'worker' })
  expect(Object.keys(ofWorker.components)).toEqual([
    'database',
    'eventLog',
    'registry',
    'outboxRelay',
    'consumerGroup',
    'signingKeys',
  ])
  for (const url of [web, worker]) expect((await fetch(`${url}/health/ready`)).status).toBe(200)
})

test('a worker serves no operation, and the registry gives it no requests', async () => {
  expect((await fetch(`${worker}/api/v1/parcels/${newId()}`)).status).toBe(404)
  const weights = registered.map(({ weight = 1, metadata: { role } }) => [role, weight])
  expect(weights).toEqual([
    ['web', 1],
    ['worker', 0],
  ])
})

test('a web process runs no saga, task or consumer, and its operators still reach all of them', async () => {
  const service = await startTestService(parcelService, {
    access: { roles: { operator: ['ops'] }, scopes: { stoa: 'all' } },
    settings: { ROLE: 'web' },
  })
  onTestFinished(service.stop)
  const { body } = await service.request('POST', '/api/v1/parcels', { key: newId() })
  const as = { subject: 'olga', roles: ['operator'] }
  const { body: sagas } = await service.request('GET', '/admin/sagas', { as })
  expect(sagas.items).toMatchObject([{ state: 'running' }])
  expect((await service.request('GET', '/admin/outbox', { as })).body).toEqual({ pending: 1 })
  expect((await service.request('GET', '/admin/consumer', { as })).status).toBe(200)
  expect((await service.request('GET', `/api/v1/parcels/${body.id}`)).body).toMatchObject({
    dispatchedBy: null,
    labelledBy: null,
    announcedBy: null,
  })
})
