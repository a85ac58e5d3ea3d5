import { expect, test } from 'vitest'
import { topology } from '../topology.ts'
import { seededServices } from './seeded-services.ts'
import { seeds } from './seeds.ts'

test('the names of the seeded services are those that have a seed', () => {
  expect(Object.keys(seeds)).toEqual(seededServices)
})

test('every seed is of a service that is deployed', () => {
  expect(topology.map(({ name }) => name)).toEqual(expect.arrayContaining([...seededServices]))
})
