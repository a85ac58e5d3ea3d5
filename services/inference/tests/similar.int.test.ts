import { productDeleted, productUpdated } from '@stoa/contracts/inventory/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInference, stateOf, type InferenceApp } from './inference-app.ts'

const seededId = newId()
let app: InferenceApp
beforeAll(async () => {
  app = await startInference([{ productId: seededId, sku: 'SEEDED' }])
})
afterAll(() => app.service.stop())

async function change(productId: string, more: object): Promise<void> {
  await app.service.receive(productUpdated, productId, { ...stateOf(productId, productId.slice(-12)), ...more })
}

async function names(productId: string): Promise<string[]> {
  const { status, body } = await app.service.request('GET', `/api/v1/products/${productId}/similar?limit=3`)
  return status === 200 ? body.items.map(({ name }: { name: string }) => name) : [String(status), body.code]
}

const [kettle, boiler, sencha] = [newId(), newId(), newId()]

test('products are similar whose texts mean nearly the same, also without common words; the product itself is left out', async () => {
  await change(kettle, { name: 'Electric kettle', description: 'Boils a litre of water.', category: 'ware' })
  await change(boiler, { name: 'Hot water boiler', description: 'Heats what you pour in.', category: 'appliances' })
  await change(sencha, { name: 'Sencha', description: 'Green leaves from Japan, grassy.', category: 'leaves' })
  await eventually(async () => expect((await names(kettle))[0]).toBe('Hot water boiler'))
  expect(await names(kettle)).not.toContain('Electric kettle')
  await eventually(async () => expect(await names(kettle)).toHaveLength(3))
})

test('a change is followed, and what is discontinued or deleted is not found', async () => {
  await change(boiler, { version: 2, name: 'Boiler', status: 'discontinued' })
  await eventually(async () => expect(await names(boiler)).toEqual(['404', 'inference.product_not_found']))
  expect(await names(kettle)).not.toContain('Boiler')
  await change(boiler, { version: 3, name: 'Kettle', description: 'Electric, for a litre of water.' })
  await eventually(async () => expect((await names(kettle))[0]).toBe('Kettle'))
  // an older state that arrives late
  await change(boiler, { version: 2, name: 'Boiler', status: 'discontinued' })
  await change(sencha, { version: 2, name: 'Sencha Uji', description: 'Green leaves from Japan.' })
  await eventually(async () => expect(await names(kettle)).toContain('Sencha Uji'))
  expect(await names(kettle)).toContain('Kettle')
  await app.service.receive(productDeleted, boiler, { productId: boiler, skus: [] })
  await eventually(async () => expect(await names(boiler)).toEqual(['404', 'inference.product_not_found']))
  await change(boiler, { version: 4, name: 'Back again' })
  await change(sencha, { version: 3, name: 'Sencha Asahi', description: 'Green leaves from Japan.' })
  await eventually(async () => expect(await names(kettle)).toContain('Sencha Asahi'))
  expect(await names(kettle)).not.toContain('Back again')
})

test('vectors of another model are made anew in memory', async () => {
  const [first, second] = [newId(), newId()]
  await change(first, { name: 'Porcelain cup', category: 'cups' })
  await change(second, { name: 'China mug', category: 'cups' })
  await eventually(async () => expect((await names(first))[0]).toBe('China mug'))
  await app.service.database.transaction(
    (tx) =>
      tx.sql`update texts set model = 'another', vector = '\\x00', changed_by = pg_current_xact_id() where id in (${first}, ${second})`,
  )
  await eventually(async () => {
    const rows = await app.service.database.read.sql`select from texts where model = 'another'`
    expect(rows).toHaveLength(2)
  })
  await eventually(async () => expect((await names(first))[0]).toBe('China mug'))
})

test('products whose texts a release without texts has left out are copied again', async () => {
  const { database } = app.service
  await eventually(async () => expect((await names(seededId)).length).toBeGreaterThan(0))
  await database.transaction((tx) => tx.sql`delete from texts where id = ${seededId}`)
  expect(await app.service.runTask('prune-training', {})).toMatchObject({ status: 'completed' })
  await eventually(async () => {
    const rows = await database.read.sql`select from texts where id = ${seededId}`
    expect(rows).toHaveLength(1)
  })
})
