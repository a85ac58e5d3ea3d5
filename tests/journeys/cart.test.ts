import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { address, ask, eventually, newCustomer, signIn, type Answer, type Customer } from './shop.ts'

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
