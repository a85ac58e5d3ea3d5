import { expect, test } from 'vitest'
import { topology } from '../topology.ts'
import { choosePorts, chooseServices, wantedPorts } from './place.ts'

test('the registry comes along with whatever is chosen', () => {
  expect(chooseServices(['order']).map(({ name }) => name)).toEqual(['registry', 'order'])
})

test('a service that there isn’t is named', () => {
  expect(() => chooseServices(['order', 'oder'])).toThrow(/there is no service oder: the services are .*order/)
})

test('ports are the usual ones, or the user’s', async () => {
  const ports = await choosePorts(topology, {
    isAuto: false,
    environment: { ORDER_PORT: '9002', STOA_POSTGRES_PORT: '9432' },
  })
  expect(ports.get('order')).toBe(9_002)
  expect(ports.get('payment')).toBe(8_004)
  expect(ports.get('postgres')).toBe(9_432)
  expect(ports.get('gateway.ADMIN_PORT')).toBe(8_081)
})

test('ports picked by themselves differ from each other and leave the user’s alone', async () => {
  const ports = await choosePorts(topology, { isAuto: true, environment: { ORDER_PORT: '9002' } })
  expect(ports.get('order')).toBe(9_002)
  expect(new Set(ports.values()).size).toBe(ports.size)
})

test('a port that is none is refused with its setting', async () => {
  const choice = choosePorts(topology, { isAuto: false, environment: { ORDER_PORT: 'many' } })
  await expect(choice).rejects.toThrow('ORDER_PORT is "many", expected a port from 1 to 65535')
})

test('two that were given one port are named before anything is started', async () => {
  const ports = await choosePorts(topology, { isAuto: false, environment: { ORDER_PORT: '8003' } })
  expect(() => wantedPorts(topology, ports, true)).toThrow('inventory and order are both to listen on port 8003')
})

test('a given database server’s port is not looked at', async () => {
  const ports = await choosePorts(topology, { isAuto: false, environment: {} })
  expect(wantedPorts(topology, ports, false).map(({ who }) => who)).not.toContain('PostgreSQL')
  expect(wantedPorts(topology, ports, true).map(({ who }) => who)).toContain('PostgreSQL')
})
