import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { databasesOf } from '../whole-system.ts'
import { address, ask, eventually, newCustomer, signIn, stoa, type Answer, type Customer } from './shop.ts'
import { system } from './system.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

const sku = 'TEA-GREEN-100'
const openCart = async (as: string): Promise<string> => {
  const { status, body } = await ask('POST', '/api/v1/carts', { as, body: { region: 'AT' }, key: randomUUID() })
  expect([200, 201]).toContain(status)
  return body.id
}
const fill = (as: string, id: string, quantity: number) =>
  ask('PUT', `/api/v1/carts/${id}/items`, { as, body: { items: [{ sku, quantity }] } })
const checkOut = ({ token, paymentMethodId }: Customer, id: string): Promise<Answer> =>
  ask('POST', `/api/v1/carts/${id}/checkout`, {
    as: token,
    key: randomUUID(),
    body: { shippingAddress: address, paymentMethodId },
    headers: { prefer: 'wait=10' },
  })

test('a cart shows what its order then charges, and the order has its invoice', async () => {
  const customer = await newCustomer()
  const id = await openCart(customer.token)
  const { body: cart } = await fill(customer.token, id, 3)
  expect(cart).toMatchObject({ prices: 'current', items: [{ sku, quantity: 3 }] })
  const { status, body: order } = await checkOut(customer, id)
  expect([status, order.status, order.total]).toEqual([201, 'confirmed', cart.totals.total])
  expect((await ask('GET', `/api/v1/carts/${id}`, { as: customer.token })).body).toMatchObject({
    status: 'ordered',
    orderId: order.id,
  })
  await eventually(async () => {
    const { body } = await ask('GET', `/api/v1/invoices?orderId=${order.id}`, { as: customer.token })
    expect(body.items).toMatchObject([{ kind: 'invoice', total: order.total }])
  })
})

test('a guest fills a cart, signs in, takes it over and checks it out', async () => {
  const email = `${randomUUID()}@stoa.example`
  const { body: guest } = await ask('POST', '/api/v1/users/guest', { body: { email } })
  const guestCart = await openCart(guest.accessToken)
  await fill(guest.accessToken, guestCart, 2)
  const { body: handover } = await ask('POST', `/api/v1/carts/${guestCart}/handover`, { as: guest.accessToken })

  const customer = await newCustomer()
  const id = await openCart(customer.token)
  const stranger = await newCustomer()
  expect((await ask('GET', `/api/v1/carts/${guestCart}`, { as: stranger.token })).status).toBe(404)
  const merged = await ask('POST', `/api/v1/carts/${id}/merge`, { as: customer.token, body: { token: handover.token } })
  expect([merged.status, merged.body.items]).toMatchObject([200, [{ sku, quantity: 2 }]])
  const { body: order } = await checkOut(customer, id)
  expect(order).toMatchObject({ status: 'confirmed', customerId: customer.id, total: merged.body.totals.total })
  const { body: left } = await ask('GET', `/api/v1/carts/${guestCart}`, { as: guest.accessToken })
  expect(left).toMatchObject({ status: 'merged', mergedInto: id })
  await eventually(async () => {
    const { body } = await ask('GET', `/api/v1/invoices?orderId=${order.id}`, { as: customer.token })
    expect(body.items).toHaveLength(1)
  })
})

test('a cart whose time is over expires, is published as expired, and a new one is opened', async () => {
  const sql = await databasesOf(system.home)
  const customer = await newCustomer()
  const id = await openCart(customer.token)
  await fill(customer.token, id, 1)
  await sql('order', `update carts set expires_at = now() - interval '1 minute' where id = $1`, [id])
  const refused = await checkOut(customer, id)
  expect([refused.status, refused.body.code]).toEqual([409, 'order.cart_closed'])
  // the task comes every half minute
  const tail = () => stoa('events', 'tail', '--type', 'cart.expired', '--json')
  await expect.poll(tail, { interval: 2_000 }).toContain(id)
  expect(await openCart(customer.token)).not.toBe(id)
})

test('two checkouts of a cart at once make one order', async () => {
  const customer = await newCustomer()
  const id = await openCart(customer.token)
  await fill(customer.token, id, 1)
  const answers = await Promise.all([checkOut(customer, id), checkOut(customer, id)])
  const [made, refused] = answers.toSorted((one, other) => one.status - other.status)
  expect([made?.status, refused?.status, refused?.body.code]).toEqual([201, 409, 'order.cart_ordered'])
  expect(refused?.body.detail).toContain(made?.body.id)
  const { body } = await ask('GET', `/api/v1/orders?customerId=${customer.id}`, { as: staff })
  expect(body.items.map((order: any) => order.id)).toEqual([made?.body.id])
})
