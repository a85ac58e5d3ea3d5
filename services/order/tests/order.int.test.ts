import { accessTable } from '@stoa/contracts/auth/roles'
import { orderConfirmed, orderCreated, orderRejected } from '@stoa/contracts/order/events'
import type { OrderService } from '@stoa/contracts/order/service'
import { paymentReviewed } from '@stoa/contracts/payment/events'
import { shippingDelivered, shippingDispatched } from '@stoa/contracts/shipping/events'
import { AppError, newId, platformError } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { standIns, type StandIns } from './stand-ins.ts'

let others: StandIns
let service: TestService<OrderService>

beforeAll(async () => {
  others = standIns()
  service = await startTestService(orderService, {
    access: accessTable,
    calls: others.calls,
    settings: { CARRIER_DAY_SECONDS: '0.05', AUTO_PICK: 'true', RETURN_WINDOW_DAYS: '1' },
  })
})
afterAll(() => service.stop())
beforeEach(() => others.reset())

const eur = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })
const address = { name: 'Ada', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
interface Person {
  readonly subject: string
}
const ada: Person = { subject: newId() }
const body = (more: object = {}) => ({
  items: [{ sku: 'TEA', quantity: 2 }],
  shippingAddress: address,
  paymentMethodId: newId(),
  ...more,
})
const place = (more: { key?: string; body?: object; as?: { subject: string } } = {}) =>
  service.request('POST', '/api/v1/orders', {
    as: more.as ?? ada,
    key: more.key ?? newId(),
    body: more.body ?? body(),
    headers: { prefer: 'wait=10' },
  })
// picking continues by itself and belongs to no saga
const sagaCalls = () => others.log.filter((call) => call !== 'shipping.release')
const statusOf = async (id: string, as = ada) =>
  (await service.request('GET', `/api/v1/orders/${id}`, { as })).body.status

test('an order is confirmed when everybody agrees', async () => {
  const { status, body: order, headers } = await place()
  expect(status).toBe(201)
  expect(order).toMatchObject({
    status: 'confirmed',
    customerId: ada.subject,
    total: { amount: 2499, currency: 'EUR' },
  })
  expect(headers.get('location')).toBe(`/api/v1/orders/${order.id}`)
  expect(sagaCalls()).toEqual(['acceptQuote', 'reserve', 'pay', 'createShipment', 'confirm'])
  const created = await service.published(orderCreated.type)
  const [line] = order.items
  expect(line.priceList).toBe('retail')
  expect(created.find((event) => event.subject === order.id)?.data).toMatchObject({
    total: order.total,
    shipping: order.shipping,
    country: order.shippingAddress.country,
    lines: [{ sku: line.sku, total: line.total, net: line.total, tax: line.tax, priceList: 'retail' }],
  })
})

test('an order says its channel, web unless the request states another; staff find the orders of a channel', async () => {
  const { body: usual } = await place()
  const { body: ofApp } = await place({ body: body({ channel: 'app' }) })
  expect([usual.channel, ofApp.channel]).toEqual(['web', 'app'])
  const said = async (type: string, id: string) =>
    (await service.published(type)).filter(({ subject }) => subject === id).map(({ data }: any) => data.channel)
  for (const { type } of [orderCreated, orderConfirmed]) {
    expect(await said(type, usual.id)).toEqual(['web'])
    expect(await said(type, ofApp.id)).toEqual(['app'])
  }
  const staff = { subject: newId(), roles: ['staff'] }
  const { body: page } = await service.request('GET', '/api/v1/orders?channel=app&limit=200', { as: staff })
  expect(page.items.map(({ id }: any) => id)).toEqual([ofApp.id])
  expect((await service.request('GET', '/api/v1/orders?channel=fax', { as: staff })).status).toBe(422)
})

test('an order leaves its currency to pricing, which knows that of the country and channel', async () => {
  await place({ body: body({ channel: 'app' }) })
  expect(others.quotedCurrencies).toEqual([' app'])
})

test('a channel that does not exist is a wrong request, and those of staff are refused to customers', async () => {
  const unknown = await place({ body: body({ channel: 'fax' }) })
  expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '/channel'])
  for (const channel of ['phone', 'marketplace']) {
    const refused = await place({ body: body({ channel }) })
    expect([refused.status, refused.body.code]).toEqual([403, 'order.channel_forbidden'])
  }
  const agent = { subject: newId(), roles: ['customer', 'staff'] }
  const { status, body: order } = await place({ as: agent, body: body({ channel: 'phone' }) })
  expect([status, order.channel]).toEqual([201, 'phone'])
})

test('billing learns what an invoice states of an order: its lines with their tax, its sums, and its address', async () => {
  const { body: order } = await place()
  const { status, body: details } = await service.call('GetInvoiceDetails', { orderId: order.id })
  expect(status).toBe(200)
  const [{ sku, name, quantity, taxRateBasisPoints, total }] = order.items
  expect(taxRateBasisPoints).toBe(1_900)
  expect(details).toMatchObject({
    number: order.number,
    customerId: ada.subject,
    lines: [{ sku, name, quantity, taxRateBasisPoints, total: { amount: String(total.amount) } }],
    total: { amount: '2499', currency: 'EUR' },
    address,
  })
  expect((await service.call('GetInvoiceDetails', { orderId: newId() })).body.code).toBe('not_found')
})

test('ten requests with one key make one order and get ten equal answers', async () => {
  const key = newId()
  const request = body()
  const answers = await Promise.all(Array.from({ length: 10 }, () => place({ key, body: request })))
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 201))
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  expect(others.log.filter((call) => call === 'pay')).toHaveLength(1)
})

test('the same key with another body is refused', async () => {
  const key = newId()
  await place({ key })
  const { status, body: problem } = await place({ key, body: body({ items: [{ sku: 'TEA', quantity: 3 }] }) })
  expect(status).toBe(422)
  expect(problem.code).toBe('idempotency.key_reused')
})

test('a declined payment rejects the order and gives everything back', async () => {
  others.declines('payment.declined')
  const { body: order } = await place()
  expect(order).toMatchObject({ status: 'rejected', reason: 'payment.declined' })
  expect(sagaCalls()).toEqual(['acceptQuote', 'reserve', 'pay', 'release', 'releaseQuote'])
  expect((await service.published(orderRejected.type)).some((event) => event.subject === order.id)).toBe(true)
})

test('stock that is gone rejects the order before anything is paid', async () => {
  others.fails('reserve', new AppError('conflict', 'inventory.insufficient_stock', 'gone'))
  const { body: order } = await place()
  expect(order).toMatchObject({ status: 'rejected', reason: 'inventory.insufficient_stock' })
  expect(others.log).not.toContain('pay')
})

test('an unknown SKU, a foreign payment method and an expired quote are wrong requests', async () => {
  const unknown = await place({
    body: body({
      items: [
        { sku: 'TEA', quantity: 1 },
        { sku: 'NONE', quantity: 1 },
      ],
    }),
  })
  expect([unknown.status, unknown.body.code, unknown.body.errors[0].pointer]).toEqual([
    422,
    'order.unknown_sku',
    '/items/1/sku',
  ])
  others.refusesMethod()
  const method = await place()
  expect([method.status, method.body.code]).toEqual([422, 'order.payment_method_unusable'])
  others.fails('keepMethod', new AppError('conflict', 'payment.method_limit', 'No more than the limit.'))
  const byToken = body({ paymentMethodId: undefined, paymentMethod: { provider: 'sandbox', token: 'tok_visa' } })
  const limited = await place({ body: byToken })
  expect([limited.status, limited.body.code]).toEqual([409, 'order.payment_method_limit'])
  others.reset()
  others.fails('getQuote', new AppError('conflict', 'pricing.quote_expired', 'expired'))
  const quote = await place({ body: body({ quoteId: newId() }) })
  expect([quote.status, quote.body.code]).toEqual([422, 'order.quote_expired'])
})

test('an order that asks for something else than its quote prices is refused, with a pointer to each place', async () => {
  others.quotes({ couponCodes: ['SPRING'] })
  const placeQuoted = (more: object) => place({ body: body({ quoteId: newId(), ...more }) })
  const austria = { ...address, country: 'AT' }
  for (const [more, pointers] of [
    [{ items: [{ sku: 'TEA', quantity: 1 }] }, ['/items']],
    [{ shippingAddress: austria }, ['/shippingAddress/country']],
    [{ couponCodes: ['NOSUCHCODE'] }, ['/couponCodes']],
    [{ couponCodes: [] }, ['/couponCodes']],
    [{ shippingMethod: 'teleport' }, ['/shippingMethod']],
    [{ couponCodes: ['SPRING', 'OTHER'], shippingMethod: 'express' }, ['/couponCodes', '/shippingMethod']],
  ] as const) {
    const { status, body: problem } = await placeQuoted(more)
    expect([status, problem.code]).toEqual([422, 'order.quote_mismatch'])
    expect(problem.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers)
  }
  expect((await placeQuoted({ couponCodes: ['spring'], shippingMethod: 'standard' })).body.status).toBe('confirmed')
  expect((await placeQuoted({})).body.status).toBe('confirmed')
})

test.each([
  ['pricing.unknown_sku', '/items/0/sku', 'order.unknown_sku', '/items/0/sku'],
  ['pricing.coupon_unknown', '/couponCodes/1', 'order.coupon_invalid', '/couponCodes/1'],
  ['pricing.coupon_email_unverified', '/couponCodes/0', 'order.coupon_email_unverified', '/couponCodes/0'],
  ['pricing.region_unknown', '/region', 'order.country_unserved', '/shippingAddress/country'],
  ['pricing.currency_unknown', '/currency', 'order.country_unserved', '/shippingAddress/country'],
  ['pricing.shipping_method_unknown', '/shippingMethod', 'order.shipping_method_unknown', '/shippingMethod'],
])('%s of pricing is refused in the words of order', async (code, pricingPointer, orderCode, pointer) => {
  const fields = [{ pointer: pricingPointer, detail: 'wrong' }]
  others.fails('quote', new AppError('invalid', code, 'This is wrong.', { fields }))
  const { status, body: problem } = await place()
  expect([status, problem.code, problem.errors[0].pointer]).toEqual([422, orderCode, pointer])
})

test('an order that costs nothing needs no payment method, and nothing is charged', async () => {
  others.quotes({ shipping: eur(0), total: eur(0) })
  others.holdsPicking()
  const { paymentMethodId: _, ...free } = body()
  const { status, body: order } = await place({ body: free })
  expect([status, order.status, order.total.amount]).toEqual([201, 'confirmed', 0])
  expect(sagaCalls()).not.toContain('pay')
  expect((await cancel(order.id)).body.status).toBe('cancelled')
  expect((await place({ body: body() })).body.status).toBe('confirmed')
  expect(sagaCalls()).not.toContain('pay')
})

test('an order that costs something needs one payment method', async () => {
  const { paymentMethodId, ...unpaid } = body()
  const none = await place({ body: unpaid })
  expect([none.status, none.body.code, none.body.errors[0].pointer]).toEqual([
    422,
    'order.payment_method_required',
    '/paymentMethodId',
  ])
  const two = await place({ body: { ...unpaid, paymentMethodId, paymentMethod: { provider: 'sandbox', token: 't' } } })
  expect([two.status, two.body.errors[0].pointer]).toEqual([422, '/paymentMethod'])
})

test.each(['x😀', 'tok_visa ', ' tok_visa', 'tok\r\nvisa', 'tok\u0000', 'tök'])(
  'a payment token of other than printable characters is refused: %j',
  async (token) => {
    const { paymentMethodId: _, ...unpaid } = body()
    for (const paymentMethod of [
      { provider: 'sandbox', token },
      { provider: token, token: 'tok_visa' },
    ]) {
      const refused = await place({ body: { ...unpaid, paymentMethod } })
      expect([refused.status, refused.body.code]).toEqual([422, 'request.invalid'])
    }
    expect((await place()).body.status).toBe('confirmed')
  },
)

test('an order is set by hand to picking, and to no other status', async () => {
  others.holdsPicking()
  const { body: order } = await place()
  const staff = { subject: newId(), roles: ['staff'] }
  const set = async (status: string, version?: string) => {
    const { headers } = await service.request('GET', `/api/v1/orders/${order.id}`, { as: staff })
    const path = `/api/v1/orders/${order.id}/status`
    return service.request('PUT', path, {
      as: staff,
      body: { status },
      headers: { 'if-match': version ?? headers.get('etag') ?? '' },
    })
  }
  for (const status of ['pending', 'confirmed', 'shipped', 'delivered', 'completed', 'cancelled', 'returned'])
    expect([(await set(status)).status, status]).toEqual([422, status])
  expect((await set('picking', '"999"')).status).toBe(412)
  // it may have begun by itself meanwhile
  expect([200, 409, 412]).toContain((await set('picking')).status)
})

test('an address says what its country’s post needs, in text that can be read', async () => {
  const { postalCode: _, ...without } = address
  const refused = async (shippingAddress: object) => {
    const { status, body: problem } = await place({ body: body({ shippingAddress }) })
    return [status, ...(problem.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)]
  }
  expect(await refused(without)).toEqual([422, '/shippingAddress/postalCode'])
  expect(await refused({ ...address, name: ' ' })).toEqual([422, '/shippingAddress/name'])
  expect(await refused({ ...address, city: '\u202eneiW' })).toEqual([422, '/shippingAddress/city'])
  const dublin = { ...without, city: 'Dublin', state: 'Leinster', country: 'IE' }
  const { status, body: order } = await place({ body: body({ shippingAddress: dublin }) })
  expect([status, order.shippingAddress]).toEqual([201, dublin])
})

test('nothing is written when pricing is unavailable', async () => {
  others.fails('quote', platformError('service.unavailable', 'away'))
  const key = newId()
  expect((await place({ key })).status).toBe(503)
  others.reset()
  expect((await place({ key })).body.status).toBe('confirmed')
})

test('a payment in review holds the order until the review ends', async () => {
  others.reviews()
  const { body: order } = await place()
  expect(order.status).toBe('on_hold')
  await service.receive(paymentReviewed, newId(), {
    paymentId: newId(),
    orderId: order.id,
    outcome: 'approved',
  })
  await eventually(async () => expect(await statusOf(order.id)).toBe('confirmed'))
})

test.each([
  ['approved', undefined, 'confirmed', undefined],
  ['declined', 'payment.action_timeout', 'rejected', 'payment.action_timeout'],
] as const)(
  'a payment that the customer has to confirm holds the order until it is %s',
  async (outcome, code, status, reason) => {
    others.awaitsCustomer()
    const { body: order } = await place()
    expect(order).toMatchObject({ status: 'on_hold', reason: 'payment.action_required' })
    const decision = { paymentId: newId(), orderId: order.id, outcome, ...(code === undefined ? {} : { code }) }
    await service.receive(paymentReviewed, newId(), decision)
    await eventually(async () => expect(await statusOf(order.id)).toBe(status))
    const { body: ended } = await service.request('GET', `/api/v1/orders/${order.id}`, { as: ada })
    expect(ended.reason).toBe(reason)
    expect(others.log.includes('refund')).toBe(outcome === 'declined')
  },
)

test('an order that is cancelled while it is on hold ends as cancelled', async () => {
  others.reviews()
  const { body: order } = await place()
  const { status, body: cancelled } = await service.request('POST', `/api/v1/orders/${order.id}/cancel`, {
    as: ada,
    body: {},
  })
  expect([status, cancelled.status]).toEqual([200, 'cancelled'])
  expect(others.log).toContain('refund')
})

test('customers have orders to keep while one is open or once it was paid', async () => {
  const customers = Array.from({ length: 5 }, (): Person => ({ subject: newId() }))
  const [paid, declined, held, withdrawn, none] = customers as [Person, Person, Person, Person, Person]
  await place({ as: paid })
  others.declines('payment.declined')
  await place({ as: declined })
  others.reset()
  others.reviews()
  await place({ as: held })
  const { body: order } = await place({ as: withdrawn })
  await service.request('POST', `/api/v1/orders/${order.id}/cancel`, { as: withdrawn, body: {} })
  const ids = [paid, declined, held, withdrawn, none].map(({ subject }) => subject)
  const { body: found } = await service.call('ListCustomersWithOrders', { customerIds: ids })
  expect(found.customerIds.toSorted()).toEqual([paid.subject, held.subject].toSorted())
})

test('a confirmed order is taken back: shipment, money, stock', async () => {
  others.holdsPicking()
  const { body: order } = await place()
  others.reset()
  const { status, body: cancelled } = await service.request('POST', `/api/v1/orders/${order.id}/cancel`, {
    as: ada,
    body: {},
  })
  expect([status, cancelled.status]).toEqual([200, 'cancelled'])
  expect(sagaCalls()).toEqual(['cancelShipment', 'refund', 'release', 'releaseQuote'])
})

const ops = { subject: newId(), roles: ['ops'] }
const hasLeft = new AppError('conflict', 'shipping.already_left', 'It has left.')
const cancel = (id: string) => service.request('POST', `/api/v1/orders/${id}/cancel`, { as: ada, body: {} })
const cancellationOf = async (id: string) =>
  (await service.request('GET', `/admin/sagas/${encodeURIComponent(`order-cancellation:${id}`)}`, { as: ops })).body
    .state

test('an order whose cancellation failed can be cancelled again', async () => {
  others.holdsPicking()
  others.fails('cancelShipment', hasLeft)
  const { body: order } = await place()
  await cancel(order.id)
  await eventually(async () => expect(await cancellationOf(order.id)).toBe('compensated'))
  others.reset()
  others.holdsPicking()
  const { status, body: cancelled } = await cancel(order.id)
  expect([status, cancelled.status]).toEqual([200, 'cancelled'])
  expect(await cancellationOf(`${order.id}.1`)).toBe('completed')
})

test('an order that could not be taken back is picked after all', async () => {
  others.fails('cancelShipment', platformError('service.unavailable', 'away'))
  const { body: order } = await place()
  const cancelling = cancel(order.id)
  const asked = () => others.log.filter((call) => call === 'cancelShipment').length
  await eventually(() => expect(asked()).toBeGreaterThan(1))
  others.fails('cancelShipment', hasLeft)
  await eventually(async () => expect(await statusOf(order.id)).toBe('picking'))
  await cancelling
})

test('another account can neither read nor cancel an order', async () => {
  const { body: order } = await place()
  const eve = { subject: newId() }
  expect((await service.request('GET', `/api/v1/orders/${order.id}`, { as: eve })).status).toBe(404)
  expect((await service.request('POST', `/api/v1/orders/${order.id}/cancel`, { as: eve, body: {} })).status).toBe(404)
  expect(await statusOf(order.id)).not.toBe('cancelled')
  const staff = { subject: newId(), roles: ['staff'] }
  expect((await service.request('GET', `/api/v1/orders/${order.id}`, { as: staff })).status).toBe(200)
})

test('the carrier takes a picked order to completed', async () => {
  const { body: order } = await place()
  await eventually(async () => expect(await statusOf(order.id)).toBe('picking'))
  await eventually(() => expect(others.log).toContain('shipping.release'))
  const shipment = { shipmentId: newId(), orderId: order.id }
  await service.receive(shippingDispatched, order.id, { ...shipment, trackingNumber: 'T1', lines: [] })
  await eventually(async () => expect(await statusOf(order.id)).toBe('shipped'))
  const late = await service.request('POST', `/api/v1/orders/${order.id}/cancel`, { as: ada, body: {} })
  expect([late.status, late.body.code]).toEqual([409, 'order.already_shipped'])
  await service.receive(shippingDelivered, order.id, shipment)
  await eventually(async () => expect(await statusOf(order.id)).toBe('completed'))
  const { body: timeline } = await service.request('GET', `/api/v1/orders/${order.id}/timeline`, { as: ada })
  expect(timeline.items.map((entry: { status: string }) => entry.status)).toEqual([
    'pending',
    'confirmed',
    'picking',
    'shipped',
    'delivered',
    'completed',
  ])
})

test('a list shows customers their own orders, page by page', async () => {
  const bob = { subject: newId() }
  const placed = [await place({ as: bob }), await place({ as: bob }), await place({ as: bob })].map(
    (answer) => answer.body.id,
  )
  const first = await service.request('GET', '/api/v1/orders?limit=2', { as: bob })
  expect(first.body.items.map((order: { id: string }) => order.id)).toEqual([placed[2], placed[1]])
  const second = await service.request('GET', `/api/v1/orders?limit=2&cursor=${first.body.nextCursor}`, { as: bob })
  expect(second.body).toEqual({ items: [expect.objectContaining({ id: placed[0] })] })
})

test('operators see the sagas of an order and its steps, customers do not', async () => {
  const { body: order } = await place()
  const { status, body: saga } = await service.request(
    'GET',
    `/admin/sagas/${encodeURIComponent(`order-fulfilment:${order.id}`)}`,
    { as: ops },
  )
  expect([status, saga.state]).toEqual([200, 'completed'])
  expect(saga.steps.map((entry: { step: string }) => entry.step)).toContain('confirm_order')
  const list = await service.request('GET', '/admin/sagas?type=order-fulfilment&limit=1', { as: ops })
  expect(list.body.items).toHaveLength(1)
  expect((await service.request('GET', '/admin/sagas', { as: ada })).status).toBe(403)
})
