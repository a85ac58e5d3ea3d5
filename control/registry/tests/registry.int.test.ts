import { accessTable } from '@stoa/contracts/auth/roles'
import type { RegistryService } from '@stoa/contracts/registry/service'
import { registration, registryResolver } from '@stoa/discovery'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registryService } from '../src/service.ts'
import { noteProbe } from '../src/store/instances.ts'

const token = 'registry-token-of-this-test'
const headers = { 'x-registry-token': token }
let service: TestService<RegistryService>

beforeAll(async () => {
  service = await startTestService(registryService, {
    access: accessTable,
    settings: { LEASE_SECONDS: '2', REGISTRY_TOKEN: token },
  })
})
afterAll(() => service.stop())

const address = () => ({ registryUrl: service.url, headers: async () => headers })
const instance = (name: string, port: number) => ({
  service: name,
  host: '127.0.0.1',
  port,
  healthCheckUrl: `http://127.0.0.1:${port}/health/ready`,
})
const register = (name: string, port: number, key = newId()) =>
  service.request('POST', '/api/services', {
    key,
    headers,
    body: { serviceName: name, host: '127.0.0.1', port, healthCheckUrl: `http://127.0.0.1:${port}/health/ready` },
  })

test('a resolver learns of an instance that comes and of one that leaves', async () => {
  const resolver = registryResolver(address())
  const place = registration({ ...address(), instance: instance('tea', 9_001) })
  await resolver.ready('tea', 5_000)
  expect(resolver.resolve('tea')).toMatchObject([{ service: 'tea', host: '127.0.0.1', port: 9_001, weight: 1 }])
  await place.leave()
  await eventually(() => expect(resolver.resolve('tea')).toEqual([]))
  await resolver.close()
})

test('a repeat with the key of its process keeps the instance', async () => {
  const key = newId()
  const first = await register('cup', 9_002, key)
  const second = await register('cup', 9_002, key)
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body.instanceId).toBe(first.body.instanceId)
})

test('another process on the same port takes the place of the one before', async () => {
  await register('pot', 9_003)
  const { body } = await register('pot', 9_003)
  const { body: pot } = await service.request('GET', '/api/services/pot')
  expect(pot.instances.map((one: { id: string }) => one.id)).toEqual([body.instanceId])
})

test('a key registers instances of one service only', async () => {
  const key = newId()
  await register('jar', 9_010, key)
  const { status, body } = await register('lid', 9_010, key)
  expect([status, body.code]).toEqual([409, 'registry.key_of_another_service'])
  const { body: jar } = await service.request('GET', '/api/services/jar')
  expect(jar.instances).toHaveLength(1)
})

test('a service has at most 1,000 instances, and one of them may still register again', async () => {
  const key = newId()
  await register('bag', 9_011, key)
  await service.database.transaction(
    ({ sql }) => sql`
      insert into instances (id, key, service, host, port, health_check_url, weight, metadata, lease_until)
      select gen_random_uuid(), key || n::text, service, host, n, health_check_url, weight, metadata, now() + interval '1 hour'
        from instances, generate_series(1, 999) n where service = 'bag'`,
  )
  const { status, body } = await register('bag', 9_012)
  expect([status, body.code]).toEqual([409, 'registry.instances_exhausted'])
  expect((await register('bag', 9_011, key)).status).toBe(200)
  await service.database.transaction(({ sql }) => sql`delete from instances where service = 'bag'`)
})

test.each(['127.0.0.1/admin', 'user@pot', 'pot?x', 'a b', '[::1]:80/'])('%s is no host', async (host) => {
  const { status } = await service.request('POST', '/api/services', {
    key: newId(),
    headers,
    body: { serviceName: 'pan', host, port: 9_013, healthCheckUrl: 'http://127.0.0.1:9013/' },
  })
  expect(status).toBe(422)
})

test('an instance without heartbeats is removed when its lease is over', async () => {
  const place = registration({ ...address(), instance: instance('kept', 9_004) })
  await register('lost', 9_005)
  await eventually(async () => {
    const { body } = await service.request('GET', '/api/services/lost')
    expect(body.instances).toEqual([])
  })
  const { body } = await service.request('GET', '/api/services/kept')
  expect(body.instances).toHaveLength(1)
  await place.leave()
})

test('followers are notified of each instance when several are removed at once', async () => {
  const resolver = registryResolver(address())
  await Promise.all([register('cut-a', 9_008), register('cut-b', 9_009)])
  await Promise.all([resolver.ready('cut-a', 5_000), resolver.ready('cut-b', 5_000)])
  await service.database.transaction(
    ({ sql }) => sql`update instances set lease_until = now() - interval '1 second' where service like 'cut-%'`,
  )
  await eventually(() => expect([...resolver.resolve('cut-a'), ...resolver.resolve('cut-b')]).toEqual([]))
  await resolver.close()
})

test('a caller without the token of the system changes nothing', async () => {
  const { status, body } = await service.request('POST', '/api/services', {
    body: { serviceName: 'evil', host: '127.0.0.1', port: 9_006, healthCheckUrl: 'http://127.0.0.1:9006/' },
  })
  expect([status, body.code]).toEqual([403, 'registry.token_wrong'])
  expect((await service.request('GET', '/api/services/evil')).status).toBe(404)
})

test('the revision rises with every change and never falls', async () => {
  const before = (await service.request('GET', '/api/services')).body.revision
  await register('rise', 9_007)
  expect((await service.request('GET', '/api/services')).body.revision).toBeGreaterThan(before)
})

test('a probe that ends after the instance has registered again changes nothing', async () => {
  const key = newId()
  const { body } = await register('again', 9_020, key)
  const id = String(body.instanceId)
  await service.database.transaction(
    ({ sql }) => sql`update instances set status = 'unhealthy', failed_probes = 3 where id = ${id}`,
  )
  const healthCheckUrl = 'http://127.0.0.1:9020/health/ready'
  const probed = { id, service: 'again', healthCheckUrl, status: 'unhealthy', failedProbes: 3 } as const
  await register('again', 9_020, key)
  await service.database.transaction((tx) => noteProbe(tx, probed, 4, 'unhealthy'))
  const { body: listed } = await service.request('GET', '/api/services/again')
  expect(listed.instances).toMatchObject([{ id, status: 'healthy' }])
})

test('an instance whose lease was given before the clock was set back is removed, and removals are forgotten', async () => {
  await register('ahead', 9_021)
  await service.database.transaction(async ({ sql }) => {
    await sql`update instances set lease_until = now() + interval '1 day' where service = 'ahead'`
    await sql`insert into removals (at) values (now() - interval '2 days'), (now() - interval '1 hour')`
  })
  await eventually(async () => {
    const { body } = await service.request('GET', '/api/services/ahead')
    expect(body.instances).toEqual([])
  })
  const old = await service.database.read.sql`select from removals where at < now() - interval '30 minutes'`
  expect(old).toEqual([])
})
