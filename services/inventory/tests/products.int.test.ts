import { priceChanged } from '@stoa/contracts/pricing/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newProduct, staff, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
let de = ''
const customer = { subject: newId() }

beforeAll(async () => {
  app = await startInventory()
  de = await app.warehouse('DE-1', 'DE')
  const schema = {
    type: 'object',
    properties: { origin: { type: 'string', enum: ['JP', 'CN'] } },
    required: ['origin'],
  }
  await app.ask('POST', '/api/v1/categories', {
    body: { path: 'tea/green', name: 'Green tea', attributeSchema: schema },
  })
  await app.ask('POST', '/api/v1/categories', { body: { path: 'ware', name: 'Ware' } })
})
afterAll(() => app.service.stop())

const etagOf = async (id: string) => (await app.ask('GET', `/api/v1/products/${id}`)).headers.get('etag') ?? ''
const ifMatch = (etag: string) => ({ headers: { 'if-match': etag } })
const namesOf = async (query: string, as = customer) => {
  const { body } = await app.ask('GET', `/api/v1/products?${query}`, { as })
  return body.items?.map(({ name }: { name: string }) => name)
}
const variant = (sku: string) => ({ sku, name: sku, options: {}, weightGrams: 10 })
interface PriceSource {
  readonly priceList?: string
  readonly currency?: string
  readonly subject?: string
  readonly isRemoved?: boolean
}

const price = (sku: string, amount: number, more: PriceSource = {}) => {
  const { priceList = 'retail', currency = 'EUR', subject = sku, isRemoved } = more
  const removed = isRemoved === undefined ? {} : { isRemoved }
  return app.service.receive(priceChanged, subject, { sku, priceList, price: { amount, currency }, ...removed })
}

test('a product is made, read by anybody and told to those who keep a copy', async () => {
  const product = newProduct('SENCHA-100', { category: 'tea/green', attributes: { origin: 'JP' }, tags: ['organic'] })
  const { status, headers, body } = await app.ask('POST', '/api/v1/products', { body: product })
  expect(status).toBe(201)
  expect(body).toMatchObject({ ...product, version: 1 })
  expect(headers.get('location')).toBe(`/api/v1/products/${body.id}`)
  const read = await app.service.request('GET', `/api/v1/products/${body.id}`)
  expect([read.status, read.body]).toEqual([200, body])
  expect(await app.eventsOf(String(body.id))).toEqual(['product.created'])
  const { body: known } = await app.call('GetVariants', { skus: ['SENCHA-100', 'NO-SUCH'] })
  expect(known.variants).toEqual([expect.objectContaining({ sku: 'SENCHA-100', status: 'active', version: '1' })])
})

test('a product is read by the SKU of any of its variants; a draft only by those who write products', async () => {
  const made = await app.ask('POST', '/api/v1/products', {
    body: newProduct('PAIR-1', { variants: [variant('PAIR-1'), variant('PAIR-2')] }),
  })
  const draft = await app.ask('POST', '/api/v1/products', { body: newProduct('HIDDEN-1', { status: 'draft' }) })
  for (const sku of ['PAIR-1', 'PAIR-2']) {
    const { status, body } = await app.service.request('GET', `/api/v1/products/sku/${sku}`)
    expect([status, body.id]).toEqual([200, made.body.id])
  }
  const codes = await Promise.all(
    ['HIDDEN-1', 'NO-SUCH'].map((sku) => app.ask('GET', `/api/v1/products/sku/${sku}`, { as: customer })),
  )
  expect(codes.map(({ status, body }) => [status, body.code])).toEqual([
    [404, 'product.not_found'],
    [404, 'product.not_found'],
  ])
  expect((await app.ask('GET', '/api/v1/products/sku/HIDDEN-1')).status).toBe(200)
  await app.ask('DELETE', `/api/v1/products/${draft.body.id}`, ifMatch(await etagOf(String(draft.body.id))))
})

test('what is wrong with a product is pointed at', async () => {
  const post = (body: object) => app.ask('POST', '/api/v1/products', { body })
  const problems = await Promise.all([
    post(newProduct('W-1', { category: 'none' })),
    post(newProduct('W-2', { category: 'tea/green', attributes: { origin: 'FR' } })),
    post(newProduct('W-3', { variants: [variant('W-3'), variant('W-3')] })),
    post({ ...newProduct('W-4'), colour: 'green' }),
  ])
  expect(problems.map(({ status, body }) => [status, body.code, body.errors?.[0]?.pointer])).toEqual([
    [422, 'category.unknown', '/category'],
    [422, 'product.attributes_invalid', '/attributes/origin'],
    [409, 'product.sku_taken', '/variants/1/sku'],
    [422, 'request.invalid', '/colour'],
  ])
})

test('a SKU belongs to one product, also when two claim it at once', async () => {
  const post = (sku: string) => app.ask('POST', '/api/v1/products', { body: newProduct(sku) })
  const answers = await Promise.all(Array.from({ length: 6 }, () => post('CLAIMED')))
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
    201, 409, 409, 409, 409, 409,
  ])
  expect(
    await namesOf('limit=200').then((names) => names?.filter((name: string) => name === 'Product CLAIMED')),
  ).toHaveLength(1)
})

test('no two SKUs differ in case only', async () => {
  const post = (...skus: string[]) =>
    app.ask('POST', '/api/v1/products', {
      body: newProduct(skus[0] ?? '', { variants: skus.map((sku) => variant(sku)) }),
    })
  const within = await post('Case-1', 'CASE-1')
  expect([within.status, within.body.code, within.body.errors?.[0]?.pointer]).toEqual([
    409,
    'product.sku_taken',
    '/variants/1/sku',
  ])
  const answers = await Promise.all(['case-2', 'Case-2', 'CASE-2'].map((sku) => post(sku)))
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409, 409])
})

test('only those who manage products write them, and drafts are theirs alone', async () => {
  const body = newProduct('SECRET', { status: 'draft', name: 'Secret' })
  expect((await app.ask('POST', '/api/v1/products', { body, as: customer })).status).toBe(403)
  const { body: made } = await app.ask('POST', '/api/v1/products', { body })
  expect((await app.ask('GET', `/api/v1/products/${made.id}`, { as: customer })).status).toBe(404)
  expect(await namesOf('status=draft')).toEqual([])
  expect(await namesOf('status=draft', staff)).toEqual(['Secret'])
  expect(await namesOf('limit=200')).not.toContain('Secret')
})

test('what staff are shown is marked as theirs alone, what others are shown as shared', async () => {
  const { id } = await app.stocked('MARKED')
  for (const path of [`/api/v1/products/${id}`, '/api/v1/products', '/api/v1/products/search?q=marked']) {
    const shared = await app.ask('GET', path, { as: customer })
    expect([shared.headers.get('cache-control'), shared.headers.get('vary')], path).toEqual([
      expect.stringMatching(/^public, /),
      'Authorization',
    ])
    const own = await app.ask('GET', path)
    expect([own.headers.get('cache-control'), own.headers.get('vary')], path).toEqual([
      'private, no-cache',
      'Authorization',
    ])
  }
})

test('the SKU of a draft is unknown to those who may see neither drafts nor stock', async () => {
  await app.stocked('HIDDEN', { [de]: 3 }, newProduct('HIDDEN', { status: 'draft' }))
  await app.stocked('SHOWN', { [de]: 2 })
  const path = '/api/v1/inventory/availability?sku=SHOWN&sku='
  const draft = await app.ask('GET', `${path}HIDDEN`, { as: customer })
  expect([draft.status, draft.body.code]).toEqual([422, 'inventory.unknown_sku'])
  const unknown = await app.ask('GET', `${path}NEVER`, { as: customer })
  expect([unknown.status, unknown.body.code, unknown.body.errors]).toEqual([422, draft.body.code, draft.body.errors])
  expect((await app.ask('GET', `${path}HIDDEN`)).body.items).toHaveLength(2)
  const own = await app.ask('GET', '/api/v1/inventory/availability?sku=SHOWN', { as: customer })
  expect(own.body.items).toEqual([{ sku: 'SHOWN', available: 2, onHand: 2, reserved: 0 }])
})

test('a product is replaced and patched under If-Match', async () => {
  const { id } = await app.stocked('CHANGED', { [de]: 3 }, { attributes: { grams: 100, loose: true } })
  const put = (etag: string) =>
    app.ask('PUT', `/api/v1/products/${id}`, { body: newProduct('CHANGED', { name: 'New' }), ...ifMatch(etag) })
  expect((await app.ask('PUT', `/api/v1/products/${id}`, { body: newProduct('CHANGED') })).status).toBe(428)
  const first = await etagOf(id)
  expect((await put(first)).body).toMatchObject({ name: 'New', version: 2, attributes: {} })
  expect((await put(first)).status).toBe(412)
  const patch = { attributes: { loose: true, grams: null }, tags: ['fresh'] }
  const patched = await app.ask('PATCH', `/api/v1/products/${id}`, { body: patch, ...ifMatch(await etagOf(id)) })
  expect(patched.body).toMatchObject({ name: 'New', version: 3, attributes: { loose: true }, tags: ['fresh'] })
  expect(await app.eventsOf(id)).toEqual(['product.created', 'product.updated', 'product.updated'])
})

test('the status of a product is that of its SKUs: what is discontinued is no longer held', async () => {
  const { id } = await app.stocked('ENDING', { [de]: 3 })
  await app.ask('PATCH', `/api/v1/products/${id}`, { body: { status: 'discontinued' }, ...ifMatch(await etagOf(id)) })
  const { body } = await app.call('Reserve', { orderId: newId(), lines: [{ sku: 'ENDING', quantity: 1 }] })
  expect(body.message).toMatch(/not for sale/)
})

test('what is reserved is neither deleted nor dropped; the rest is, and its stock stays in the books', async () => {
  const { id } = await app.stocked('KEPT', { [de]: 3 }, { variants: [variant('KEPT'), variant('DROPPED')] })
  await app.adjust('DROPPED', de, 2)
  const orderId = newId()
  await app.call('Reserve', { orderId, lines: [{ sku: 'KEPT', quantity: 1 }] })
  const drop = async (sku: string) => {
    const left = [variant('KEPT'), variant('DROPPED')].filter((one) => one.sku !== sku)
    return app.ask('PATCH', `/api/v1/products/${id}`, { body: { variants: left }, ...ifMatch(await etagOf(id)) })
  }
  expect((await drop('KEPT')).body.code).toBe('product.in_use')
  expect((await drop('DROPPED')).status).toBe(200)
  const remove = async () => app.ask('DELETE', `/api/v1/products/${id}`, ifMatch(await etagOf(id)))
  expect((await remove()).body.code).toBe('product.in_use')
  await app.call('Release', { orderId })
  expect((await remove()).status).toBe(204)
  expect((await app.ask('GET', `/api/v1/products/${id}`)).status).toBe(404)
  expect((await app.eventsOf(id)).at(-1)).toBe('product.deleted')
  await app.expectBooksToAgree()
})

test('the list price follows pricing, whichever of the two comes first', async () => {
  await price('EARLY-1', 500)
  await price('EARLY-2', 300)
  await eventually(async () => {
    const rows = await app.service.database.read.sql`select 1 from list_prices where sku like 'EARLY-%'`
    expect(rows).toHaveLength(2)
  })
  const { id, price: found } = await app.stocked('EARLY-1', {}, { variants: [variant('EARLY-1'), variant('EARLY-2')] })
  expect(found).toEqual({ amount: 300, currency: 'EUR' })
  const before = await etagOf(id)
  await price('EARLY-2', 600)
  await price('EARLY-2', 10, { priceList: 'wholesale' })
  await price('EARLY-2', 20, { currency: 'USD' })
  // of one subject, so it is handled after those
  await price('EARLY-1', 499, { subject: 'EARLY-2' })
  await eventually(async () => expect((await app.ask('GET', `/api/v1/products/${id}`)).body.price?.amount).toBe(499))
  expect(await etagOf(id)).not.toBe(before)
  const patched = await app.ask('PATCH', `/api/v1/products/${id}`, { body: { tags: ['x'] }, ...ifMatch(before) })
  expect([patched.status, patched.body.price]).toEqual([200, { amount: 499, currency: 'EUR' }])
})

test('a list price that is removed goes from the product, and comes back with the next price', async () => {
  const { id } = await app.stocked('REMOVED-1')
  const priceOf = async () => (await app.ask('GET', `/api/v1/products/${id}`)).body.price?.amount
  await price('REMOVED-1', 700)
  await eventually(async () => expect(await priceOf()).toBe(700))
  await price('REMOVED-1', 700, { isRemoved: true, priceList: 'wholesale' })
  await price('REMOVED-1', 700, { isRemoved: true })
  await eventually(async () => expect(await priceOf()).toBeUndefined())
  await price('REMOVED-1', 800)
  await eventually(async () => expect(await priceOf()).toBe(800))
})

test('lists are filtered by category with all below it, by tag, by attribute and by price', async () => {
  const green = { category: 'tea/green', attributes: { origin: 'CN', grams: 50 }, tags: ['listed', 'new'] }
  await app.stocked('L-1', {}, { ...green, name: 'listed b' })
  await app.stocked('L-2', {}, { tags: ['listed'], name: 'Listed A' })
  await app.stocked('L-3', {}, { category: 'ware', tags: ['listed'], name: 'listed c' })
  await price('L-1', 700)
  await price('L-2', 100)
  await eventually(async () => expect(await namesOf('tag=listed&priceFrom=1')).toHaveLength(2))
  expect(await namesOf('tag=listed&sort=name')).toEqual(['Listed A', 'listed b', 'listed c'])
  expect(await namesOf('tag=listed&category=tea&sort=-name')).toEqual(['listed b', 'Listed A'])
  expect(await namesOf('tag=listed&category=tea/green')).toEqual(['listed b'])
  expect(await namesOf('tag=listed&attribute=grams:50')).toEqual(['listed b'])
  expect(await namesOf('tag=listed&attribute=grams:5')).toEqual([])
  expect(await namesOf('tag=listed&sort=price')).toEqual(['Listed A', 'listed b', 'listed c'])
  expect(await namesOf('tag=listed&sort=-price')).toEqual(['listed b', 'Listed A', 'listed c'])
  expect(await namesOf('tag=listed&sort=newest')).toEqual(['listed c', 'Listed A', 'listed b'])
  expect(await namesOf('tag=listed&priceFrom=100&priceTo=699')).toEqual(['Listed A'])
})

test.each(['name', '-name', 'price', '-price', 'newest'])(
  'pages sorted by %s hold every product once',
  async (sort) => {
    const all = await namesOf(`sort=${sort}&limit=200`)
    const paged: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { status, body } = await app.ask(
        'GET',
        `/api/v1/products?sort=${sort}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      )
      expect(status).toBe(200)
      paged.push(...(body.items ?? []).map(({ name }: { name: string }) => name))
      cursor = body.nextCursor
    }
    expect(paged).toEqual(all)
    expect(paged.length).toBeGreaterThan(4)
  },
)

test('a cursor of another order is refused', async () => {
  const { body } = await app.ask('GET', '/api/v1/products?sort=name&limit=1')
  const wrong = await app.ask('GET', `/api/v1/products?sort=-name&limit=1&cursor=${body.nextCursor}`)
  expect([wrong.status, wrong.body.errors?.[0]?.pointer]).toEqual([422, '/cursor'])
})

test('categories are a tree', async () => {
  const post = (path: string) => app.ask('POST', '/api/v1/categories', { body: { path, name: path } })
  expect((await post('tea/green')).body.code).toBe('category.taken')
  const orphan = await post('none/below')
  expect([orphan.status, orphan.body.code, orphan.body.errors?.[0]?.pointer]).toEqual([
    422,
    'category.unknown',
    '/path',
  ])
  const { body } = await app.service.request('GET', '/api/v1/categories')
  expect(body.items).toContainEqual(expect.objectContaining({ path: 'tea/green', parent: 'tea' }))
  const schema = { type: 'object', properties: { origin: { type: 'colour' } } }
  const wrong = await app.ask('POST', '/api/v1/categories', { body: { path: 'x', name: 'x', attributeSchema: schema } })
  expect([wrong.status, wrong.body.errors?.[0]?.pointer]).toEqual([422, '/attributeSchema/properties/origin/type'])
})

test('a snapshot goes through every product page by page, with its version and prices', async () => {
  const priced = await app.stocked('SNAP-1', {}, { attributes: { grade: 'first', isOrganic: true } })
  await app.service.receive(priceChanged, 'SNAP-1', {
    sku: 'SNAP-1',
    priceList: 'retail',
    price: { amount: 700, currency: 'EUR' },
  })
  await eventually(async () =>
    expect((await app.ask('GET', `/api/v1/products/${priced.id}`)).body.price).toMatchObject({ amount: 700 }),
  )
  const seen: any[] = []
  let afterProductId = ''
  do {
    const { body } = (await app.call('SnapshotProducts', { afterProductId, limit: 3 })) as { body: any }
    seen.push(...(body.products ?? []))
    afterProductId = body.nextAfterProductId ?? ''
  } while (afterProductId !== '')
  const rows = await app.service.database.read.sql<{ id: string }>`select id from products order by id`
  expect(seen.map(({ productId }) => productId)).toEqual(rows.map(({ id }) => id))
  expect(seen.find(({ productId }) => productId === priced.id)).toMatchObject({
    version: '1',
    status: 'active',
    description: 'What it is.',
    attributes: { grade: 'first', isOrganic: 'true' },
    variants: [{ sku: 'SNAP-1', options: { size: '100 g' }, priceAmount: '700', priceCurrency: 'EUR' }],
  })
  expect((await app.call('SnapshotProducts', { afterProductId: 'x' })).status).toBe(400)
})

test('a tax class that no tax rate names is refused, also when it is changed', async () => {
  const refused = { status: 422, body: { code: 'product.tax_class_unknown', errors: [{ pointer: '/taxClass' }] } }
  const typo = newProduct('UNTAXED', { taxClass: 'standart' })
  expect(await app.ask('POST', '/api/v1/products', { body: typo })).toMatchObject(refused)
  const { id } = await app.stocked('TAXED')
  const headers = { 'if-match': '*' }
  const path = `/api/v1/products/${id}`
  const patch = { ...headers, 'content-type': 'application/merge-patch+json' }
  expect(
    await app.ask('PUT', path, { body: { ...typo, variants: newProduct('TAXED').variants }, headers }),
  ).toMatchObject(refused)
  expect(await app.ask('PATCH', path, { body: { taxClass: 'standart' }, headers: patch })).toMatchObject(refused)
  expect((await app.ask('PATCH', path, { body: { taxClass: 'reduced' }, headers: patch })).body.taxClass).toBe(
    'reduced',
  )
})
