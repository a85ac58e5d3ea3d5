import { cartCreated, cartUpdated } from '@stoa/contracts/order/cart-events'
import { productUpdated } from '@stoa/contracts/inventory/events'
import { AppError, newId, platformError } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cartsOf, newPerson, startCartApp, type CartApp } from './cart-app.ts'

let app: CartApp
beforeAll(async () => {
  app = await startCartApp()
})
afterAll(() => app?.service.stop())
beforeEach(() => app.others.reset())

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const newCart = async (...roles: string[]) => {
  const carts = cartsOf(app, newPerson(...roles))
  const { body } = await carts.open()
  return { carts, id: body.id as string }
}
const eventsOf = async (type: string, cartId: string): Promise<any[]> =>
  (await app.service.published(type)).filter(({ subject }) => subject === cartId).map(({ data }) => data)

test.each([['customer'], ['guest']])('a %s opens a cart, fills it and sees what it costs', async (role) => {
  const ada = newPerson(role)
  const carts = cartsOf(app, ada)
  const opened = await carts.open()
  expect(opened.status).toBe(201)
  const { id } = opened.body
  expect(opened.headers.get('location')).toBe(`/api/v1/carts/${id}`)
  expect(opened.body).toMatchObject({
    customerId: ada.subject,
    status: 'open',
    region: 'DE',
    currency: 'EUR',
    items: [],
    prices: 'current',
  })
  const { status, body: cart } = await carts.set(id, { TEA: 2, CUP: 1 })
  expect(status).toBe(200)
  expect(cart).toMatchObject({
    prices: 'current',
    items: [
      { sku: 'TEA', name: 'Tin of TEA', quantity: 2, isAvailable: true, unitPrice: eur(1000), total: eur(2000) },
      { sku: 'CUP', quantity: 1, total: eur(1000) },
    ],
    totals: { shipping: eur(499), total: eur(2499) },
  })
  expect(cart.quoteId).toBeDefined()
  // the prices of the change hold for a while, and are not asked for again
  expect((await carts.read(id)).body).toEqual(cart)
  expect(app.others.quoted).toEqual(['2 TEA, 1 CUP'])
  expect(await eventsOf(cartCreated.type, id)).toMatchObject([{ customerId: ada.subject, isGuest: role === 'guest' }])
  expect(await eventsOf(cartUpdated.type, id)).toMatchObject([
    {
      status: 'open',
      lines: [
        { sku: 'TEA', quantity: 2 },
        { sku: 'CUP', quantity: 1 },
      ],
    },
  ])
})

test('opening a cart again returns the open one, with another region if it is given', async () => {
  const { carts, id } = await newCart()
  await carts.set(id, { TEA: 1 })
  const again = await carts.open()
  expect([again.status, again.body.id, again.body.items.length]).toEqual([200, id, 1])
  const moved = await carts.open({ region: 'AT', currency: 'CHF' })
  expect([moved.status, moved.body.id, moved.body.region, moved.body.currency]).toEqual([200, id, 'AT', 'CHF'])
  expect((await carts.read(id)).body).toMatchObject({ region: 'AT', currency: 'CHF' })
})

test('a cart has a channel, which its order and the events of both have', async () => {
  const carts = cartsOf(app, newPerson())
  const { body: cart } = await carts.open({ region: 'DE', channel: 'app' })
  expect(cart.channel).toBe('app')
  await carts.set(cart.id, { TEA: 2 })
  // without a channel it stays as it is
  expect((await carts.open()).body).toMatchObject({ id: cart.id, channel: 'app', items: [{ sku: 'TEA' }] })
  const refused = await carts.open({ region: 'DE', channel: 'phone' })
  expect([refused.status, refused.body.code]).toEqual([403, 'order.channel_forbidden'])
  const { body: order } = await carts.checkOut(cart.id)
  expect(order).toMatchObject({ channel: 'app', status: 'confirmed' })
  expect(await eventsOf(cartCreated.type, cart.id)).toMatchObject([{ channel: 'app' }])
  expect((await eventsOf(cartUpdated.type, cart.id)).map(({ channel }) => channel)).toEqual(['app', 'app'])
})

test('a cart is in the currency of its region and channel, unless one is stated', async () => {
  const carts = cartsOf(app, newPerson())
  expect((await carts.open({ region: 'CH' })).body).toMatchObject({ region: 'CH', currency: 'CHF' })
  const stated = await carts.open({ region: 'CH', currency: 'EUR' })
  expect(stated.body).toMatchObject({ region: 'CH', currency: 'EUR' })
  // what was stated stays as long as region and channel do
  expect((await carts.open({ region: 'CH' })).body.currency).toBe('EUR')
  expect((await carts.open({ region: 'US' })).body.currency).toBe('EUR')
  expect((await carts.open({ region: 'US', channel: 'app' })).body.currency).toBe('USD')
})

test('a cart whose currency is no longer sold gets that of its region when it is opened again', async () => {
  const carts = cartsOf(app, newPerson())
  const { body: cart } = await carts.open({ region: 'CH', currency: 'EUR' })
  app.others.fails('quote', platformError('service.unavailable', 'away'))
  await carts.set(cart.id, { TEA: 1 })
  const fields = [{ pointer: '/currency', detail: 'is not sold in' }]
  app.others.fails('quote', new AppError('invalid', 'pricing.currency_unknown', 'This is wrong.', { fields }))
  expect((await carts.open({ region: 'CH', currency: 'EUR' })).body.currency).toBe('EUR')
  expect((await carts.open({ region: 'CH' })).body).toMatchObject({ id: cart.id, currency: 'CHF' })
  app.others.fails('quote', platformError('service.unavailable', 'away'))
  app.others.fails('findCurrency', platformError('service.unavailable', 'away'))
  expect((await carts.open({ region: 'CH' })).body.currency).toBe('CHF')
})

test('without pricing a cart is not opened in a currency that nobody knows', async () => {
  app.others.fails('findCurrency', platformError('service.unavailable', 'away'))
  const carts = cartsOf(app, newPerson())
  expect((await carts.open({ region: 'CH' })).status).toBe(503)
  const { status, body } = await carts.open({ region: 'CH', currency: 'CHF' })
  expect([status, body.currency]).toEqual([201, 'CHF'])
  expect((await carts.open({ region: 'CH' })).status).toBe(200)
})

test('a cart continues in another channel with its prices, and a checkout can state its own', async () => {
  const { carts, id } = await newCart()
  await carts.set(id, { TEA: 2 })
  const { body: cart } = await carts.read(id)
  const { body: moved } = await carts.open({ region: 'DE', channel: 'app' })
  expect(moved).toMatchObject({ id, channel: 'app', quoteId: cart.quoteId, prices: 'current' })
  const { body: order } = await carts.checkOut(id, { channel: 'web' })
  expect(order.channel).toBe('web')
})

test('two carts opened at once are one', async () => {
  const carts = cartsOf(app, newPerson('guest'))
  const answers = await Promise.all(Array.from({ length: 6 }, () => carts.open()))
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
})

test('a quantity replaces the one before, and 0 removes the line', async () => {
  const { carts, id } = await newCart()
  await carts.set(id, { TEA: 2, CUP: 1 })
  await carts.set(id, { CUP: 3, POT: 1 })
  const { body } = await carts.set(id, { TEA: 0 })
  expect(body.items.map(({ sku, quantity }: any) => [sku, quantity])).toEqual([
    ['CUP', 3],
    ['POT', 1],
  ])
  expect((await carts.set(id, { CUP: 0, POT: 0 })).body).toMatchObject({ items: [], prices: 'current' })
})

test('an unknown SKU, one that is not for sale and one named twice are refused, each with its place', async () => {
  await app.knows('OLD', { status: 'discontinued' })
  const { carts, id } = await newCart()
  for (const sku of ['NONE', 'OLD']) {
    const { status, body } = await carts.set(id, { TEA: 1, [sku]: 1 })
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'order.unknown_sku', '/items/1/sku'])
  }
  const line = { sku: 'TEA', quantity: 1 }
  const twice = await carts.request('PUT', `/${id}/items`, { body: { items: [line, line] } })
  expect([twice.status, twice.body.code]).toEqual([422, 'request.invalid'])
  app.others.fails('quote', new AppError('invalid', 'pricing.quantity_too_small', 'at least 6'))
  const few = await carts.set(id, { TEA: 1 })
  expect([few.status, few.body.code]).toEqual([422, 'order.quantity_invalid'])
  expect((await carts.read(id)).body.items).toEqual([])
})

test('a change of a version that is not the current one is refused, also a deletion', async () => {
  const { carts, id } = await newCart()
  const { headers } = await carts.read(id)
  const tag = headers.get('etag') ?? ''
  expect((await carts.set(id, { TEA: 1 }, { 'if-match': tag })).status).toBe(200)
  expect((await carts.set(id, { TEA: 2 }, { 'if-match': tag })).status).toBe(412)
  expect((await carts.remove(id, tag)).status).toBe(412)
  const current = (await carts.read(id)).headers.get('etag') ?? ''
  expect((await carts.remove(id, current)).status).toBe(204)
  expect((await carts.read(id)).status).toBe(404)
  expect((await eventsOf(cartUpdated.type, id)).at(-1)).toMatchObject({ status: 'deleted' })
})

test('changes of different lines at once all hold', async () => {
  const { carts, id } = await newCart()
  const answers = await Promise.all(['TEA', 'CUP', 'POT'].map((sku) => carts.set(id, { [sku]: 2 })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  const { body } = await carts.read(id)
  expect(body.items.map(({ sku }: any) => sku).toSorted()).toEqual(['CUP', 'POT', 'TEA'])
  expect(body.prices).toBe('current')
})

test('the cart of another is not found, whatever is done with it', async () => {
  const { id } = await newCart()
  const stranger = cartsOf(app, newPerson())
  const answers = [
    await stranger.read(id),
    await stranger.set(id, { TEA: 1 }),
    await stranger.remove(id),
    await stranger.checkOut(id),
  ]
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
    answers.map(() => [404, 'order.cart_not_found']),
  )
  expect(app.others.quoted).toEqual([])
  const staff = cartsOf(app, newPerson('support'))
  expect([(await staff.read(id)).status, (await staff.set(id, { TEA: 1 })).status]).toEqual([200, 403])
})

test('without pricing a cart shows the prices it knows as outdated, and can still be changed', async () => {
  const { carts, id } = await newCart()
  const priced = (await carts.set(id, { TEA: 1 })).body
  app.others.fails('quote', platformError('service.unavailable', 'away'))
  expect((await carts.read(id)).body).toEqual(priced)
  // the stored quote holds no longer
  await app.service.database.transaction(
    (tx) =>
      tx.sql`update carts set prices = jsonb_set(prices, '{expiresAt}', '"2020-01-01T00:00:00Z"') where id = ${id}`,
  )
  const { status, body } = await carts.read(id)
  expect([status, body.prices, body.items[0].unitPrice]).toEqual([200, 'outdated', eur(1000)])
  expect([body.quoteId, body.pricesValidUntil]).toEqual([undefined, undefined])
  const changed = await carts.set(id, { CUP: 1 })
  expect([changed.status, changed.body.prices, changed.body.items.length]).toEqual([200, 'missing', 2])
  app.others.reset()
  expect((await carts.read(id)).body).toMatchObject({ prices: 'current', items: [{}, { unitPrice: eur(1000) }] })
})

test('a SKU that is no longer for sale stays in the cart without a price, and blocks the checkout', async () => {
  const sku = `GONE-${newId().slice(-6)}`
  const productId = await app.knows(sku)
  const { carts, id } = await newCart()
  await carts.set(id, { TEA: 1, [sku]: 1 })
  await app.service.receive(productUpdated, productId, {
    productId,
    version: 2,
    status: 'discontinued',
    name: 'Tea',
    category: 'tea',
    tags: [],
    taxClass: 'reduced',
    variants: [{ sku, name: 'Gone', weightGrams: 1 }],
  })
  await eventually(async () =>
    expect((await carts.read(id)).body.items).toMatchObject([
      { sku: 'TEA', isAvailable: true },
      { sku, isAvailable: false },
    ]),
  )
  expect(app.others.quoted.at(-1)).toBe('1 TEA')
  const { status, body } = await carts.checkOut(id)
  expect([status, body.code, body.errors]).toEqual([422, 'order.unknown_sku', undefined])
  expect((await carts.set(id, { [sku]: 0 })).body.items).toHaveLength(1)
  expect((await carts.checkOut(id)).body.status).toBe('confirmed')
})

test('a cart takes 100 lines', async () => {
  const { carts, id } = await newCart()
  const skus = Array.from({ length: 101 }, (_, index) => `LINE-${index}`)
  await app.service.database.transaction(
    (tx) => tx.sql`
      insert into product_variants (sku, product_id, name, status, version)
      select sku, ${newId()}, sku, 'active', 1 from unnest(${skus}::text[]) as given (sku)`,
  )
  const quantities = (some: readonly string[]) => Object.fromEntries(some.map((sku) => [sku, 1]))
  expect((await carts.set(id, quantities(skus.slice(0, 100)))).status).toBe(200)
  const { status, body } = await carts.set(id, quantities(skus.slice(100)))
  expect([status, body.code]).toEqual([409, 'order.cart_full'])
})

test('a read after a change has the ETag of the change', async () => {
  const carts = cartsOf(app, newPerson())
  const { id } = (await carts.open()).body
  const changed = await carts.set(id, { TEA: 2 })
  expect((await carts.read(id)).headers.get('etag')).toBe(changed.headers.get('etag'))
})

test('a currency that does not exist is refused', async () => {
  const as = newPerson()
  const body = { region: 'AT', currency: 'ZZZ' }
  const answer = await app.service.request('POST', '/api/v1/carts', { as, body })
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/currency'])
})
