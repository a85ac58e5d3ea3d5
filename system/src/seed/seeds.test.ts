import type { Seed } from '@stoa/service'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { findSeedFile } from './seed-file.ts'

const seeded = shop.services.flatMap((deployment) => {
  const path = findSeedFile(deployment)
  return path === undefined ? [] : [{ name: deployment.name, path }]
})

test('finds the services that have a seed', () => {
  expect(seeded.map(({ name }) => name)).toEqual(expect.arrayContaining(['user', 'inventory', 'pricing', 'payment']))
})

test.each(seeded)('the seed of $name is of $name', async ({ name, path }) => {
  const { seed } = (await import(path)) as { readonly seed: Seed }
  expect(seed.service.contract.name).toBe(name)
})
