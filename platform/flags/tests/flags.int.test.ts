import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { booleanFlag, numberFlag, objectFlag, stringFlag, type Flags } from '@stoa/contract'
import { staticResolver } from '@stoa/discovery'
import { systemClock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { flagsMigrations } from '../src/last-known.ts'
import { runFlags, type ReloadableSettings } from '../src/flags-part.ts'

const flags = {
  'guest-checkout': booleanFlag({ description: 'Whether guests may order.', default: true }),
  'page-size': numberFlag({ description: 'Items of a page.', variants: { few: 10, many: 50 }, default: 'few' }),
  banner: stringFlag({ description: 'A text.', variants: { none: '', sale: 'Sale' }, default: 'none' }),
  theme: objectFlag({ description: 'Colours.', variants: { plain: { accent: 'blue' } }, default: 'plain' }),
}
type Declared = typeof flags
const off = {
  'guest-checkout': {
    type: 'boolean',
    variants: { on: true, off: false },
    isKilled: false,
    offVariant: 'on',
    rules: [{ when: [{ attribute: 'country', operator: 'in', values: ['AT'] }], serve: { variant: 'off' } }],
    serve: { variant: 'on' },
  },
}
const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger } as never

/** A config that streams what the test tells it to. */
async function startConfig() {
  const streams = new Set<ServerResponse>()
  const requests: { readonly path: string; readonly body: any; readonly authorization: string | undefined }[] = []
  let snapshot: object = { revision: 0, flags: {}, settings: {} }
  let failing = 0
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const { url: path = '', headers } = request
    requests.push({ path, body: text === '' ? undefined : JSON.parse(text), authorization: headers.authorization })
    if (failing > 0 && (failing !== 422 || path === '/internal/declarations'))
      return void response.writeHead(failing).end()
    if (path !== '/internal/snapshots') return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`)
    streams.add(response)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    requests,
    port: (server.address() as AddressInfo).port,
    fails: (status: number) => void (failing = status),
    sends(flagsNow: object, revision = 1, settings: object = {}) {
      snapshot = { revision, flags: flagsNow, settings }
      for (const stream of streams) stream.write(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`)
    },
    cut() {
      for (const stream of streams) stream.destroy()
      streams.clear()
    },
    stop() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

let own: TestDatabase
beforeAll(async () => {
  own = await testDatabase({ sets: [flagsMigrations], name: 'flags' })
})
afterAll(() => own.close())
beforeEach(() => own.database.transaction((tx) => tx.sql`delete from last_known_config`))

const running: (() => Promise<unknown>)[] = []
let domains = 0
async function start(
  port?: number,
  settings?: ReloadableSettings,
  database: Database = own.database,
  declareEveryMs = 600_000,
) {
  const { flags: client, part } = runFlags({
    service: { name: 'order', flags },
    domain: `test-${domains++}`,
    database,
    declareEveryMs,
    resolver: staticResolver(port === undefined ? {} : { config: [`127.0.0.1:${port}`] }),
    tokens: { token: async () => 'the-token', forget() {} },
    clock: systemClock,
    logger,
    ...(settings === undefined ? {} : { settings }),
  })
  await part.start?.()
  const stop = async () => void (await part.stop?.(1_000))
  running.push(stop)
  return { flags: client as Flags<Declared>, stop }
}
afterEach(() => Promise.all(running.splice(0).map((stop) => stop())))

const mayAustria = (of: { flags: Flags<Declared> }) =>
  of.flags.value('guest-checkout', { targetingKey: 'u', country: 'AT', city: undefined })

test('without config every flag has its default, of its type', async () => {
  const service = await start()
  expect(await mayAustria(service)).toBe(true)
  expect(await service.flags.value('page-size')).toBe(10)
  expect(await service.flags.value('banner')).toBe('')
  expect(await service.flags.value('theme')).toEqual({ accent: 'blue' })
})

test('a change of a rule arrives over the stream, and config learns the declared flags', async () => {
  const config = await startConfig()
  const service = await start(config.port)
  await eventually(() => expect(config.requests.map(({ path }) => path)).toContain('/internal/snapshots'))
  expect(config.requests[0]).toMatchObject({ path: '/internal/declarations', authorization: 'Bearer the-token' })
  expect(config.requests[0]?.body.flags[1]).toEqual({
    key: 'page-size',
    type: 'number',
    description: 'Items of a page.',
    variants: { few: 10, many: 50 },
    defaultVariant: 'few',
  })
  config.sends(off)
  await eventually(async () => expect(await mayAustria(service)).toBe(false))
  expect(await service.flags.value('guest-checkout', { targetingKey: 'u', country: 'DE' })).toBe(true)
  await config.stop()
})

test('the last rules stay in use while config is unavailable, also in a process that starts then', async () => {
  const config = await startConfig()
  const first = await start(config.port)
  config.sends(off)
  await eventually(async () => expect(await mayAustria(first)).toBe(false))
  await eventually(async () => expect(await own.database.read.sql`select * from last_known_config`).toHaveLength(1))
  await config.stop()
  expect(await mayAustria(first)).toBe(false)
  await first.stop()
  expect(await mayAustria(await start(config.port))).toBe(false)
  expect(await mayAustria(await start())).toBe(false)
})

test('of snapshots that arrive while one is being kept, the last stays', async () => {
  const slow = Promise.withResolvers<void>()
  let first: Promise<unknown> | undefined
  const database: Database = {
    ...own.database,
    transaction(run) {
      if (first !== undefined) return own.database.transaction(run)
      const written = slow.promise.then(() => own.database.transaction(run))
      first = written
      return written
    },
  }
  const config = await startConfig()
  const service = await start(config.port, undefined, database)
  await eventually(() => expect(first).toBeDefined())
  config.sends({}, 1)
  config.sends(off, 2)
  await eventually(async () => expect(await mayAustria(service)).toBe(false))
  slow.resolve()
  await first
  await eventually(async () => {
    const [row] = await own.database.read.sql<{ snapshot: any }>`select snapshot from last_known_config`
    expect(row?.snapshot.revision).toBe(2)
  })
  await service.stop()
  const [row] = await own.database.read.sql<{ snapshot: any }>`select snapshot from last_known_config`
  expect(row?.snapshot.revision).toBe(2)
  await config.stop()
})

test('what a service has is declared again from time to time, after a process of another release has declared other things', async () => {
  const config = await startConfig()
  await start(config.port, undefined, own.database, 50)
  const declared = () => config.requests.filter(({ path }) => path === '/internal/declarations')
  await eventually(() => expect(declared().length).toBeGreaterThan(3))
  expect(config.requests.filter(({ path }) => path === '/internal/snapshots')).toHaveLength(1)
  await config.stop()
})

test('a cut stream is opened again and brings what changed meanwhile', async () => {
  const config = await startConfig()
  config.sends(off)
  const service = await start(config.port)
  await eventually(async () => expect(await mayAustria(service)).toBe(false))
  config.fails(503)
  config.cut()
  config.sends({}, 2)
  await eventually(() =>
    expect(config.requests.filter(({ path }) => path === '/internal/declarations').length).toBeGreaterThan(2),
  )
  expect(await mayAustria(service)).toBe(false)
  config.fails(0)
  await eventually(async () => expect(await mayAustria(service)).toBe(true))
  await config.stop()
})

test('flags are followed also where config refuses to learn them, and not before it has answered', async () => {
  const config = await startConfig()
  config.fails(422)
  config.sends(off)
  const service = await start(config.port)
  await eventually(async () => expect(await mayAustria(service)).toBe(false))
  await service.stop()
  config.fails(503)
  config.requests.length = 0
  await start(config.port)
  await eventually(() => expect(config.requests.length).toBeGreaterThan(2))
  expect(new Set(config.requests.map(({ path }) => path))).toEqual(new Set(['/internal/declarations']))
  await config.stop()
})

test('rules of a variant that this release does not have leave the default', async () => {
  const config = await startConfig()
  const service = await start(config.port)
  const other = {
    ...off['guest-checkout'],
    type: 'string',
    variants: { new: 'x' },
    rules: [],
    serve: { variant: 'new' },
  }
  config.sends({
    'guest-checkout': other,
    'page-size': { ...other, variants: { many: 7 }, serve: { variant: 'many' } },
  })
  // the values of the contract, by the variant that config names
  await eventually(async () => expect(await service.flags.value('page-size')).toBe(50))
  expect(await service.flags.value('guest-checkout')).toBe(true)
  await config.stop()
})

test('a stop reports how often each flag returned which variant', async () => {
  const config = await startConfig()
  const service = await start(config.port)
  await service.flags.value('page-size')
  await service.flags.value('page-size')
  await service.stop()
  // in one report or, on a busy machine, in two
  const items = config.requests.filter(({ path }) => path === '/internal/evaluations').flatMap(({ body }) => body.items)
  const reported = { key: 'page-size', variant: 'few', lastAt: expect.stringMatching(/^20.*Z$/) }
  expect(items).toEqual(items.map(({ count }) => ({ ...reported, count })))
  expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(2)
  await config.stop()
})

test('values of reloadable settings arrive with the flags, and are kept for a start without config', async () => {
  const applied: unknown[] = []
  const settings: ReloadableSettings = {
    schemas: { CART_HOURS: { type: 'number' } },
    apply(values) {
      applied.push(values)
      return []
    },
  }
  const config = await startConfig()
  const service = await start(config.port, settings)
  await eventually(() => expect(applied).toEqual([{}]))
  expect(config.requests[0]?.body.settings).toEqual({ CART_HOURS: { type: 'number' } })
  config.sends({}, 2, { CART_HOURS: 4 })
  await eventually(async () => {
    const [row] = await own.database.read.sql<{ snapshot: any }>`select snapshot from last_known_config`
    expect(row?.snapshot.settings).toEqual({ CART_HOURS: 4 })
  })
  expect(applied.at(-1)).toEqual({ CART_HOURS: 4 })
  await config.stop()
  await service.stop()
  await start(undefined, settings)
  expect(applied.at(-1)).toEqual({ CART_HOURS: 4 })
  expect(applied).toHaveLength(3)
})
