import { cartUpdated } from '@stoa/contracts/order/cart-events'
import { orderCreated } from '@stoa/contracts/order/events'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cartsOf, newPerson, startCartApp, type CartApp, type Person } from './cart-app.ts'

let app: CartApp
beforeAll(async () => {
  app = await startCartApp()
})
afterAll(() => app?.service.stop())
beforeEach(() => app.others.reset())

const filledCart = async (as: Person = newPerson()) => {
  const carts = cartsOf(app, as)
  const { id } = (await carts.open()).body
  await carts.set(id, { TEA: 2 })
  return { carts, id: id as string, as }
}
const ordersOf = async ({ subject }: Person) =>
  (await app.service.request('GET', `/api/v1/orders`, { as: { subject } })).body.items

test('a checkout makes the order that POST /orders makes, and closes the cart', async () => {
  const { carts, id, as } = await filledCart()
  const { status, body: order, headers } = await carts.checkOut(id)
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`/api/v1/orders/${order.id}`)
  expect(order).toMatchObject({ status: 'confirmed', customerId: as.subject, items: [{ sku: 'TEA', quantity: 2 }] })
  const sagaCalls = app.others.log.filter((call) => call !== 'shipping.release')
  expect(sagaCalls).toEqual(['acceptQuote', 'reserve', 'pay', 'createShipment', 'confirm'])
  expect((await carts.read(id)).body).toMatchObject({ status: 'ordered', orderId: order.id })
  const [created] = (await app.service.published(orderCreated.type)).filter(({ subject }) => subject === order.id)
  expect(created?.data).toMatchObject({ total: order.total })
  const changes = (await app.service.published(cartUpdated.type)).filter(({ subject }) => subject === id)
  expect(changes.at(-1)?.data).toMatchObject({ status: 'ordered', orderId: order.id })
  // the next cart is another one
  const next = await carts.open()
  expect([next.status, next.body.id === id]).toEqual([201, false])
})

test('of checkouts at once under different keys one makes the order, and the others name it', async () => {
  const { carts, id, as } = await filledCart()
  const answers = await Promise.all(Array.from({ length: 5 }, () => carts.checkOut(id)))
  const made = answers.filter(({ status }) => status === 201)
  expect(made).toHaveLength(1)
  const orderId = made[0]?.body.id
  for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
    expect([status, body.code]).toEqual([409, 'order.cart_ordered'])
    expect(body.detail).toContain(orderId)
  }
  expect((await ordersOf(as)).map((order: any) => order.id)).toEqual([orderId])
})

test('a checkout that is repeated with its key returns the same order', async () => {
  const { carts, id, as } = await filledCart()
  const [key, body] = [newId(), { paymentMethodId: newId() }]
  const answers = await Promise.all(Array.from({ length: 4 }, () => carts.checkOut(id, body, key)))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  const later = await carts.checkOut(id, body, key)
  expect(new Set([...answers, later].map((answer) => answer.body.id)).size).toBe(1)
  expect(await ordersOf(as)).toHaveLength(1)
})

test('a cart that is changed while it is checked out is not ordered', async () => {
  const { carts, id, as } = await filledCart()
  app.others.before('checkMethod', () => carts.set(id, { TEA: 5 }))
  const { status, body } = await carts.checkOut(id)
  expect([status, body.code]).toEqual([409, 'order.cart_changed'])
  expect(await ordersOf(as)).toEqual([])
  expect((await carts.read(id)).body.status).toBe('open')
  expect((await carts.checkOut(id)).body.items).toMatchObject([{ quantity: 5 }])
})

test('a checkout without a quote is refused if it would cost more than the cart has shown', async () => {
  const { carts, id, as } = await filledCart()
  app.others.quotes({ total: { amount: 2500n, currency: 'EUR' } })
  const { status, body } = await carts.checkOut(id)
  expect([status, body.code]).toEqual([409, 'order.price_changed'])
  expect(await ordersOf(as)).toEqual([])
  // the customer has seen the new total, and names its quote
  const named = await carts.checkOut(id, { paymentMethodId: newId(), quoteId: newId() })
  expect([named.status, named.body.total.amount]).toEqual([201, 2500])
})

test('a checkout to another country than that of the cart says so', async () => {
  const { carts, id } = await filledCart()
  const shippingAddress = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' }
  const { status, body } = await carts.checkOut(id, { paymentMethodId: newId(), shippingAddress })
  expect([status, body.code, body.errors[0].pointer]).toEqual([
    422,
    'order.cart_region_differs',
    '/shippingAddress/country',
  ])
})

test('a cheaper price is no reason to refuse a checkout', async () => {
  const { carts, id } = await filledCart()
  app.others.quotes({ total: { amount: 2400n, currency: 'EUR' } })
  const { status, body } = await carts.checkOut(id)
  expect([status, body.total.amount]).toEqual([201, 2400])
})

test('an empty cart is not ordered, and a closed one is not changed', async () => {
  const carts = cartsOf(app, newPerson())
  const { id } = (await carts.open()).body
  const empty = await carts.checkOut(id)
  expect([empty.status, empty.body.code]).toEqual([409, 'order.cart_empty'])
  await carts.set(id, { TEA: 1 })
  expect((await carts.checkOut(id)).status).toBe(201)
  for (const answer of [await carts.set(id, { TEA: 2 }), await carts.remove(id)])
    expect([answer.status, answer.body.code]).toEqual([409, 'order.cart_ordered'])
})

test('a refused checkout leaves the cart open', async () => {
  const { carts, id } = await filledCart()
  app.others.refusesMethod()
  const { status, body } = await carts.checkOut(id)
  expect([status, body.code]).toEqual([422, 'order.payment_method_unusable'])
  expect((await carts.read(id)).body.status).toBe('open')
})

test('a declined payment rejects the order; the cart stays closed', async () => {
  const { carts, id } = await filledCart()
  app.others.declines('payment.declined')
  const { body: order } = await carts.checkOut(id)
  expect(order).toMatchObject({ status: 'rejected', reason: 'payment.declined' })
  expect((await carts.read(id)).body).toMatchObject({ status: 'ordered', orderId: order.id })
})
