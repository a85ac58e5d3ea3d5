import { cartExpired } from '@stoa/contracts/order/cart-events'
import { priceChanged } from '@stoa/contracts/pricing/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { personalData } from '../src/use-cases/follow-others.ts'
import type { Deps } from '../src/deps.ts'
import { cartsOf, newPerson, startCartApp, type CartApp, type Person } from './cart-app.ts'

let app: CartApp
beforeAll(async () => {
  app = await startCartApp({ CART_TTL_HOURS: '48', GUEST_CART_TTL_HOURS: '1', CLOSED_CART_DAYS: '2' })
})
afterAll(() => app?.service.stop())
beforeEach(() => app.others.reset())

const filled = async (as: Person = newPerson()) => {
  const carts = cartsOf(app, as)
  const { id } = (await carts.open()).body
  const { body } = await carts.set(id, { TEA: 2 })
  return { ...carts, id: id as string, as, body }
}
const expire = async () => expect(await app.service.runTask('expire-carts', {})).toEqual({ status: 'completed' })
const expiredEvents = async (id: string) =>
  (await app.service.published(cartExpired.type)).filter(({ subject }) => subject === id).map(({ data }) => data)
const priceOf = (sku: string, amount: number) =>
  app.service.receive(priceChanged, `${sku}`, { sku, priceList: 'standard', price: { amount, currency: 'EUR' } })

test('a cart that nobody changes expires, that of a guest earlier, and each change extends its time', async () => {
  const guest = await filled(newPerson('guest'))
  const customer = await filled()
  app.pass({ minutes: 40 })
  await guest.set(guest.id, { TEA: 1 })
  app.pass({ minutes: 40 })
  await expire()
  expect((await guest.read(guest.id)).body.status).toBe('open')
  app.pass({ minutes: 30 })
  // also before the task has run
  expect((await guest.read(guest.id)).body.status).toBe('expired')
  for (const answer of [await guest.set(guest.id, { TEA: 3 }), await guest.checkOut(guest.id)])
    expect([answer.status, answer.body.code]).toEqual([409, 'order.cart_closed'])
  await expire()
  await expire()
  expect(await expiredEvents(guest.id)).toMatchObject([
    { cartId: guest.id, customerId: guest.as.subject, lines: [{ sku: 'TEA', quantity: 1 }] },
  ])
  expect(await expiredEvents(customer.id)).toEqual([])
  const next = await guest.open()
  expect([next.status, next.body.id === guest.id]).toEqual([201, false])
})

test('an expired cart does not stand in the way of a new one before the task has run', async () => {
  const guest = await filled(newPerson('guest'))
  app.pass({ hours: 2 })
  const answers = await Promise.all(Array.from({ length: 4 }, () => guest.open()))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await expiredEvents(guest.id)).toHaveLength(1)
})

test('closed carts are deleted after their time; open ones and orders stay', async () => {
  const ordered = await filled()
  const { body: order } = await ordered.checkOut(ordered.id)
  app.pass({ hours: 47 })
  const open = await filled()
  await expire()
  expect((await ordered.read(ordered.id)).status).toBe(200)
  app.pass({ hours: 2 })
  await expire()
  expect((await ordered.read(ordered.id)).status).toBe(404)
  expect((await open.read(open.id)).body.status).toBe('open')
  expect((await app.service.request('GET', `/api/v1/orders/${order.id}`, { as: ordered.as })).status).toBe(200)
})

test('a price that changes is shown with the one before, as soon as pricing has published it', async () => {
  const cart = await filled()
  const before = { amount: 1000, currency: 'EUR' }
  app.others.unitCosts(1200)
  // the quote of the cart still holds
  expect((await cart.read(cart.id)).body.items).toEqual(cart.body.items)
  app.pass({ seconds: 5 })
  await priceOf('TEA', 1200)
  await eventually(async () =>
    expect((await cart.read(cart.id)).body).toMatchObject({
      prices: 'current',
      items: [{ unitPrice: { amount: 1200 }, previousUnitPrice: before, total: { amount: 2400 } }],
    }),
  )
  // setting the quantity accepts the price
  const { body } = await cart.set(cart.id, { TEA: 3 })
  expect(body.items[0]).toMatchObject({ unitPrice: { amount: 1200 } })
  expect(body.items[0].previousUnitPrice).toBeUndefined()
})

test('the price of a SKU that is not in the cart changes nothing', async () => {
  // the change of the test before is long ago
  app.pass({ seconds: 5 })
  const cart = await filled()
  app.pass({ seconds: 5 })
  app.others.unitCosts(1500)
  await priceOf('CUP', 1500)
  await eventually(async () =>
    expect(await app.service.database.read.sql`select 1 from price_changes where sku = 'CUP'`).toHaveLength(1),
  )
  expect((await cart.read(cart.id)).body).toEqual(cart.body)
  app.pass({ hours: 25 })
  await expire()
  expect(await app.service.database.read.sql`select 1 from price_changes`).toEqual([])
})

test('the carts of a person are exported, and deleted with the account; the order of one stays', async () => {
  const cart = await filled()
  const { body: order } = await cart.checkOut(cart.id)
  const { id: openId } = (await cart.open()).body
  const deps = { clock: { now: () => Temporal.Now.instant() } } as Deps
  expect(await personalData(deps).export(cart.as.subject, app.service.database.read)).toMatchObject({
    carts: [
      { id: openId, status: 'open' },
      { id: cart.id, status: 'ordered' },
    ],
  })
  const userId = cart.as.subject
  await app.service.receive(userDeleted, userId, { userId })
  await eventually(async () =>
    expect(await app.service.database.read.sql`select 1 from carts where customer_id = ${userId}`).toEqual([]),
  )
  const staff = newPerson('staff')
  expect((await app.service.request('GET', `/api/v1/orders/${order.id}`, { as: staff })).status).toBe(200)
  expect((await cart.open()).status).toBe(401)
})
