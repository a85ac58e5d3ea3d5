import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import type { System } from '../define-system.ts'
import { configuredIn } from '../publish/kubernetes-objects.ts'
import { root } from '../root.ts'
import type { Deployment } from '../topology.ts'
import { checkArchitecture } from './check-architecture.ts'
import { databasesPoint } from './operations-points.ts'

const readReal = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined)
/** The repository, with one file that differs. */
const readWith = (changed: string, change: (text: string) => string | undefined) => async (path: string) => {
  const text = await readReal(path)
  return path === changed && text !== undefined ? change(text) : text
}
const without = (path: string) => readWith(path, () => undefined)

/** The shop with one process that differs. */
function shopWith(name: string, change: (deployment: Deployment & { contract: never }) => object): System {
  const services = shop.services.map((each) => (each.name === name ? { ...each, ...change(each as never) } : each))
  return { ...shop, services, catalogue: services.flatMap(({ contract }) => contract ?? []) }
}

const contractWith = (fields: object) => (each: Deployment) => ({ contract: { ...each.contract, ...fields } })

test('every point holds for the shop, with evidence', async () => {
  const points = await checkArchitecture(shop)
  expect(points.flatMap(({ missing }) => missing)).toEqual([])
  expect(points.map(({ evidence }) => evidence.length).filter((count) => count === 0)).toEqual([])
  expect(points).toHaveLength(10)
})

const order = shop.services.find(({ name }) => name === 'order')?.contract

test.each<[number, string, System, Parameters<typeof checkArchitecture>[1], string]>([
  [
    1,
    'a permission is not documented',
    shop,
    readWith('docs/permissions.md', (text) => text.replaceAll('`order:cancel`', '')),
    '`order:cancel`',
  ],
  [
    1,
    'there is no gateway',
    { ...shop, services: shop.services.filter(({ name }) => name !== 'gateway') },
    readReal,
    'no gateway',
  ],
  [
    2,
    'the reason for having no mesh is gone',
    shop,
    without('docs/adr/0044-kubernetes-manifests-from-contracts.md'),
    'there is no docs/adr/0044',
  ],
  [3, 'a service has no page', shop, without('services/order/README.md'), 'there is no services/order/README.md'],
  [
    3,
    'a page names another owner',
    shopWith('order', contractWith({ owner: 'elsewhere' })),
    readReal,
    'owned by elsewhere',
  ],
  [
    5,
    'an event has no snapshot',
    shop,
    without('contracts/order/published/order.created.v1.json'),
    'order.created.v1.json',
  ],
  [
    5,
    'no service publishes what one consumes',
    shopWith('order', contractWith({ publishes: {} })),
    readReal,
    'which no service publishes',
  ],
  [6, 'a call has no callee', shopWith('pricing', contractWith({ rpc: undefined })), readReal, 'order calls pricing.'],
  [6, 'a guide is missing', shop, without('docs/guides/add-an-event.md'), 'add-an-event.md'],
  [
    7,
    'a setting is not documented',
    shop,
    readWith('docs/settings.md', (text) => text.replaceAll('`AUTO_PICK`', '')),
    '`AUTO_PICK`',
  ],
  [
    8,
    'an alert has no section',
    shop,
    readWith('docs/runbooks/alerts.md', (text) => text.replace('## High latency', '')),
    'no section high-latency',
  ],
  [
    9,
    'a service may run only once',
    shopWith('order', contractWith({ scaling: { min: 1, max: 2, cpuPercent: 60 } })),
    readReal,
    'order may run only once',
  ],
  [
    9,
    'a saga is not measured',
    shop,
    readWith('docs/measured/saga-matrix.md', (text) => text.replaceAll('order-return', '')),
    'order-return',
  ],
  [
    10,
    'a service level cannot be reached',
    shopWith('order', contractWith({ slo: { ...order?.slo, availability: 1 } })),
    readReal,
    'the service level of order',
  ],
])('point %i does not hold where %s', async (number, _, system, read, expected) => {
  const points = await checkArchitecture(system, read)
  expect(points[number - 1]?.missing.join('\n')).toContain(expected)
})

test('two processes of one name would share a database', async () => {
  const all = await configuredIn(shop)
  const [first] = all.filter(({ deployment }) => deployment.name === 'order')
  const doubled = first === undefined ? all : [...all, first]
  expect(databasesPoint(shop, doubled).missing).toEqual(['order and order share order-secrets'])
  expect(
    databasesPoint(
      shop,
      all.filter(({ deployment }) => deployment.name !== 'order'),
    ).missing,
  ).toEqual(['order has no database in the manifests'])
})
