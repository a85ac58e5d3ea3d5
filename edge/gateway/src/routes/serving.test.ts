import { describeService, get, type Service } from '@stoa/contract'
import { routesDocument, type Acceptance } from '@stoa/contract/routes'
import { routesDigest } from '@stoa/contract/routes-digest'
import type { ServiceRoutes } from '@stoa/discovery'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { serveRoutes } from './serving.ts'

function serviceAt(name: string, ...paths: string[]): Service {
  const operation = (path: string) =>
    get(path, { summary: 'Read', permission: `${name}:read`, owner: 'none', answers: { 200: Type.Object({}) } })
  return describeService({
    name,
    port: 1,
    owner: name,
    slo: { availability: 0.99, p99Ms: 1, errorRate: 0.1 },
    errors: {},
    operations: Object.fromEntries(paths.map((path, index) => [`read${index}`, operation(path)])),
    personalData: 'none',
  })
}

const acceptanceOf = (name: string, ...paths: string[]): Acceptance => ({
  paths,
  permissions: { [`${name}:read`]: { description: 'read', roles: [] } },
  calls: {},
})

/** What the registry would tell of a service, whose document it has. */
function told(service: Service, accepted?: Acceptance): ServiceRoutes {
  const digest = routesDigest(routesDocument(service))
  return {
    service: service.name,
    accepted,
    secretFingerprint: undefined,
    digest,
    offers: [{ digest, instances: 1, reasons: [] }],
  }
}

const wrong = { kind: 'invalid', title: 'Wrong', why: 'Why', fix: 'Fix' } as const
const drunk = { type: 'tea.drunk', version: '1.0.0', data: Type.Object({}) } as unknown as Service['publishes'][string]
const tea: Service = {
  ...serviceAt('tea', '/api/v1/teas', '/api/v1/teas/{id}'),
  errors: { 'tea.cold': wrong },
  publishes: { teaDrunk: drunk },
}
const sugar = serviceAt('sugar', '/api/v1/teas/{id}/sugar')

function serving(...documents: Service[]) {
  const known = new Map(documents.map((each) => [routesDigest(routesDocument(each)), routesDocument(each)]))
  const changes: string[][] = []
  const refused: string[] = []
  const served = serveRoutes({
    system: [tea, sugar],
    readDocument: async (_service, digest) => known.get(digest),
    onChange: ({ services }) => changes.push(services.map(({ name }) => name)),
    onAccepted: () => {},
    onRefused: ({ service, reasons }) => refused.push(`${service}: ${reasons.join('; ')}`),
  })
  const at = (path: string) => {
    const match = served.table.match('GET', path)
    return match.kind === 'route' ? match.route.service : match.kind
  }
  return { ...served, changes, refused, at }
}

test('an accepted service is served, and no longer once it is removed', async () => {
  const cup = serviceAt('cup', '/api/v1/cups')
  const { take, at, changes } = serving(cup)
  expect(at('/api/v1/cups')).toBe('unknown')
  await take([told(cup, acceptanceOf('cup', '/api/v1/cups'))])
  expect(at('/api/v1/cups')).toBe('cup')
  await take([told(cup, acceptanceOf('cup', '/api/v1/cups'))])
  await take([])
  expect(at('/api/v1/cups')).toBe('unknown')
  expect(at('/api/v1/teas')).toBe('tea')
  expect(changes).toEqual([
    ['tea', 'sugar', 'cup'],
    ['tea', 'sugar'],
  ])
})

test('a service that is not accepted is offered, and not served', async () => {
  const cup = serviceAt('cup', '/api/v1/cups')
  const { take, at, refused, states } = serving(cup)
  await take([told(cup)])
  expect(at('/api/v1/cups')).toBe('unknown')
  expect(states().find(({ service }) => service === 'cup')?.state).toBe('offered')
  expect(refused).toEqual(['cup: it is not accepted: an operator accepts it with "stoa add cup"'])
})

test.each([
  [
    'of another service',
    '/api/v1/teas',
    'the path /api/v1/teas belongs to tea; the path /api/v1/teas belongs to sugar',
  ],
  ['of the gateway', '/api/v1/ops', 'the path /api/v1/ops belongs to gateway'],
  ['that the gateway serves without a contract', '/docs', 'the path /docs belongs to gateway'],
])('a path %s is refused, and the others are served', async (_what, path, reason) => {
  const thief = serviceAt('thief', `${path}/special`)
  const cup = serviceAt('cup', '/api/v1/cups')
  const { take, at, refused } = serving(thief, cup)
  await take([told(thief, acceptanceOf('thief', path)), told(cup, acceptanceOf('cup', '/api/v1/cups'))])
  expect(at(`${path}/special`)).not.toBe('thief')
  expect(at('/api/v1/cups')).toBe('cup')
  expect(refused).toEqual([`thief: ${reason}`])
})

test('an instance that offers more than was accepted is not served', async () => {
  const cup = serviceAt('cup', '/api/v1/cups', '/api/v1/saucers')
  const { take, at, refused } = serving(cup)
  await take([told(cup, acceptanceOf('cup', '/api/v1/cups'))])
  expect(at('/api/v1/cups')).toBe('unknown')
  expect(refused).toEqual(['cup: the path /api/v1/saucers is not accepted'])
})

test('a service of the system gains a path below its own, without an operator', async () => {
  const next = serviceAt('tea', '/api/v1/teas', '/api/v1/teas/{id}/leaves')
  const { take, at } = serving(next)
  expect(at('/api/v1/teas/1/leaves')).toBe('unknown')
  await take([told(next)])
  expect(at('/api/v1/teas/1/leaves')).toBe('tea')
})

test('a service of the system that offers a path of its own choice keeps the routes that it had', async () => {
  const next = serviceAt('tea', '/api/v1/teas', '/api/v1/cups')
  const { take, at, refused } = serving(next)
  await take([told(next)])
  expect([at('/api/v1/teas'), at('/api/v1/cups')]).toEqual(['tea', 'unknown'])
  expect(refused).toEqual(['tea: the path /api/v1/cups is not accepted'])
})

test('a document that is not valid is refused, and one that cannot be read changes nothing', async () => {
  const cup = serviceAt('cup', '/api/v1/cups')
  const { take, at, states } = serving()
  await take([told(cup, acceptanceOf('cup', '/api/v1/cups'))])
  expect(at('/api/v1/cups')).toBe('unknown')
  expect(states().find(({ service }) => service === 'cup')?.reasons).toEqual([
    'the document cannot be read, or is not valid',
  ])
})

const cupPaths = acceptanceOf('cup', '/api/v1/cups')
const cupWith = (more: Partial<Service>): Service => ({ ...serviceAt('cup', '/api/v1/cups'), ...more })

test.each([
  ['an error code of another service', { errors: { 'tea.cold': wrong } }, 'the error code tea.cold belongs to tea'],
  [
    'an error code of the platform',
    { errors: { 'request.invalid': wrong } },
    'the error code request.invalid belongs to the platform',
  ],
  ['an event of another service', { publishes: { teaDrunk: drunk } }, 'the event tea.drunk belongs to tea'],
])('%s is refused: its page is that of its owner', async (_what, more, reason) => {
  const cup = cupWith(more)
  const { take, at, refused } = serving(cup)
  await take([told(cup, cupPaths)])
  expect([at('/api/v1/cups'), refused]).toEqual(['unknown', [`cup: ${reason}`]])
})

test('a document whose pages cannot be made is refused, and the others are served', async () => {
  let schema: object = {}
  for (let depth = 0; depth < 5_000; depth += 1) schema = { items: schema }
  const deep = cupWith({ publishes: { cupBroken: { ...drunk, type: 'cup.broken', data: schema } } })
  const pot = serviceAt('pot', '/api/v1/pots')
  const { take, at, states } = serving(deep, pot)
  await take([told(deep, cupPaths), told(pot, acceptanceOf('pot', '/api/v1/pots'))])
  expect([at('/api/v1/cups'), at('/api/v1/pots')]).toEqual(['unknown', 'pot'])
  expect(states().find(({ service }) => service === 'cup')?.state).toBe('refused')
})

test('a service of the system does not gain a path that takes requests of another one', async () => {
  const next = serviceAt('sugar', '/api/v1/teas/{id}/sugar', '/api/v1/teas/mine')
  const { take, at, refused } = serving(next)
  expect(at('/api/v1/teas/mine')).toBe('tea')
  await take([told(next)])
  expect(at('/api/v1/teas/mine')).toBe('tea')
  expect(refused).toEqual(['sugar: GET /api/v1/teas/mine takes requests of GET /api/v1/teas/{id} of tea'])
})

test.each(['/api/v1/{anything}', '/{anything}', '/api/v1/*'])('a path of all names (%s) is refused', async (path) => {
  const thief = serviceAt('thief', path)
  const { take, refused } = serving(thief)
  await take([told(thief, acceptanceOf('thief', path))])
  expect(refused).toEqual([`thief: the path ${path} is not the name of a collection`])
})
