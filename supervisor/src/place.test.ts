import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'
import { chooseServices } from './choose-services.ts'
import { choosePorts, wantedPorts } from './place.ts'

test('ports are the usual ones, or the user’s', async () => {
  const ports = await choosePorts(shop.services, {
    isAuto: false,
    environment: { ORDER_PORT: '9002', STOA_POSTGRES_PORT: '9432' },
  })
  expect(ports.get('order')).toBe(9_002)
  expect(ports.get('payment')).toBe(8_004)
  expect(ports.get('postgres')).toBe(9_432)
  expect(ports.get('gateway.ADMIN_PORT')).toBe(8_081)
})

test('ports picked by themselves differ from each other and leave the user’s alone', async () => {
  const ports = await choosePorts(shop.services, { isAuto: true, environment: { ORDER_PORT: '9002' } })
  expect(ports.get('order')).toBe(9_002)
  expect(new Set(ports.values()).size).toBe(ports.size)
})

test('a port that is none is refused with its setting', async () => {
  const choice = choosePorts(shop.services, { isAuto: false, environment: { ORDER_PORT: 'many' } })
  await expect(choice).rejects.toThrow('ORDER_PORT is "many", expected a port from 1 to 65535')
})

test('two that were given one port are named before anything is started', async () => {
  const ports = await choosePorts(shop.services, { isAuto: false, environment: { ORDER_PORT: '8003' } })
  expect(() => wantedPorts(shop.services, ports, true)).toThrow('inventory and order use the same port 8003')
})

test('a given database server’s port is not looked at', async () => {
  const ports = await choosePorts(shop.services, { isAuto: false, environment: {} })
  expect(wantedPorts(shop.services, ports, false).map(({ who }) => who)).not.toContain('PostgreSQL')
  expect(wantedPorts(shop.services, ports, true).map(({ who }) => who)).toContain('PostgreSQL')
})

test('further replicas are wherever it is free, the first at its usual port', async () => {
  const services = chooseServices(shop.services, {
    scale: new Map([
      ['order', 3],
      ['gateway', 2],
    ]),
  })
  const ports = await choosePorts(services, { isAuto: false, environment: { ORDER_3_PORT: '9003' } })
  expect(ports.get('order')).toBe(8_002)
  expect(ports.get('order-3')).toBe(9_003)
  expect([ports.has('order-2'), ports.has('gateway-2'), ports.has('gateway-2.ADMIN_PORT')]).toEqual([true, true, true])
  const wanted = wantedPorts(services, ports, true)
  expect(new Set(wanted.map(({ port }) => port)).size).toBe(wanted.length)
})
