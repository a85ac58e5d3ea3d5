import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DiscoveryEvent } from '../src/events.ts'
import { registration, type Registration, type RegistrationOptions } from '../src/registration.ts'
import { eventually } from './eventually.ts'
import { hastyTime } from './hasty-time.ts'
import { registryServer, type RegistryServer } from './registry-server.ts'

let registry: RegistryServer
let made: Registration[]

beforeEach(async () => {
  registry = await registryServer()
  made = []
})

afterEach(async () => {
  await Promise.all(made.map((one) => one.leave()))
  await registry.stop()
})

const instance = {
  service: 'order',
  host: '127.0.0.1',
  port: 8_002,
  healthCheckUrl: 'http://127.0.0.1:8002/health/ready',
  weight: 2,
  zone: 'eu-1',
  version: '1.0.0',
  metadata: { lane: 'x' },
}

function registering(options: Partial<RegistrationOptions> = {}) {
  const events: DiscoveryEvent[] = []
  const place = registration({
    registryUrl: registry.url,
    instance,
    random: () => 0.1,
    observer: { onEvent: (event) => void events.push(event) },
    ...options,
  })
  made.push(place)
  return { place, events, types: () => events.map((event) => event.type) }
}

const asked = (request: string) => registry.requests.filter((one) => one === request).length
const heartbeat = (id: string) => `PUT /api/services/order/instances/${id}/heartbeat`

test('registers what the service says of itself', async () => {
  const { place } = registering({ headers: async () => ({ authorization: 'Bearer x' }) })
  await eventually(() => place.instanceId !== undefined)
  const { service, ...rest } = instance
  expect(registry.registered.get(place.instanceId ?? '')?.body).toEqual({ serviceName: service, ...rest })
  expect(registry.headersOf('POST /api/services')?.authorization).toBe('Bearer x')
})

test('sends heartbeats for its instance', async () => {
  const { place, types } = registering({ heartbeatMs: 5 })
  await eventually(() => asked(heartbeat('instance-1')) >= 3)
  expect(place.instanceId).toBe('instance-1')
  expect(types()).toEqual(['registered'])
  expect(asked('POST /api/services')).toBe(1)
})

test('sends them sooner when the lease is short', async () => {
  const short = await registryServer({ leaseSeconds: 3 })
  const time = hastyTime()
  const { place } = registering({ registryUrl: short.url, time })
  await eventually(() => time.delaysMs.length > 0)
  expect(time.delaysMs[0]).toBe(1_000)
  await place.leave()
  await short.stop()
})

test('registers again when the registry has forgotten it', async () => {
  const { place, types } = registering({ heartbeatMs: 5 })
  await eventually(() => place.instanceId === 'instance-1')
  registry.forgetRegistrations()
  await eventually(() => place.instanceId === 'instance-2')
  expect(types()).toEqual(['registered', 'registration_forgotten', 'registered'])
})

test('tries on until the registry is up, without failing the service', async () => {
  await registry.stop()
  const { place, types } = registering()
  await eventually(() => types().length >= 3)
  expect(place.instanceId).toBeUndefined()
  await registry.start()
  await eventually(() => place.instanceId === 'instance-1')
})

test('pauses longer after each try, up to 5 s', async () => {
  await registry.stop()
  const time = hastyTime()
  registering({ time, random: () => 1 })
  await eventually(() => time.delaysMs.length >= 8)
  expect(time.delaysMs.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  await registry.start()
})

test('keeps its instance over an outage of the registry', async () => {
  const { place, types } = registering({ heartbeatMs: 5 })
  await eventually(() => place.instanceId === 'instance-1')
  await registry.stop()
  await eventually(() => types().includes('registration_failed'))
  expect(place.instanceId).toBe('instance-1')
  const before = asked(heartbeat('instance-1'))
  await registry.start()
  await eventually(() => asked(heartbeat('instance-1')) > before)
  expect(asked('POST /api/services')).toBe(1)
})

test('a try whose answer was lost makes no second instance', async () => {
  registry.loseNextAnswer()
  const { place, types } = registering()
  await eventually(() => place.instanceId !== undefined)
  expect(types()).toEqual(['registration_failed', 'registered'])
  expect(asked('POST /api/services')).toBe(2)
  expect([...registry.registered.keys()]).toEqual(['instance-1'])
})

test('says why a registration was refused', async () => {
  registry.answerNext(403)
  const { events } = registering()
  await eventually(() => events.length > 0)
  expect(events[0]).toEqual({
    type: 'registration_failed',
    service: 'order',
    reason: 'the registry does not respond: status 403, as the test wants it',
  })
})

test('leaves at once, and sends no heartbeat after it', async () => {
  const { place, types } = registering()
  await eventually(() => place.instanceId === 'instance-1')
  await place.leave()
  expect(registry.requests.at(-1)).toBe('DELETE /api/services/order/instances/instance-1')
  expect(registry.registered.size).toBe(0)
  expect(place.instanceId).toBeUndefined()
  expect(types().at(-1)).toBe('left')
})

test('leaves once, however often it is told to', async () => {
  const { place } = registering()
  await eventually(() => place.instanceId === 'instance-1')
  await Promise.all([place.leave(), place.leave()])
  await place.leave()
  expect(asked('DELETE /api/services/order/instances/instance-1')).toBe(1)
})

test('leaves also what it was about to register', async () => {
  const { place } = registering()
  await place.leave()
  expect(asked('POST /api/services')).toBe(1)
  expect(registry.registered.size).toBe(0)
})

test('a leave that nobody hears does not fail', async () => {
  const { place, types } = registering()
  await eventually(() => place.instanceId === 'instance-1')
  await registry.stop()
  await place.leave()
  expect(types().at(-1)).toBe('registration_failed')
  await registry.start()
})
