import { productDeleted, productUpdated } from '@stoa/contracts/inventory/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentsOf, productOf, snapshotOf, startSearch, type SearchApp } from './search-app.ts'

const [early, deleted] = [newId(), newId()]
let app: SearchApp
beforeAll(async () => {
  const products = [snapshotOf(productOf(early, 'EARLY-1', { name: 'Of the snapshot', version: 3 }), 1_250)]
  app = await startSearch(products)
})
afterAll(() => app.service.stop())

/** Waits until all earlier events have been handled, by one more. */
const settled = () => app.create(`MARK-${newId()}`)
const stateOf = () =>
  app.service.database.read.sql<{ version: number; state: string }>`
    select version, state from product_indexes order by version`

test('the first start builds the index from a snapshot, with prices', async () => {
  await eventually(async () => expect(await app.names('snapshot')).toEqual(['Of the snapshot']))
  expect((await app.find('q=snapshot')).items[0]).toMatchObject({ price: { amount: 1_250, currency: 'EUR' } })
  expect(await stateOf()).toEqual([
    { version: 1, state: 'retired' },
    { version: 2, state: 'live' },
  ])
})

test('an event of an older or the same version changes nothing, a newer one does', async () => {
  const update = (version: number, name: string) =>
    app.service.receive(productUpdated, early, productOf(early, 'EARLY-1', { name, version }))
  await update(2, 'Older')
  await update(3, 'Same')
  await settled()
  expect(await documentsOf(app.service, early)).toMatchObject([{ version: 3, name: 'Of the snapshot' }])
  await update(4, 'Newer')
  await eventually(async () =>
    expect(await documentsOf(app.service, early)).toMatchObject([{ version: 4, name: 'Newer' }]),
  )
})

test('a deleted product disappears, and no late event brings it back', async () => {
  const id = await app.create('GONE-1', { name: 'Gone' })
  expect(await app.names('gone')).toEqual(['Gone'])
  await app.service.receive(productDeleted, id, { productId: id, skus: ['GONE-1'] })
  await eventually(async () => expect(await documentsOf(app.service, id)).toEqual([]))
  await app.service.receive(productUpdated, id, productOf(id, 'GONE-1', { name: 'Gone', version: 9 }))
  await settled()
  expect(await app.names('gone')).toEqual([])
})

test('a deletion that arrives before the product is created counts', async () => {
  await app.service.receive(productDeleted, deleted, { productId: deleted, skus: [] })
  await settled()
  await app.service.receive(productUpdated, deleted, productOf(deleted, 'NEVER-1', { name: 'Never' }))
  await settled()
  expect(await documentsOf(app.service, deleted)).toEqual([])
})

test('a price that pricing published stays, whatever a snapshot has', async () => {
  await app.price('EARLY-1', 999)
  await eventually(async () => expect(await documentsOf(app.service, early)).toMatchObject([{ price: 999 }]))
})
