import { accessTable } from '@stoa/contracts/auth/roles'
import { reconciliationFailed } from '@stoa/contracts/order/events'
import type { OrderService } from '@stoa/contracts/order/service'
import { newId, platformError } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { orderService } from '../src/service.ts'
import { cartsOf } from './cart-app.ts'
import { keepConfirmed, otherRecords, paid, reserved, type OtherRecords } from './other-records.ts'
import { standIns, type StandIns } from './stand-ins.ts'

let others: StandIns
let records: OtherRecords
let service: TestService<OrderService>
let now = Temporal.Now.instant()

beforeAll(async () => {
  others = standIns()
  records = otherRecords(others)
  service = await startTestService(orderService, {
    access: accessTable,
    calls: records.calls,
    settings: { RECONCILE_RECHECK_MS: '10', RECONCILE_EVERY_SECONDS: '60' },
    clock: { now: () => now },
  })
})
afterAll(() => service.stop())
beforeEach(() => {
  others.reset()
  records.away.clear()
  records.beforeAnswer(0, () => {})
})

const ops = { subject: newId(), roles: ['ops'] }
const ada = { subject: newId() }
const address = { name: 'Ada', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

async function place(): Promise<{ id: string; number: string; status: string }> {
  const body = { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress: address, paymentMethodId: newId() }
  const answer = await service.request('POST', '/api/v1/orders', {
    as: ada,
    key: newId(),
    body,
    headers: { prefer: 'wait=10' },
  })
  return answer.body
}

async function placeConfirmed() {
  const order = await place()
  const [row] = await service.database.read.sql<{
    quote_id: string
  }>`select quote_id from orders where id = ${order.id}`
  keepConfirmed(records, order.id, row?.quote_id ?? '')
  return order
}

async function reconcile(scope = 'all') {
  const { status, body } = await service.request('POST', `/admin/reconciliation?scope=${scope}`, { as: ops })
  expect(status).toBe(200)
  return body
}

const known = async () => (await service.request('GET', '/admin/reconciliation', { as: ops })).body
const failures = async () => (await service.published(reconciliationFailed.type)).map(({ data }) => data as any)
const metric = async () => /reconciliation_differences (\d+)/.exec((await service.request('GET', '/metrics')).body)?.[1]

test('finds nothing when everybody agrees, and says what was compared', async () => {
  await placeConfirmed()
  others.declines('payment.declined')
  expect((await place()).status).toBe('rejected')
  const report = await reconcile()
  expect(report).toMatchObject({
    scope: 'all',
    differences: [],
    compared: {
      orders: 2,
      payments: 1,
      reservations: 1,
      shipments: 1,
      quotes: 1,
      stockPlaces: 7,
      promotions: 3,
      carts: 0,
    },
    leftOut: { services: [], ordersUnderWay: 0, ordersStuck: 0 },
    isCaughtUp: true,
  })
  expect(await metric()).toBe('0')
})

test('finds a difference, reports it once, and forgets it when it is fixed', async () => {
  const order = await placeConfirmed()
  const payment = records.payments.get(order.id)
  records.payments.delete(order.id)
  const expected = {
    kind: 'payment.missing',
    orderId: order.id,
    orderNumber: order.number,
    expected: '2499 EUR captured',
    found: 'no payment',
  }
  const report = await reconcile()
  expect(report.differences).toEqual([expected])
  expect((await reconcile()).differences).toEqual([expected])
  expect(await failures()).toEqual([
    {
      reconciliationId: report.id,
      scope: 'all',
      found: 1,
      unknown: 1,
      kinds: [{ kind: 'payment.missing', count: 1 }],
      differences: [expected],
    },
  ])
  expect((await known()).differences).toMatchObject([expected])
  expect(await metric()).toBe('1')
  records.payments.set(order.id, payment as never)
  expect((await reconcile()).differences).toEqual([])
  expect((await known()).differences).toEqual([])
  expect(await metric()).toBe('0')
})

test('finds a cart that names the order of another, and tells how many such carts there are', async () => {
  const order = await placeConfirmed()
  const carts = cartsOf({ service }, { subject: newId() })
  const { id } = (await carts.open()).body
  await carts.set(id, { TEA: 2 })
  const { body: own } = await carts.checkOut(id)
  const [row] = await service.database.read.sql<{ quote_id: string }>`select quote_id from orders where id = ${own.id}`
  keepConfirmed(records, own.id, row?.quote_id ?? '')
  const report = await reconcile()
  expect([report.differences, report.compared.carts]).toEqual([[], 1])
  const name = (orderId: string) =>
    service.database.transaction((tx) => tx.sql`update carts set order_id = ${orderId} where id = ${id}`)
  await name(order.id)
  const found = { kind: 'cart.order_differs', orderId: order.id, orderNumber: order.number, subject: `cart ${id}` }
  const foreign = { ...found, found: 'an order of another customer' }
  expect((await reconcile('recent')).differences).toMatchObject([foreign])
  expect((await failures()).at(-1)).toMatchObject({ found: 1, kinds: [], differences: [], carts: 1 })
  await name(own.id)
  await service.database.transaction((tx) => tx.sql`update carts set items = '[]' where id = ${id}`)
  expect((await reconcile()).differences).toMatchObject([{ orderId: own.id, found: 'an order of other units' }])
  await service.database.transaction((tx) => tx.sql`delete from carts where id = ${id}`)
  expect((await reconcile()).differences).toEqual([])
  expect(await metric()).toBe('0')
})

test('finds what is kept for orders that do not exist, also when there is more of it than of orders', async () => {
  const orphans = Array.from({ length: 700 }, () => newId())
  for (const id of orphans) records.payments.set(id, paid(id))
  const reservation = 'f0000000-0000-4000-8000-000000000001'
  records.reservations.set(reservation, reserved(reservation))
  const { differences, isTruncated, compared } = await reconcile()
  expect(isTruncated).toBe(false)
  expect(compared.payments).toBe(records.payments.size)
  expect(differences.map(({ orderId }: { orderId: string }) => orderId).toSorted()).toEqual(
    [...orphans, reservation].toSorted(),
  )
  for (const id of orphans) records.payments.delete(id)
  records.reservations.delete(reservation)
  expect((await reconcile()).differences).toEqual([])
})

test('finds stock and promotions that are not what they are sums of, among all there is only', async () => {
  records.stock.push({ sku: 'TEA', warehouseId: 'w', onHand: 5n, moved: 6n, reserved: 1n, promised: 2n })
  records.promotions.push({ promotionId: 'p', name: 'Welcome', uses: 3, noted: 2 })
  expect((await reconcile('recent')).differences).toEqual([])
  const { differences } = await reconcile()
  expect(differences).toEqual([
    { kind: 'stock.on_hand_differs', subject: 'TEA w', expected: '6 moved', found: '5 on hand' },
    { kind: 'stock.reserved_differs', subject: 'TEA w', expected: '2 promised', found: '1 reserved' },
    { kind: 'promotion.uses_differ', subject: 'p Welcome', expected: '2 noted', found: '3 counted' },
  ])
  // one that does not look there does not take it for fixed
  await reconcile('recent')
  expect(await metric()).toBe('3')
  records.stock.length = 0
  records.promotions.length = 0
  await reconcile()
  expect(await metric()).toBe('0')
})

test('takes nothing that is on its way for a difference', async () => {
  const order = await placeConfirmed()
  records.shipments.set(order.id, { orderId: order.id, status: 'dispatched' })
  const { asked } = records
  // 4 askings find out who is there, 4 are the walk: what was on its way arrives after it
  records.beforeAnswer(9, () => void records.shipments.set(order.id, { orderId: order.id, status: 'planned' }))
  expect((await reconcile()).differences).toEqual([])
  expect(asked()).toBeGreaterThan(8)
})

test('leaves an order out that moves between the answers', async () => {
  const order = await placeConfirmed()
  const move = async () =>
    service.database.transaction(
      (tx) => tx.sql`update orders set status = 'picking', version = version + 1 where id = ${order.id}`,
    )
  records.shipments.set(order.id, { orderId: order.id, status: 'dispatched' })
  records.beforeAnswer(9, () => void move())
  // it has moved to where the shipment is not either, and stands still then: a difference
  expect((await reconcile()).differences).toMatchObject([{ kind: 'shipment.status_differs' }])
  records.shipments.set(order.id, { orderId: order.id, status: 'released' })
  expect((await reconcile()).differences).toEqual([])
})

test('leaves out orders that a saga works on, until it is stuck or over', async () => {
  others.reviews()
  const order = await place()
  expect(order.status).toBe('on_hold')
  expect(await reconcile()).toMatchObject({ differences: [], leftOut: { ordersUnderWay: 1, ordersStuck: 0 } })
  const end = (state: string) =>
    service.database.transaction(
      (tx) => tx.sql`update sagas set state = ${state} where id = ${`order-fulfilment:${order.id}`}`,
    )
  await end('stuck')
  expect(await reconcile()).toMatchObject({ differences: [], leftOut: { ordersUnderWay: 0, ordersStuck: 1 } })
  await end('compensated')
  expect((await reconcile()).differences).toMatchObject([{ kind: 'order.unfinished', orderId: order.id }])
  await service.database.transaction((tx) => tx.sql`update orders set status = 'rejected' where id = ${order.id}`)
  expect((await reconcile()).differences).toEqual([])
})

test('leaves out a service of which no instance is known, and fails when one does not answer', async () => {
  const order = await placeConfirmed()
  records.shipments.delete(order.id)
  expect((await reconcile()).differences).toMatchObject([{ kind: 'shipment.missing' }])
  records.away.set('shipping', platformError('service.no_instance', 'nobody'))
  expect(await reconcile()).toMatchObject({ differences: [], leftOut: { services: ['shipping'] } })
  // not fixed by not being looked at
  expect((await known()).differences).toMatchObject([{ kind: 'shipment.missing' }])
  records.away.set('shipping', platformError('service.unavailable', 'away'))
  const { status, body } = await service.request('POST', '/admin/reconciliation', { as: ops })
  expect([status, body.code]).toEqual([503, 'service.unavailable'])
  records.away.clear()
  records.shipments.set(order.id, { orderId: order.id, status: 'planned' })
  expect((await reconcile()).differences).toEqual([])
})

test('is for those who run the system only', async () => {
  for (const roles of [['customer'], ['staff']]) {
    const { status } = await service.request('POST', '/admin/reconciliation', { as: { subject: newId(), roles } })
    expect(status).toBe(403)
  }
  expect((await service.request('POST', '/admin/reconciliation')).status).toBe(401)
  expect((await service.request('POST', '/admin/reconciliation?scope=some', { as: ops })).status).toBe(422)
})

test('runs by itself when it is due, once however often it is looked', async () => {
  const ends = async () => (await known()).reconciliations.map(({ id }: { id: string }) => id)
  const look = async () => expect(await service.runTask('reconcile', {})).toEqual({ status: 'completed' })
  const before = await ends()
  await look()
  expect(await ends()).toEqual(before)
  now = now.add({ minutes: 2 })
  await look()
  const after = await ends()
  expect(after).not.toEqual(before)
  await look()
  expect(await ends()).toEqual(after)
})
