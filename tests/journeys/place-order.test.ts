import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import {
  ask,
  availabilityOf,
  eventually,
  logLinesWith,
  newCustomer,
  newVerifiedCustomer,
  orderOf,
  paymentOf,
  place,
  signIn,
} from './shop.ts'

let ada: string
let staff: string

beforeAll(async () => {
  ada = await signIn('ada@stoa.example')
  staff = await signIn('staff@stoa.example')
})

const methodOf = async (token: string) => {
  const { body } = await ask('GET', '/api/v1/payment-methods', { as: ada })
  return body.items.find(({ label }: { label: string }) => label === token).id as string
}
const statusOf = async (id: string) => (await ask('GET', `/api/v1/orders/${id}`, { as: staff })).body.status
const inboxOf = async (userId: string, orderId: string): Promise<string[]> => {
  const { body } = await ask('GET', `/api/v1/users/${userId}/notifications?limit=200`, { as: staff })
  return body.items
    .filter((each: { orderId?: string }) => each.orderId === orderId)
    .map((each: { kind: string }) => each.kind)
}

test('an order goes through every layer: confirmed, shipped, delivered, completed, and its customer is told', async () => {
  const { status, body: order } = await place({ token: ada, paymentMethodId: await methodOf('tok_visa') })
  expect([status, order.status]).toEqual([201, 'confirmed'])
  expect(await paymentOf(order.id, staff)).toMatchObject({
    status: 'captured',
    captured: order.total,
    refunded: { amount: 0 },
  })
  await eventually(async () => expect(await statusOf(order.id)).toBe('completed'))
  const shipments = await ask('GET', `/api/v1/shipments?orderId=${order.id}`, { as: ada })
  expect(shipments.body.items).toMatchObject([{ orderId: order.id, status: 'delivered' }])
  await eventually(async () =>
    expect(await inboxOf(order.customerId, order.id)).toEqual(
      expect.arrayContaining(['order.confirmed', 'order.shipped', 'order.delivered']),
    ),
  )
  const { body: timeline } = await ask('GET', `/api/v1/orders/${order.id}/timeline`, { as: ada })
  expect(timeline.items.map((entry: { status: string }) => entry.status)).toEqual([
    'pending',
    'confirmed',
    'picking',
    'shipped',
    'delivered',
    'completed',
  ])
})

test('one order is one trace, from the gateway to the message', async () => {
  const traceId = randomUUID().replaceAll('-', '')
  const { body: order } = await ask('POST', '/api/v1/orders', {
    as: ada,
    key: randomUUID(),
    body: orderOf(await methodOf('tok_visa')),
    headers: { prefer: 'wait=10', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  })
  expect(order.status).toBe('confirmed')
  const everybody = ['gateway', 'order', 'pricing', 'inventory', 'payment', 'shipping', 'notification']
  await eventually(async () => {
    const services = new Set((await logLinesWith(traceId)).map(({ service }) => service))
    expect([...services].filter((service) => everybody.includes(service)).toSorted()).toEqual(everybody.toSorted())
  })
  const lines = (await logLinesWith(order.id)).filter((line) => line.orderId === order.id)
  expect(lines.length).toBeGreaterThan(0)
  expect(new Set(lines.map((line) => line.traceId))).toEqual(new Set([traceId]))
})

test('a declined card: rejected with the reason, stock back, nothing charged, the customer told', async () => {
  const sku = 'TEA-GREEN-100'
  const customer = await newVerifiedCustomer('tok_declined')
  const { status, body: order } = await place(customer, { couponCodes: ['WELCOME10'] })
  expect([status, order.status, order.reason]).toEqual([201, 'rejected', 'payment.declined'])
  expect((await paymentOf(order.id, staff)).captured.amount).toBe(0)
  await eventually(async () => expect(await inboxOf(customer.id, order.id)).toEqual(['order.rejected']))
  expect((await availabilityOf(sku)).available).toBeGreaterThan(0)
  // the coupon's one use is there again
  const quote = { items: [{ sku, quantity: 1 }], region: 'AT', couponCodes: ['WELCOME10'] }
  expect((await ask('POST', '/api/v1/pricing/quote', { as: customer.token, body: quote })).status).toBe(200)
})

test('a provider that never answers: confirmed with one charge, or rejected with charge and refund equal', async () => {
  const customer = await newCustomer('tok_timeout')
  const { body: placed } = await place(customer)
  await eventually(async () =>
    expect(['confirmed', 'picking', 'shipped', 'rejected']).toContain(await statusOf(placed.id)),
  )
  const status = await statusOf(placed.id)
  const payment = await paymentOf(placed.id, staff)
  const kept = payment.captured.amount - payment.refunded.amount
  expect(kept).toBe(status === 'rejected' ? 0 : placed.total.amount)
})

test('a provider that fails twice: confirmed', async () => {
  const { body } = await place(await newCustomer('tok_flaky'))
  await eventually(async () => expect(await statusOf(body.id)).toMatch(/confirmed|picking|shipped|delivered|completed/))
})

test('a suspected fraud waits for staff and continues when they approve', async () => {
  const customer = await newCustomer('tok_fraud')
  const { status, body: order } = await place(customer)
  expect([status, order.status]).toEqual([201, 'on_hold'])
  const payment = await paymentOf(order.id, staff)
  const reviewed = await ask('POST', `/api/v1/payments/${payment.id}/review`, {
    as: staff,
    body: { outcome: 'approved' },
    key: randomUUID(),
  })
  expect(reviewed.status).toBe(200)
  await eventually(async () => expect(await statusOf(order.id)).toMatch(/confirmed|picking|shipped/))
})

test('a confirmed order is cancelled: stock, money and shipment are released', async () => {
  const customer = await newCustomer()
  const { body: order } = await place(customer)
  const { status, body } = await ask('POST', `/api/v1/orders/${order.id}/cancel`, {
    as: customer.token,
    key: randomUUID(),
  })
  expect([status, body.status]).toEqual([200, 'cancelled'])
  expect(await paymentOf(order.id, staff)).toMatchObject({ captured: order.total, refunded: order.total })
  const { body: shipments } = await ask('GET', `/api/v1/shipments?orderId=${order.id}`, { as: staff })
  expect(shipments.items[0].status).toBe('cancelled')
})

test('the same key ten times at once makes one order, with another body it is refused', async () => {
  const customer = await newCustomer()
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 10 }, () => place(customer, {}, key)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201))
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  const { body: orders } = await ask('GET', '/api/v1/orders', { as: customer.token })
  expect(orders.items).toHaveLength(1)
  const other = await place(customer, { items: [{ sku: 'TEA-GREEN-100', quantity: 2 }] }, key)
  expect([other.status, other.body.code]).toEqual([422, 'idempotency.key_reused'])
})
