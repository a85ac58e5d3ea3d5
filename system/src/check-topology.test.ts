import { describeService, erasureEvent, event, get, pick, post, type Service } from '@stoa/contract'
import { roles as shopRoles } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { InventoryRpc } from '@stoa/contracts/inventory/rpc_pb.js'
import { inventory } from '@stoa/contracts/inventory/service'
import { order } from '@stoa/contracts/order/service'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { checkSystem, checkTopology as checkAgainst } from './check-topology.ts'
import type { Optional, System } from './define-system.ts'
import { loadSystem, systemNames } from './load-system.ts'
import { gateway, type Deployment } from './topology.ts'

const answers = { 200: Type.Object({ id: Type.String() }) }
const read = { summary: 'Read it', permission: 'thing:read', owner: 'none', answers } as const
const grants: Readonly<Record<string, readonly string[]>> = { clerk: ['thing:read'] }

function described(name: string, port: number, rest: Partial<Parameters<typeof describeService>[0]> = {}): Service {
  const slo = { availability: 0.999, p99Ms: 100, errorRate: 0.01 }
  return describeService({
    name,
    port,
    owner: 'tests',
    slo,
    errors: {},
    operations: {},
    personalData: 'none',
    ...rest,
  } as never)
}

function deployed(...contracts: readonly Service[]): Deployment[] {
  return contracts.map((contract) => {
    const { name, port } = contract
    return { name, kind: 'service', folder: `services/${name}`, port, contract, hasDatabase: true, replicas: 1 }
  })
}

const checkTopology = (
  deployments: readonly Deployment[],
  granted: typeof grants = shopRoles,
  optional: Optional = {},
) => checkAgainst(deployments, { granted, optional })

test.each(systemNames())('the system %s fits together, and is called as its file', async (name) => {
  const system = await loadSystem(name)
  expect(system.name).toBe(name)
  expect(checkSystem(system)).toEqual([])
})

test('the shop deploys every service that clients reach', async () => {
  const { catalogue: reached } = await loadSystem('shop')
  expect(reached.map(({ name }) => name).toSorted()).toEqual(catalogue.map(({ name }) => name).toSorted())
})

test('names a system that does not exist, with those that do', async () => {
  await expect(loadSystem('shoop')).rejects.toThrow(/^there is no system shoop: the systems are .*shop/)
  await expect(loadSystem('../shop')).rejects.toThrow('../shop is not the name of a system')
})

test('names what a part of a system needs, and what it is not as its kind', () => {
  const access = { roles: grants } as unknown as System['access']
  const [lonely] = deployed(described('lonely', 1))
  const services = [{ ...lonely, contract: undefined } as unknown as Deployment, gateway]
  expect(checkSystem({ services, access } as unknown as System)).toEqual([
    'lonely is a service without a contract',
    'lonely needs registry, which the system does not have',
    'lonely needs auth, which the system does not have',
    'gateway needs registry, which the system does not have',
    'gateway needs auth, which the system does not have',
  ])
})

test('accepts a missing publisher or callee that the system declares optional, and no other', () => {
  const made = event('thing.made', '1.0.0', Type.Object({}))
  const caller = described('caller', 1, { consumes: { made }, calls: { inventory: pick(InventoryRpc, 'reserve') } })
  expect(checkTopology(deployed(caller), grants, { events: ['thing.made'], services: ['inventory'] })).toEqual([])
  expect(checkTopology(deployed(caller), grants, { events: ['thing.sold'] })).toHaveLength(2)
})

test('names what is optional although the system has it', () => {
  const made = event('thing.made', '1.0.0', Type.Object({}))
  const services = deployed(
    described('registry', 1),
    described('auth', 2),
    described('maker', 3, { publishes: { made } }),
  )
  const optional = { events: ['thing.made'], services: ['maker'] }
  expect(checkSystem({ services, access: { roles: grants }, optional } as unknown as System)).toEqual([
    'thing.made is optional, but a service publishes it',
    'maker is optional, but the system has it',
  ])
})

test('names an event that no service publishes, also if only its version is unknown', () => {
  const made = event('thing.made', '1.0.0', Type.Object({}))
  const newer = event('thing.made', '2.0.0', Type.Object({}))
  const listener = described('listener', 1, { consumes: { newer } })
  expect(checkTopology(deployed(described('maker', 2, { publishes: { made } }), listener))).toEqual([
    'listener consumes thing.made 2.0.0, which no service publishes',
  ])
})

test('names an event with two publishers', () => {
  const made = event('thing.made', '1.0.0', Type.Object({}))
  const makers = ['one', 'two'].map((name, index) => described(name, index + 1, { publishes: { made } }))
  expect(checkTopology(deployed(...makers))).toEqual(['thing.made is published by one and two'])
})

test('names a service that keeps personal data beyond an erasure, and one that consumes erasures for nothing', () => {
  const erased = erasureEvent('person.erased', '1.0.0', Type.Object({}))
  const personalData = { name: 'for the letter' }
  const services = deployed(
    described('owner', 1, { publishes: { erased }, personalData }),
    described('hearer', 2, { consumes: { erased }, personalData }),
    described('keeper', 3, { personalData }),
    described('idler', 4, { consumes: { erased } }),
    described('other', 5),
  )
  expect(checkTopology(services)).toEqual([
    'keeper keeps personal data but does not consume person.erased 1.0.0',
    'idler consumes person.erased 1.0.0 but keeps no personal data',
  ])
})

test('names a call to a service that is not there', () => {
  const caller = described('caller', 1, { calls: { inventory: pick(InventoryRpc, 'reserve') } })
  expect(checkTopology(deployed(caller))).toEqual(['caller calls inventory, which has no RPC methods'])
})

test('names a call to a method that does not exist', () => {
  const { reserve: _reserve, ...others } = inventory.rpc.methods
  const lesser = {
    ...inventory,
    calls: {},
    consumes: {},
    rpc: { ...inventory.rpc, methods: others },
  } as unknown as Service
  const caller = described('caller', 1, { calls: { inventory: pick(InventoryRpc, 'reserve', 'release') } })
  expect(checkTopology(deployed(caller, lesser))).toEqual(['caller calls inventory.reserve, which does not exist'])
})

test('names two owners of one path, whatever its parameters are called', () => {
  const one = described('one', 1, {
    operations: { get: get('/things/{id}', { ...read, params: { id: Type.String() } }) },
  })
  const two = described('two', 2, {
    operations: { get: get('/things/{thingId}', { ...read, params: { thingId: Type.String() } }) },
  })
  expect(checkTopology(deployed(one, two), grants)).toEqual(['GET /things/{} belongs to one and two'])
})

test('names a port with two listeners, further ports included', () => {
  const [door] = deployed(described('door', 1))
  const system = [{ ...door, furtherPorts: { ADMIN_PORT: 2 } } as Deployment, ...deployed(described('other', 2))]
  expect(checkTopology(system)).toEqual(['port 2 belongs to door and other'])
})

test('names a permission that no role grants', () => {
  const service = described('things', 1, {
    operations: { get: get('/things', { ...read, permission: 'thing:admire' }) },
  })
  expect(checkTopology(deployed(service), grants)).toEqual(['things.get requires thing:admire, which no role grants'])
})

test('names an answer that is read by an operation that is not there, or that writes', () => {
  const write = { ...read, answers: { 201: answers[200] } }
  const operations = {
    make: post('/things', { ...write, answersWith: 'getThing' }),
    remake: post('/things/again', { ...write, answersWith: 'make' }),
  }
  expect(checkTopology(deployed(described('things', 1, { operations })), grants)).toEqual([
    'things.make returns getThing, which is not a read operation of things',
    'things.remake returns make, which is not a read operation of things',
  ])
})

test('names a deployment that differs from its contract', () => {
  const moved = { ...deployed(order)[0], port: 1 } as Deployment
  expect(checkTopology([moved]).slice(0, 1)).toEqual(['order has a different name or port from its contract'])
})
