import { pathPrefixesOf, routesDocument, type Acceptance } from '@stoa/contract/routes'
import { routesDigest } from '@stoa/contract/routes-digest'
import { accessTable } from '@stoa/contracts/auth/roles'
import { registry, type RegistryService } from '@stoa/contracts/registry/service'
import { followRoutes, registration, type ServiceRoutes } from '@stoa/discovery'
import { registryTokenOf } from '@stoa/security'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { registryService } from '../src/service.ts'

const systemToken = 'registry-token-of-this-test'
let service: TestService<RegistryService>

beforeAll(async () => {
  service = await startTestService(registryService, {
    access: accessTable,
    settings: { LEASE_SECONDS: '2', REGISTRY_TOKEN: systemToken },
  })
})
afterAll(() => service.stop())

/** The document of a service that serves what this registry serves; its owner tells releases apart. */
function routesOf(name: string, release = 'first') {
  const document = { ...routesDocument(registry), name, owner: release }
  return { digest: routesDigest(document), document }
}

const acceptance: Acceptance = { paths: pathPrefixesOf(registry), permissions: {}, calls: {} }

async function operate(path: string, body?: object) {
  const { status, body: answer } = await service.request('POST', `/admin/${path}`, {
    as: { subject: 'operator', roles: ['ops'] },
    ...(body === undefined ? {} : { body }),
  })
  return { status, answer: answer as { credential?: { registryToken: string; clientSecret: string } } }
}

let nextPort = 9_100

function start(name: string, routes: ReturnType<typeof routesOf>, token = systemToken) {
  const port = nextPort++
  const refused: string[] = []
  const place = registration({
    registryUrl: service.url,
    headers: async () => ({ 'x-registry-token': token }),
    instance: { service: name, host: '127.0.0.1', port, healthCheckUrl: `http://127.0.0.1:${port}/health/ready` },
    heartbeatMs: 300,
    routes: () => routes,
    observer: {
      onEvent: (event) => {
        if (event.type === 'routes_refused' || event.type === 'registration_failed') refused.push(event.reason)
      },
    },
  })
  onTestFinished(() => place.leave())
  return { ...place, leave: () => place.leave(), refused }
}

const told = async (name: string): Promise<ServiceRoutes | undefined> => {
  const { body } = await service.request('GET', '/api/routes')
  return (body as { items: ServiceRoutes[] }).items.find((each) => each.service === name)
}

test('an instance of an accepted service registers with the token of its service, and its routes are served', async () => {
  const { answer } = await operate('accepted/cup', acceptance)
  const token = answer.credential?.registryToken ?? ''
  const routes = routesOf('cup')
  start('cup', routes, token)
  await eventually(async () => expect((await told('cup'))?.digest).toBe(routes.digest))
  const { body } = await service.request('GET', `/api/routes/cup/documents/${routes.digest}`)
  expect(body).toEqual(routes.document)
  const other = start('saucer', routesOf('saucer'), token)
  await eventually(() => expect(other.refused.join()).toContain('each with its token'))
  expect(await told('saucer')).toBeUndefined()
})

test('a service of the system registers with the token derived for it, and no other service does', async () => {
  const routes = routesOf('plate')
  const token = registryTokenOf(systemToken, 'plate')
  start('plate', routes, token)
  await eventually(async () => expect(await told('plate')).toMatchObject({ digest: routes.digest }))
  const other = start('bowl', routesOf('bowl'), token)
  await eventually(() => expect(other.refused.join()).toContain('each with its token'))
  expect(await told('bowl')).toBeUndefined()
})

test('the token of before a rotation is valid until the next one', async () => {
  const first = (await operate('accepted/pot', acceptance)).answer.credential?.registryToken
  expect((await operate('accepted/pot', acceptance)).answer.credential).toBeUndefined()
  const second = (await operate('accepted/pot?rotate=true', acceptance)).answer.credential?.registryToken
  const tryToken = async (token = '') => {
    const port = nextPort++
    const healthCheckUrl = `http://127.0.0.1:${port}/`
    const body = { serviceName: 'pot', host: '127.0.0.1', port, healthCheckUrl }
    return (await service.request('POST', '/api/services', { headers: { 'x-registry-token': token }, body })).status
  }
  expect([await tryToken(first), await tryToken(second)]).toEqual([201, 201])
  await operate('accepted/pot?rotate=true', acceptance)
  expect([await tryToken(first), await tryToken(second)]).toEqual([403, 201])
})

test('routes beyond what was accepted are refused with the reason, and served once they are accepted', async () => {
  await operate('accepted/jug', { ...acceptance, paths: ['/api/v1/jugs'] })
  const routes = routesOf('jug')
  const { refused } = start('jug', routes)
  await eventually(() => expect(refused).toContain('the path /api/services is not accepted'))
  expect((await told('jug'))?.digest).toBeUndefined()
  await operate('accepted/jug', acceptance)
  expect((await told('jug'))?.digest).toBe(routes.digest)
})

test('of two releases side by side the earlier is served, until its last instance has left', async () => {
  await operate('accepted/mug', acceptance)
  const [one, two] = [routesOf('mug', 'first'), routesOf('mug', 'second')]
  const earlier = start('mug', one)
  await eventually(async () => expect((await told('mug'))?.digest).toBe(one.digest))
  const later = start('mug', two)
  await eventually(async () => expect((await told('mug'))?.offers).toHaveLength(2))
  expect((await told('mug'))?.digest).toBe(one.digest)
  await earlier.leave()
  await eventually(async () => expect((await told('mug'))?.digest).toBe(two.digest))
  await later.leave()
  expect(await told('mug')).toMatchObject({ digest: two.digest, offers: [] })
})

test('those who follow the routes hear of a service that comes, and of one that is removed', async () => {
  let known: readonly ServiceRoutes[] = []
  const followed = followRoutes({ registryUrl: service.url, onRoutes: async (routes) => void (known = routes) })
  onTestFinished(() => followed.close())
  await operate('accepted/bowl', acceptance)
  await eventually(() => expect(known.find((each) => each.service === 'bowl')?.accepted).toEqual(acceptance))
  expect((await operate('accepted/bowl/remove')).status).toBe(200)
  await eventually(() => expect(known.find((each) => each.service === 'bowl')).toBeUndefined())
  expect((await operate('accepted/bowl/remove')).status).toBe(404)
})

test('a document of another service, or with another digest, is refused', async () => {
  const routes = routesOf('dish')
  const port = nextPort++
  const { body } = await service.request('POST', '/api/services', {
    headers: { 'x-registry-token': systemToken },
    body: { serviceName: 'dish', host: '127.0.0.1', port, healthCheckUrl: `http://127.0.0.1:${port}/` },
  })
  const offer = (sent: object) =>
    service.request('PUT', `/api/services/dish/instances/${body.instanceId}/routes`, {
      headers: { 'x-registry-token': systemToken },
      body: sent,
    })
  expect(await offer({ digest: routes.digest })).toMatchObject({ body: { code: 'registry.routes_unknown' } })
  const wrong = { body: { code: 'registry.routes_not_of_service' } }
  expect(await offer({ digest: routes.digest, document: routesOf('dish', 'second').document })).toMatchObject(wrong)
  expect(await offer({ digest: routesOf('cup').digest, document: routesOf('cup').document })).toMatchObject(wrong)
  const invalid = { ...routes.document, format: 2 }
  expect(await offer({ digest: routes.digest, document: invalid })).toMatchObject({
    body: { code: 'registry.routes_not_of_service', detail: expect.stringContaining('invalid at /format') },
  })
  expect((await offer(routes)).status).toBe(200)
})
