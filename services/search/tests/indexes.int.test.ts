import { productDeleted, productUpdated } from '@stoa/contracts/inventory/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentsOf, productOf, snapshotOf, startSearch, type SearchApp } from './search-app.ts'

const staff = { subject: newId(), roles: ['staff'] }
const path = '/api/v1/search/indexes'
const [kept, removed] = [newId(), newId()]
let app: SearchApp

beforeAll(async () => {
  app = await startSearch([
    snapshotOf(productOf(kept, 'KEPT-1', { name: 'Kept at first' })),
    snapshotOf(productOf(removed, 'REMOVED-1', { name: 'Removed later' })),
  ])
})
afterAll(() => app.service.stop())

const create = () => app.service.request('POST', path, { as: staff, body: { name: 'products' } })
const read = async (id: string) => (await app.service.request('GET', `${path}/${id}`, { as: staff })).body
const liveAfter = async (id: string) => eventually(async () => expect(await read(id)).toMatchObject({ state: 'live' }))

/** Holds the next pages of inventory back until the returned function is called. */
function holdPages(): { readonly reached: Promise<void>; readonly release: () => void } {
  const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  app.onPage = async () => {
    reached.resolve()
    await held.promise
  }
  return {
    reached: reached.promise,
    release() {
      app.onPage = async () => {}
      held.resolve()
    },
  }
}

test('the first start has built version 2', async () => {
  await liveAfter('products-2')
  const { body } = await app.service.request('GET', `${path}?limit=1`, { as: staff })
  expect(body.items).toMatchObject([{ id: 'products-2', name: 'products', version: 2, documents: 2 }])
  const next = await app.service.request('GET', `${path}?limit=1&cursor=${body.nextCursor}`, { as: staff })
  expect(next.body).toMatchObject({ items: [{ id: 'products-1', state: 'retired' }] })
  expect(next.body).not.toHaveProperty('nextCursor')
})

test('a new version takes in every event while it is built, and the live one is searched until then', async () => {
  const phantom = await app.create('PHANTOM-1', { name: 'Phantom' })
  const pages = holdPages()
  const { status, body } = await create()
  expect([status, body.state]).toEqual([202, 'building'])
  await pages.reached
  // The page with the old versions has been read, and is written after these events.
  const renamed = productOf(kept, 'KEPT-1', { name: 'Kept and renamed', version: 2 })
  await app.service.receive(productUpdated, kept, renamed)
  await app.service.receive(productDeleted, removed, { productId: removed, skus: ['REMOVED-1'] })
  const added = await app.create('ADDED-1', { name: 'Added meanwhile' })
  await app.price('ADDED-1', 800)
  await eventually(async () => {
    expect(await documentsOf(app.service, added)).toMatchObject([{ price: 800 }])
    expect(await app.names('kept')).toEqual(['Kept and renamed'])
    expect(await app.names('removed')).toEqual([])
  })
  expect(await app.names('phantom')).toEqual(['Phantom'])
  pages.release()
  await liveAfter(body.id)
  app.products[0] = snapshotOf(renamed)
  expect(await app.names('kept')).toEqual(['Kept and renamed'])
  expect(await app.names('removed')).toEqual([])
  expect(await documentsOf(app.service, added)).toMatchObject([{ price: 800 }])
  expect(await documentsOf(app.service, phantom)).toEqual([])
  expect(await read('products-2')).toMatchObject({ state: 'retired', documents: 3 })
})

test('no search fails while versions are replaced', async () => {
  let isOver = false
  const statuses = new Set<number>()
  const searching = Promise.all(
    Array.from({ length: 3 }, async () => {
      while (!isOver) statuses.add((await app.service.request('GET', '/api/v1/search?q=kept&facets=tag')).status)
    }),
  )
  for (let built = 0; built < 3; built++) await liveAfter((await create()).body.id)
  isOver = true
  await searching
  expect([...statuses]).toEqual([200])
})

test('a build in progress is returned instead of another one, and can be cancelled', async () => {
  const pages = holdPages()
  const [first, second] = [(await create()).body, (await create()).body]
  expect(second.id).toBe(first.id)
  await pages.reached
  const cancelled = await app.service.request('POST', `${path}/${first.id}/cancel`, { as: staff })
  expect(cancelled).toMatchObject({ status: 200, body: { id: first.id, state: 'cancelled' } })
  pages.release()
  expect(await app.names('kept')).toEqual(['Kept and renamed'])
  const third = (await create()).body
  await liveAfter(third.id)
  expect(await read(first.id)).toMatchObject({ state: 'cancelled' })
  const unchanged = await app.service.request('POST', `${path}/${third.id}/cancel`, { as: staff })
  expect(unchanged).toMatchObject({ status: 200, body: { state: 'live' } })
})

test('only staff manage indexes, and an unknown one is not found', async () => {
  const customer = { subject: newId() }
  expect((await app.service.request('GET', path, { as: customer })).status).toBe(403)
  expect((await app.service.request('POST', path, { as: customer, body: { name: 'products' } })).status).toBe(403)
  const unknown = await app.service.request('GET', `${path}/products-999`, { as: staff })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'search.index_not_found'])
})
