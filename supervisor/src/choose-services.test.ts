import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'
import { chooseServices, type Choice } from './choose-services.ts'
import { replicasOf } from './replicas.ts'

const namesOf = (choice: Choice) => chooseServices(shop.services, choice).map(({ name }) => name)

test('the registry comes along with whatever is chosen', () => {
  expect(namesOf({ only: ['order'] })).toEqual(['registry', 'order'])
})

test('what is left out is not started, but the registry can’t be', () => {
  const without = shop.services.map(({ name }) => name).filter((name) => name !== 'notification')
  expect(namesOf({ without: ['notification'] })).toEqual(without)
  expect(() => chooseServices(shop.services, { without: ['registry'] })).toThrow('the registry is required')
})

test('a service that there isn’t is named', () => {
  for (const choice of [{ only: ['order', 'oder'] }, { without: ['oder'] }, { scale: new Map([['oder', 2]]) }]) {
    expect(() => chooseServices(shop.services, choice)).toThrow(/there is no service oder: the services are .*order/)
  }
})

test('a scaled service has that many processes, numbered from one', () => {
  const services = chooseServices(shop.services, { only: ['order', 'payment'], scale: new Map([['order', 3]]) })
  expect(replicasOf(services).map(({ instance, key }) => [instance, key])).toEqual([
    ['registry-1', 'registry'],
    ['order-1', 'order'],
    ['order-2', 'order-2'],
    ['order-3', 'order-3'],
    ['payment-1', 'payment'],
  ])
})

test('a number of processes that makes no sense is refused', () => {
  const scaled = (name: string, count: number) => () =>
    chooseServices(shop.services, { without: ['user'], scale: new Map([[name, count]]) })
  expect(scaled('order', 0)).toThrow('order is scaled to 0, expected 1 to 20')
  expect(scaled('order', 1.5)).toThrow('order is scaled to 1.5')
  expect(scaled('order', 21)).toThrow('order is scaled to 21')
  expect(scaled('registry', 2)).toThrow('the registry cannot be scaled')
  expect(scaled('user', 2)).toThrow('user is both scaled and excluded')
})
