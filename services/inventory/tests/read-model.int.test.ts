import { priceChanged } from '@stoa/contracts/pricing/events'
import { newId, systemClock } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deps } from '../src/deps.ts'
import { viewOf, viewShape } from '../src/domain/product-view.ts'
import { insertProducts, readPricedProducts } from '../src/store/products.ts'
import { projectProducts } from '../src/use-cases/project-products.ts'
import { buildReadModel } from '../src/use-cases/rebuild-read-model.ts'
import { newProduct, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
beforeAll(async () => {
  app = await startInventory()
})
afterAll(() => app.service.stop())

const variant = (sku: string) => ({ sku, name: sku, options: {}, weightGrams: 10 })
const price = (sku: string, amount: number) =>
  app.service.receive(priceChanged, sku, { sku, priceList: 'retail', price: { amount, currency: 'EUR' } })
const make = async (sku: string, more: object = {}) => {
  const { status, body } = await app.ask('POST', '/api/v1/products', { body: newProduct(sku, more) })
  expect(status).toBe(201)
  return String(body.id)
}
const etagOf = async (id: string) => (await app.ask('GET', `/api/v1/products/${id}`)).headers.get('etag') ?? ''
const patch = async (id: string, body: object) =>
  app.ask('PATCH', `/api/v1/products/${id}`, { body, headers: { 'if-match': await etagOf(id) } })
const found = async (q: string) => {
  const { status, body } = await app.service.request('GET', `/api/v1/products/search?q=${encodeURIComponent(q)}`)
  expect(status).toBe(200)
  return body.items.map(({ name }: { name: string }) => name) as string[]
}
const rebuild = async () => {
  const before = (await app.ask('GET', '/api/v1/inventory/read-model')).body as { builtAt?: string }
  expect((await app.ask('POST', '/api/v1/inventory/read-model/rebuild')).status).toBe(202)
  await eventually(async () => {
    const { body } = await app.ask('GET', '/api/v1/inventory/read-model')
    expect(body).toMatchObject({ isRebuilding: false })
    expect((body as { builtAt?: string }).builtAt).not.toBe(before.builtAt)
  })
}

interface Row {
  readonly id: string
  readonly answer: string
  readonly etag: string
}

/** Fails unless each product has the row that would be made of it now, and nothing else has one. */
async function expectRowsToBeRight(): Promise<void> {
  const { read } = app.service.database
  const ids = (await read.sql<{ id: string }>`select id from products`).map(({ id }) => id)
  const wanted = (await readPricedProducts(read, ids)).map(viewOf)
  const rows = await read.sql<Row>`select product_id as id, answer, etag from product_views order by product_id`
  expect(rows).toEqual(
    wanted
      .map(({ productId: id, answer, etag }) => ({ id, answer, etag }))
      .toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  )
}

test('a search finds words and how they begin, in names before terms before descriptions', async () => {
  await make('GYO-1', { name: 'Gyokuro Asahi', tags: ['shade'] })
  await make('GYO-2', { name: 'Asahi cup', description: 'For a gyokuro.' })
  await make('GYO-3', { name: 'Teapot', tags: ['gyokuro'] })
  await make('GYO-4', { name: 'Gyokuro, not yet', status: 'draft' })
  await make('GYO-5', { name: 'Gyokuro, no longer', status: 'discontinued' })
  expect(await found('gyokuro')).toEqual(['Gyokuro Asahi', 'Teapot', 'Asahi cup'])
  expect(await found('GYO asa')).toEqual(['Gyokuro Asahi', 'Asahi cup'])
  expect(await found('gyo-3')).toEqual(['Teapot'])
  expect(await found('gyokuro nothing-of-that')).toEqual([])
})

test('a search forgives a typo and an accent, and takes no word as syntax', async () => {
  await make('MATE-1', { name: 'Maté Chimarrão' })
  expect(await found('chimarrao')).toEqual(['Maté Chimarrão'])
  expect(await found('chimarao')).toEqual(['Maté Chimarrão'])
  expect(await found("mate' | ! & :* (")).toEqual(['Maté Chimarrão'])
  expect(await found('!!!')).toEqual([])
})

test('an answer that the client holds is not sent again: strong tags of a product, weak ones of lists', async () => {
  const id = await make('TAGGED')
  const ask = async (path: string, etag?: string) =>
    app.service.request('GET', path, etag === undefined ? {} : { headers: { 'if-none-match': etag } })
  for (const [path, form] of [
    [`/api/v1/products/${id}`, /^"/],
    ['/api/v1/products?sort=name', /^W\/"/],
    ['/api/v1/products/search?q=tagged', /^W\/"/],
  ] as const) {
    const first = await ask(path)
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, first.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=5, stale-while-revalidate=30, stale-if-error=600',
    ])
    expect(etag).toMatch(form)
    const second = await ask(path, etag)
    expect([second.status, second.body, second.headers.get('etag')]).toEqual([304, undefined, etag])
  }
  const before = await etagOf(id)
  await patch(id, { name: 'Tagged anew' })
  expect((await ask(`/api/v1/products/${id}`, before)).status).toBe(200)
})

test('a price that comes twice changes nothing the second time', async () => {
  const id = await make('TWICE')
  await price('TWICE', 700)
  await eventually(async () =>
    expect((await app.ask('GET', `/api/v1/products/${id}`)).body.price).toEqual({ amount: 700, currency: 'EUR' }),
  )
  const before = await app.service.database.read.sql`select xmin::text, * from product_views where product_id = ${id}`
  await price('TWICE', 700)
  await price('AFTER-TWICE', 1)
  await eventually(async () => {
    expect(await app.service.database.read.sql`select 1 from list_prices where sku = 'AFTER-TWICE'`).toHaveLength(1)
  })
  expect(await app.service.database.read.sql`select xmin::text, * from product_views where product_id = ${id}`).toEqual(
    before,
  )
})

test('a read model that has gone wrong is right again once it is made again', async () => {
  const id = await make('LOST')
  await app.service.database.transaction((tx) => tx.sql`delete from product_views where product_id = ${id}`)
  expect((await app.ask('GET', `/api/v1/products/${id}`)).status).toBe(404)
  await rebuild()
  expect((await app.ask('GET', `/api/v1/products/${id}`)).status).toBe(200)
  expect(await found('lost')).toEqual(['Product LOST'])
  await expectRowsToBeRight()
})

const mostRounds = 30

test('it is made again while products are made, changed, priced and deleted, and nothing is missed or stale', async () => {
  const skus = Array.from({ length: 12 }, (_, index) => `BUSY-${index}`)
  const ids = await Promise.all(skus.map((sku) => make(sku)))
  let isOver = false
  const lastPrices = new Map<string, number>()
  const writing = skus.map(async (sku, index) => {
    const id = ids[index] ?? ''
    // of a limited number: a rebuild takes longer with each product, and longest on a busy machine
    for (let round = 1; !isOver && round <= mostRounds; round++) {
      lastPrices.set(sku, 100 * round + index)
      await price(sku, 100 * round + index)
      await patch(id, { name: `Round ${round}` })
      const short = await make(`${sku}-${round}`, { variants: [variant(`${sku}-${round}`)] })
      if (round % 2 === 0)
        await app.ask('DELETE', `/api/v1/products/${short}`, { headers: { 'if-match': await etagOf(short) } })
      const { body } = await app.service.request('GET', '/api/v1/products?limit=200')
      expect(body).toMatchObject({ items: expect.any(Array) })
    }
  })
  const rebuilding = async () => {
    for (let times = 0; times < 3; times++) await rebuild()
  }
  await Promise.all([...writing, rebuilding().finally(() => (isOver = true))])
  await eventually(async () => {
    const rows = await app.service.database.read.sql<{ sku: string; amount: number }>`
      select sku, amount from list_prices where sku = any(${skus})`
    expect(new Map(rows.map(({ sku, amount }) => [sku, amount]))).toEqual(lastPrices)
  })
  await expectRowsToBeRight()
})

test('a product that is being written as the making begins is not missed', async () => {
  const { database } = app.service
  const id = newId()
  await database.transaction((tx) => tx.sql`update read_models set shape = 0`)
  const { promise: isWritten, resolve: noteWritten } = Promise.withResolvers<void>()
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>()
  const writing = database.transaction(async (tx) => {
    await insertProducts(tx, [{ id, product: newProduct('UNDER-WAY') }], systemClock.now())
    await projectProducts(tx, [id])
    noteWritten()
    await mayCommit
  })
  await isWritten
  let isBuilt = false
  const building = buildReadModel({ database, clock: systemClock } as Deps).then(() => (isBuilt = true))
  await eventually(async () => {
    const waiting = await database.read.sql`
      select 1 from pg_locks where relation = 'products'::regclass and not granted`
    expect(isBuilt || waiting.length > 0).toBe(true)
  })
  commit()
  await Promise.all([writing, building])
  await expectRowsToBeRight()
})

test('a start with code of another shape makes it again before anything is answered', async () => {
  const { database } = app.service
  const id = await make('OLD-SHAPE')
  await database.transaction(async (tx) => {
    await tx.sql`update read_models set shape = 0`
    await tx.sql`update product_views set etag = 'old' where product_id = ${id}`
  })
  const deps = { database, clock: systemClock } as Deps
  await Promise.all([buildReadModel(deps), buildReadModel(deps)])
  expect(await etagOf(id)).not.toBe('"old"')
  const [state] = await database.read.sql<{ shape: number }>`select shape from read_models`
  expect(state?.shape).toBe(viewShape)
  await expectRowsToBeRight()
})
