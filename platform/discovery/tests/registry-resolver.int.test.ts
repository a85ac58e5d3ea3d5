import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DiscoveryEvent } from '../src/events.ts'
import { registryResolver, type RegistryResolverOptions } from '../src/registry-resolver.ts'
import type { Resolver } from '../src/resolver.ts'
import { eventually } from './eventually.ts'
import { hastyTime } from './hasty-time.ts'
import { registryServer, type RegistryServer } from './registry-server.ts'

let registry: RegistryServer
let resolvers: Resolver[]

beforeEach(async () => {
  registry = await registryServer()
  resolvers = []
})

afterEach(async () => {
  await Promise.all(resolvers.map((resolver) => resolver.close()))
  await registry.stop()
})

const wire = (id: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  id,
  host: '127.0.0.1',
  port: 9_001,
  ...fields,
})

function following(options: Partial<RegistryResolverOptions> = {}) {
  const events: DiscoveryEvent[] = []
  const resolver = registryResolver({
    registryUrl: registry.url,
    random: () => 0.1,
    observer: { onEvent: (event) => void events.push(event) },
    ...options,
  })
  resolvers.push(resolver)
  const ids = (service: string) => resolver.resolve(service).map((instance) => instance.id)
  return {
    resolver,
    events,
    ids,
    heard: (type: DiscoveryEvent['type']) => events.filter((one) => one.type === type).length,
  }
}

test('knows all services after the first answer, with the defaults filled in', async () => {
  registry.put('order', [wire('a'), wire('b', { weight: 3, zone: 'eu-1', version: '1.2.0', metadata: { lane: 'x' } })])
  const { resolver } = following()
  await resolver.ready('order', 5_000)
  expect(resolver.resolve('order')).toEqual([
    { id: 'a', service: 'order', host: '127.0.0.1', port: 9_001, weight: 1, metadata: {} },
    {
      id: 'b',
      service: 'order',
      host: '127.0.0.1',
      port: 9_001,
      weight: 3,
      zone: 'eu-1',
      version: '1.2.0',
      metadata: { lane: 'x' },
    },
  ])
  expect(resolver.resolve('nobody')).toEqual([])
})

test('follows every change as it is told', async () => {
  const { resolver, ids } = following()
  await eventually(() => registry.watchers() === 1)
  const seen: string[][] = []
  resolver.onChange('order', (instances) => void seen.push(instances.map((instance) => instance.id)))
  registry.put('order', [wire('a')])
  registry.put('order', [wire('b'), wire('a')])
  registry.put('order', [])
  await eventually(() => seen.length === 3)
  expect(seen).toEqual([['a'], ['a', 'b'], []])
  expect(ids('order')).toEqual([])
})

test('is ready once an instance comes', async () => {
  const { resolver } = following()
  const ready = resolver.ready('order', 20_000)
  await eventually(() => registry.watchers() === 1)
  registry.put('order', [wire('a')])
  await ready
})

test('continues from the last revision when the stream is cut, and misses nothing', async () => {
  registry.put('order', [wire('a')])
  registry.put('pricing', [wire('p')])
  const { ids } = following()
  await eventually(() => registry.watchers() === 1)
  const seen = registry.revision()
  await registry.stop()
  registry.put('order', [wire('b')])
  registry.put('pricing', [])
  await registry.start()
  await eventually(() => ids('order')[0] === 'b' && ids('pricing').length === 0)
  expect(registry.headersOf('GET /api/services/watch')?.['last-event-id']).toBe(String(seen))
  expect(registry.requests.filter((request) => request === 'GET /api/services')).toHaveLength(1)
})

test('keeps the last known answer while the registry is down', async () => {
  registry.put('order', [wire('a')])
  const { resolver, ids, heard } = following()
  await resolver.ready('order', 5_000)
  await registry.stop()
  await eventually(() => heard('registry_lost') >= 2)
  expect(ids('order')).toEqual(['a'])
  await registry.start()
})

test('begins when the registry comes up after it', async () => {
  await registry.stop()
  const { ids, heard } = following()
  await eventually(() => heard('registry_lost') >= 2)
  await registry.start()
  registry.put('order', [wire('a')])
  await eventually(() => ids('order')[0] === 'a')
})

test('pauses longer after each try, up to 5 s, and starts again once it was connected', async () => {
  await registry.stop()
  const time = hastyTime()
  following({ time, random: () => 1 })
  await eventually(() => time.delaysMs.length >= 8)
  expect(time.delaysMs.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  await registry.start()
  await eventually(() => registry.watchers() === 1)
  const before = time.delaysMs.length
  await registry.stop()
  await eventually(() => time.delaysMs.length >= before + 2)
  expect(time.delaysMs.slice(before, before + 2)).toEqual([100, 100])
  await registry.start()
})

test('answers what it was given until the registry has answered', async () => {
  await registry.stop()
  const { resolver, ids } = following({ initial: { order: ['127.0.0.1:8002'], cart: ['127.0.0.1:8999'] } })
  expect(resolver.resolve('order')[0]).toMatchObject({ host: '127.0.0.1', port: 8_002 })
  await registry.start()
  registry.put('order', [wire('a')])
  await eventually(() => ids('order')[0] === 'a')
  expect(ids('cart')).toEqual([])
})

test('takes a snapshot when the registry no longer knows what changed', async () => {
  registry.put('order', [wire('a')])
  registry.put('pricing', [wire('p')])
  const { resolver, ids } = following()
  await resolver.ready('order', 5_000)
  await registry.stop()
  registry.restore(100)
  registry.put('order', [wire('b')])
  registry.forgetHistory()
  await registry.start()
  await eventually(() => ids('order')[0] === 'b')
  expect(ids('pricing')).toEqual([])
})

test('takes a snapshot of a lower revision, and changes after it', async () => {
  for (let i = 0; i < 20; i++) registry.put('order', [wire('a')])
  const { resolver, ids } = following()
  await resolver.ready('order', 5_000)
  await eventually(() => registry.watchers() === 1)
  await registry.stop()
  registry.restore(3)
  await registry.start()
  await eventually(() => ids('order').length === 0)
  registry.put('order', [wire('b')])
  await eventually(() => ids('order')[0] === 'b')
})

test('passes over a change it has seen', async () => {
  registry.put('order', [wire('b')])
  const { resolver, ids } = following()
  await resolver.ready('order', 5_000)
  await eventually(() => registry.watchers() === 1)
  const old = { revision: registry.revision(), service: 'order', instances: [wire('a')] }
  registry.send(`event: change\nid: ${old.revision}\ndata: ${JSON.stringify(old)}\n\n`)
  registry.put('pricing', [wire('p')])
  await eventually(() => ids('pricing').length === 1)
  expect(ids('order')).toEqual(['b'])
})

test.each([
  ['no JSON', 'event: change\ndata: {"revision":\n\n'],
  ['not the shape', 'event: change\ndata: {"revision":99,"service":"order","instances":[{"id":7}]}\n\n'],
])('starts again with everything after a message that is %s', async (_, message) => {
  registry.put('order', [wire('a')])
  const { resolver, ids, events } = following()
  await resolver.ready('order', 5_000)
  await eventually(() => registry.watchers() === 1)
  registry.send(message)
  await eventually(() => registry.requests.filter((request) => request === 'GET /api/services').length === 2)
  registry.put('order', [wire('b')])
  await eventually(() => ids('order')[0] === 'b')
  expect(events.filter((event) => event.type === 'registry_lost')).toHaveLength(1)
})

test('leaves out unhealthy instances, unless there are no others', async () => {
  const { ids } = following()
  await eventually(() => registry.watchers() === 1)
  registry.put('order', [wire('a'), wire('b', { status: 'unhealthy' })])
  registry.put('pricing', [wire('p', { status: 'unhealthy' })])
  await eventually(() => ids('pricing').length === 1)
  expect(ids('order')).toEqual(['a'])
})

test('keeps list and instances as they are when nothing changed', async () => {
  registry.put('order', [wire('a'), wire('b')])
  const { resolver, ids } = following()
  await resolver.ready('order', 5_000)
  await eventually(() => registry.watchers() === 1)
  const before = resolver.resolve('order')
  registry.put('order', [wire('b'), wire('a')])
  registry.put('pricing', [wire('p')])
  await eventually(() => ids('pricing').length === 1)
  expect(resolver.resolve('order')).toBe(before)
  registry.put('order', [wire('a'), wire('b', { weight: 2 })])
  await eventually(() => resolver.resolve('order') !== before)
  expect(resolver.resolve('order')[0]).toBe(before[0])
  expect(resolver.resolve('order')[1]).not.toBe(before[1])
})

test('comes back when the stream falls silent', async () => {
  following({ idleTimeoutMs: 50 })
  const watches = () => registry.requests.filter((request) => request === 'GET /api/services/watch').length
  await eventually(() => watches() >= 2)
  expect(watches()).toBeGreaterThanOrEqual(2)
})

test('tries on when it is refused, and asks for its headers again each time', async () => {
  registry.put('order', [wire('a')])
  registry.answerNext(401)
  let token = 0
  const { resolver, events } = following({ headers: async () => ({ authorization: `Bearer ${(token += 1)}` }) })
  await resolver.ready('order', 5_000)
  expect(registry.headersOf('GET /api/services')?.authorization).toBe('Bearer 2')
  expect(events[0]).toEqual({ type: 'registry_lost', reason: 'the registry does not respond: status 401' })
})

test('tries on when its headers cannot be had', async () => {
  registry.put('order', [wire('a')])
  let asked = 0
  const { resolver } = following({
    headers: async () => {
      if ((asked += 1) === 1) throw new Error('no token yet')
      return {}
    },
  })
  await resolver.ready('order', 5_000)
})

test('a close ends the stream, asks no more, and what was known stays', async () => {
  registry.put('order', [wire('a')])
  const { resolver, ids, events } = following()
  await eventually(() => registry.watchers() === 1)
  await resolver.close()
  await eventually(() => registry.watchers() === 0)
  const asked = registry.requests.length
  registry.put('order', [wire('b')])
  expect(ids('order')).toEqual(['a'])
  expect(registry.requests).toHaveLength(asked)
  expect(events.some((event) => event.type === 'registry_lost')).toBe(false)
})
