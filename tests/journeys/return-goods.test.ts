import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { ask, eventually, newCustomer, paymentOf, place, signIn, type Customer } from './shop.ts'

const sku = 'TEA-GREEN-100'
let staff: string

beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

const statusOf = async (id: string) => (await ask('GET', `/api/v1/orders/${id}`, { as: staff })).body.status
const pointsOf = async ({ id, token }: Customer): Promise<number> =>
  (await ask('GET', `/api/v1/users/${id}`, { as: token })).body.loyaltyPoints
const restockedFor = async (orderId: string): Promise<number> => {
  const { body } = await ask('GET', `/api/v1/inventory/movements?sku=${sku}&limit=200`, { as: staff })
  return body.items
    .filter((each: { reason: string; reference?: string }) => each.reason === 'returned' && each.reference === orderId)
    .reduce((sum: number, { delta }: { delta: number }) => sum + delta, 0)
}
const inboxOf = async (userId: string, orderId: string): Promise<string[]> => {
  const { body } = await ask('GET', `/api/v1/users/${userId}/notifications?limit=200`, { as: staff })
  return body.items
    .filter((each: { orderId?: string }) => each.orderId === orderId)
    .map(({ kind }: { kind: string }) => kind)
}

async function askForOne(orderId: string, customer: Customer): Promise<string> {
  const { status, body } = await ask('POST', `/api/v1/orders/${orderId}/returns`, {
    as: customer.token,
    key: randomUUID(),
    body: { items: [{ sku, quantity: 1 }], reason: 'too green' },
  })
  expect([status, body.status]).toEqual([201, 'requested'])
  return body.id
}

async function takeIn(returnId: string) {
  await ask('POST', `/api/v1/returns/${returnId}/approve`, { as: staff, key: randomUUID() })
  const { status, body } = await ask('POST', `/api/v1/returns/${returnId}/receive`, {
    as: staff,
    key: randomUUID(),
    body: { items: [{ sku, quantity: 1 }] },
    headers: { prefer: 'wait=10' },
  })
  expect([status, body.status]).toEqual([200, 'refunded'])
  return body.refund.amount as number
}

test('one of two units comes back, then the other: refunded, restocked, points taken back, the customer told', async () => {
  const customer = await newCustomer()
  const { body: order } = await place(customer, { items: [{ sku, quantity: 2 }] })
  await eventually(async () => expect(await statusOf(order.id)).toBe('delivered'))
  const [first, second] = [await askForOne(order.id, customer), await askForOne(order.id, customer)]

  const refunded = await takeIn(first)
  const [line] = order.items
  expect(refunded).toBe(Math.ceil(line.total.amount / 2))
  expect(await statusOf(order.id)).toBe('partially_returned')
  expect(await paymentOf(order.id, staff)).toMatchObject({
    status: 'partially_refunded',
    captured: order.total,
    refunded: { amount: refunded },
  })
  await eventually(async () => expect(await restockedFor(order.id)).toBe(1))
  // once the window is over there are points for what was kept
  await eventually(async () => expect(await pointsOf(customer)).toBeGreaterThan(0))
  expect(await pointsOf(customer)).toBeLessThan(Math.floor(order.total.amount / 100))

  expect(await takeIn(second)).toBe(order.total.amount - refunded)
  expect(await statusOf(order.id)).toBe('returned')
  expect(await paymentOf(order.id, staff)).toMatchObject({ status: 'refunded', refunded: order.total })
  await eventually(async () => expect([await restockedFor(order.id), await pointsOf(customer)]).toEqual([2, 0]))
  await eventually(async () =>
    expect((await inboxOf(customer.id, order.id)).filter((kind) => /returned|refund/.test(kind)).toSorted()).toEqual([
      'order.returned',
      'order.returned',
      'refund.processed',
      'refund.processed',
    ]),
  )
  const late = await ask('POST', `/api/v1/orders/${order.id}/returns`, {
    as: customer.token,
    key: randomUUID(),
    body: { items: [{ sku, quantity: 1 }], reason: 'once more' },
  })
  expect([late.status, late.body.code]).toEqual([409, 'order.return_not_allowed'])
})
