import { cartUpdated } from '@stoa/contracts/order/cart-events'
import { platformError } from '@stoa/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cartsOf, newPerson, startCartApp, type CartApp } from './cart-app.ts'

let app: CartApp
beforeAll(async () => {
  app = await startCartApp()
})
afterAll(() => app?.service.stop())
beforeEach(() => app.others.reset())

const filled = async (quantities: Record<string, number>, ...roles: string[]) => {
  const carts = cartsOf(app, newPerson(...roles))
  const { id } = (await carts.open()).body
  if (Object.keys(quantities).length > 0) await carts.set(id, quantities)
  return { ...carts, id: id as string }
}
/** A guest with a cart, and the token that hands it over. */
const guestWith = async (quantities: Record<string, number>) => {
  const guest = await filled(quantities, 'guest')
  const { status, body } = await guest.handOver(guest.id)
  expect(status).toBe(201)
  return { guest, token: body.token as string }
}
const quantitiesOf = ({ body }: { readonly body: any }) =>
  Object.fromEntries(body.items.map(({ sku, quantity }: any) => [sku, quantity]))

test('a customer takes over what they put into a cart as a guest, once', async () => {
  const { guest, token } = await guestWith({ TEA: 2, CUP: 1 })
  const customer = await filled({ TEA: 1, POT: 1 })
  const merged = await customer.merge(customer.id, token)
  expect([merged.status, merged.body.id, merged.body.prices]).toEqual([200, customer.id, 'current'])
  expect(quantitiesOf(merged)).toEqual({ TEA: 3, POT: 1, CUP: 1 })
  expect((await customer.read(customer.id)).body).toEqual(merged.body)
  expect((await guest.read(guest.id)).body).toMatchObject({ status: 'merged', mergedInto: customer.id })
  const again = await customer.merge(customer.id, token)
  expect([again.status, quantitiesOf(again)]).toEqual([200, { TEA: 3, POT: 1, CUP: 1 }])
  const closed = await guest.set(guest.id, { TEA: 1 })
  expect([closed.status, closed.body.code]).toEqual([409, 'order.cart_closed'])
  const changes = (await app.service.published(cartUpdated.type)).filter(({ subject }) => subject === guest.id)
  expect(changes.at(-1)?.data).toMatchObject({ status: 'merged', mergedInto: customer.id })
})

test('merges at once add the lines once', async () => {
  const { token } = await guestWith({ TEA: 2 })
  const customer = await filled({ TEA: 1 })
  const answers = await Promise.all(Array.from({ length: 5 }, () => customer.merge(customer.id, token)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(quantitiesOf(await customer.read(customer.id))).toEqual({ TEA: 3 })
})

test('of two customers with one token one gets the lines', async () => {
  const { token } = await guestWith({ TEA: 2 })
  const customers = [await filled({}), await filled({})]
  const answers = await Promise.all(customers.map(({ id, merge }) => merge(id, token)))
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 422])
  const carts = await Promise.all(customers.map(({ id, read }) => read(id)))
  expect(carts.filter(({ body }) => body.items.length === 1)).toHaveLength(1)
})

test('two carts that are merged into each other at once end as one', async () => {
  const [one, other] = [await filled({ TEA: 1 }), await filled({ CUP: 1 })]
  const tokens = [(await one.handOver(one.id)).body.token, (await other.handOver(other.id)).body.token]
  const answers = await Promise.all([one.merge(one.id, tokens[1]), other.merge(other.id, tokens[0])])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409 || status === 422)).toHaveLength(1)
})

test('a token that is unknown, replaced, too old, or of a cart that is closed hands over nothing', async () => {
  const customer = await filled({ POT: 1 })
  const refusedWith = async (token: string) => {
    const { status, body } = await customer.merge(customer.id, token)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'order.cart_token_invalid', '/token'])
  }
  await refusedWith('unheard-of')
  const { guest, token } = await guestWith({ TEA: 1 })
  const newer = (await guest.handOver(guest.id)).body.token
  await refusedWith(token)
  await guest.checkOut(guest.id)
  await refusedWith(newer)
  await refusedWith((await customer.handOver(customer.id)).body.token)
  const late = await guestWith({ TEA: 1 })
  app.pass({ minutes: 16 })
  await refusedWith(late.token)
  expect(quantitiesOf(await customer.read(customer.id))).toEqual({ POT: 1 })
})

test('the cart of another is neither handed over nor merged into', async () => {
  const { guest, token } = await guestWith({ TEA: 1 })
  const stranger = await filled({ CUP: 1 })
  for (const { status, body } of [await stranger.handOver(guest.id), await stranger.merge(guest.id, token)])
    expect([status, body.code]).toEqual([404, 'order.cart_not_found'])
})

test('what would be too much is not merged, and nothing is lost', async () => {
  const { guest, token } = await guestWith({ TEA: 600 })
  const customer = await filled({ TEA: 600 })
  const { status, body } = await customer.merge(customer.id, token)
  expect([status, body.code]).toEqual([409, 'order.cart_full'])
  expect(quantitiesOf(await guest.read(guest.id))).toEqual({ TEA: 600 })
  await customer.set(customer.id, { TEA: 400 })
  expect(quantitiesOf(await customer.merge(customer.id, token))).toEqual({ TEA: 1000 })
})

test('a cart is merged without pricing, and priced later', async () => {
  const { token } = await guestWith({ TEA: 2 })
  const customer = await filled({})
  app.others.fails('quote', platformError('service.unavailable', 'away'))
  const merged = await customer.merge(customer.id, token)
  expect([merged.status, merged.body.prices]).toEqual([200, 'missing'])
  app.others.reset()
  expect((await customer.read(customer.id)).body).toMatchObject({ prices: 'current', items: [{ quantity: 2 }] })
})
