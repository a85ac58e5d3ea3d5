import { accessTable } from '@stoa/contracts/auth/roles'
import { orderCompleted, orderReturned } from '@stoa/contracts/order/events'
import type { OrderService } from '@stoa/contracts/order/service'
import { shippingDelivered, shippingDispatched } from '@stoa/contracts/shipping/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { AppError, newId } from '@stoa/kernel'
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
    settings: { CARRIER_DAY_SECONDS: '10', RETURN_WINDOW_DAYS: '14' },
  })
})
afterAll(() => service.stop())
beforeEach(() => others.reset())

const ada = { subject: newId() }
const staff = { subject: newId(), roles: ['staff'] }
const address = { name: 'Ada', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

/** An order of two teas for 10.00 each and 4.99 for shipping. */
async function placed(as = ada): Promise<string> {
  const { body } = await service.request('POST', '/api/v1/orders', {
    as,
    key: newId(),
    body: { items: [{ sku: 'TEA', quantity: 2 }], shippingAddress: address, paymentMethodId: newId() },
    headers: { prefer: 'wait=10' },
  })
  expect(body.status).toBe('confirmed')
  return body.id
}

async function delivered(as = ada): Promise<string> {
  const id = await placed(as)
  await service.request('PUT', `/api/v1/orders/${id}/status`, {
    as: staff,
    body: { status: 'picking' },
    headers: { 'if-match': '*' },
  })
  const shipment = { shipmentId: newId(), orderId: id }
  await service.receive(shippingDispatched, id, { ...shipment, trackingNumber: 'T1', lines: [] })
  await service.receive(shippingDelivered, id, shipment)
  await eventually(async () => expect(await statusOf(id)).toBe('delivered'))
  return id
}

const statusOf = async (id: string) => (await service.request('GET', `/api/v1/orders/${id}`, { as: staff })).body.status
const tea = (quantity: number, more: object = {}) => ({ items: [{ sku: 'TEA', quantity, ...more }] })
interface Asking {
  readonly as?: { readonly subject: string; readonly roles?: string[] }
  readonly key?: string
  readonly body?: object
}
const ask = (orderId: string, quantity = 1, { as = ada, key = newId(), body = {} }: Asking = {}) =>
  service.request('POST', `/api/v1/orders/${orderId}/returns`, {
    as,
    key,
    body: { ...tea(quantity), reason: 'too bitter', ...body },
  })
const approve = (id: string) => service.request('POST', `/api/v1/returns/${id}/approve`, { as: staff })
const refuse = (id: string) =>
  service.request('POST', `/api/v1/returns/${id}/refuse`, { as: staff, body: { note: 'opened' } })
const receive = (id: string, quantity: number, more: { key?: string; wait?: number; inOrder?: boolean } = {}) =>
  service.request('POST', `/api/v1/returns/${id}/receive`, {
    as: staff,
    key: more.key ?? newId(),
    body: tea(quantity, more.inOrder === undefined ? {} : { inOrder: more.inOrder }),
    headers: { prefer: `wait=${more.wait ?? 10}` },
  })
async function approved(orderId: string, quantity = 1): Promise<string> {
  const { status, body } = await ask(orderId, quantity)
  expect([status, body.status]).toEqual([201, 'requested'])
  expect((await approve(body.id)).body.status).toBe('approved')
  return body.id
}
const returnsTold = async (orderId: string) =>
  (await service.published(orderReturned.type)).filter(({ subject }) => subject === orderId).map(({ data }) => data)

test('one of two units comes back: its part is given back and told, then the rest with the shipping', async () => {
  const orderId = await delivered()
  const first = await receive(await approved(orderId), 1)
  expect([first.status, first.body]).toMatchObject([
    200,
    { status: 'refunded', received: [{ sku: 'TEA', quantity: 1, inOrder: true }], refund: { amount: 1_000 } },
  ])
  expect(await statusOf(orderId)).toBe('partially_returned')
  const second = await receive(await approved(orderId), 1, { inOrder: false })
  expect(second.body).toMatchObject({ status: 'refunded', refund: { amount: 1_499, currency: 'EUR' } })
  expect(await statusOf(orderId)).toBe('returned')
  expect(others.refunds).toEqual([1_000, 1_499])
  expect(others.refundedReturns).toEqual([first.body.id, second.body.id])
  const { body: returned } = await service.call('GetReturnedGoods', { returnId: first.body.id })
  expect(returned.goods).toEqual([{ sku: 'TEA', quantity: 1 }])
  expect(await returnsTold(orderId)).toMatchObject([
    { orderId, customerId: ada.subject, lines: [{ sku: 'TEA', quantity: 1, inOrder: true }], all: false },
    { orderId, lines: [{ sku: 'TEA', quantity: 1, inOrder: false }], all: true },
  ])
  const { body: list } = await service.request('GET', `/api/v1/orders/${orderId}/returns`, { as: ada })
  expect(list.items.map(({ refund }: { refund: { amount: number } }) => refund.amount)).toEqual([1_000, 1_499])
  const { body: timeline } = await service.request('GET', `/api/v1/orders/${orderId}/timeline`, { as: ada })
  expect(timeline.items.slice(-2).map(({ status }: { status: string }) => status)).toEqual([
    'partially_returned',
    'returned',
  ])
})

test('less may come than was asked for, and what did not come can be asked for again', async () => {
  const orderId = await delivered()
  expect((await receive(await approved(orderId, 2), 1)).body.refund.amount).toBe(1_000)
  expect((await ask(orderId, 2)).body.code).toBe('order.return_not_allowed')
  expect((await ask(orderId, 1)).status).toBe(201)
})

test('ten who want to return the same two units at once: two can', async () => {
  const orderId = await delivered()
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(orderId)))
  expect(Object.groupBy(answers, ({ status }) => status)).toMatchObject({ 201: { length: 2 }, 409: { length: 8 } })
  const wrong = answers.find(({ status }) => status === 409)
  expect(wrong?.body).toMatchObject({
    code: 'order.return_not_allowed',
    errors: [{ pointer: '/items/0/quantity', detail: 'must be at most 0' }],
  })
})

test('two returns received at once give back what was paid, once', async () => {
  const orderId = await delivered()
  const ids = [await approved(orderId), await approved(orderId)]
  const answers = await Promise.all(ids.flatMap((id) => [receive(id, 1), receive(id, 1), receive(id, 1)]))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2)
  expect(answers.filter(({ body }) => body.code === 'order.return_move_not_allowed')).toHaveLength(4)
  expect(await statusOf(orderId)).toBe('returned')
  expect(others.refunds.toSorted((a = 0, b = 0) => a - b)).toEqual([1_000, 1_499])
  const told = await returnsTold(orderId)
  expect(told.map((data) => (data as { all: boolean }).all)).toEqual([false, true])
})

test('a repeated request makes one return, a repeated receipt one refund', async () => {
  const orderId = await delivered()
  const key = newId()
  const asked = await Promise.all(Array.from({ length: 5 }, () => ask(orderId, 1, { key })))
  expect(new Set(asked.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  const id = asked[0]?.body.id as string
  expect((await ask(orderId, 2, { key })).body.code).toBe('idempotency.key_reused')
  await approve(id)
  expect((await approve(id)).status).toBe(200)
  const received = await Promise.all(Array.from({ length: 5 }, () => receive(id, 1, { key })))
  expect(received.map(({ status, body }) => [status, body.status])).toEqual(
    Array.from({ length: 5 }, () => [200, 'refunded']),
  )
  expect(others.refunds).toEqual([1_000])
})

test('only what has arrived is taken back', async () => {
  const { status, body } = await ask(await placed())
  expect([status, body.code]).toEqual([409, 'order.not_delivered'])
})

test('after the window only staff take something back', async () => {
  const orderId = await delivered()
  await service.database.transaction(
    (tx) => tx.sql`update order_status_history set at = at - interval '1 hour' where order_id = ${orderId}`,
  )
  expect((await ask(orderId)).body.code).toBe('order.return_window_over')
  expect((await ask(orderId, 1, { as: staff })).body).toMatchObject({ status: 'requested', customerId: ada.subject })
})

test('an order of which something came back is told as completed once the window is over, and stays what it is', async () => {
  const orderId = await delivered()
  await receive(await approved(orderId), 1)
  expect(await statusOf(orderId)).toBe('partially_returned')
  await service.database.transaction(
    (tx) => tx.sql`update tasks set run_at = now() where name = 'complete-order' and key = ${orderId}`,
  )
  await eventually(async () => {
    const told = await service.published(orderCompleted.type)
    expect(told.filter(({ subject }) => subject === orderId)).toHaveLength(1)
  })
  expect(await statusOf(orderId)).toBe('partially_returned')
})

test('a refused return gives its goods free, and is neither approved nor received', async () => {
  const orderId = await delivered()
  const { body } = await ask(orderId, 2)
  expect((await refuse(body.id)).body).toMatchObject({ status: 'refused', note: 'opened' })
  for (const answer of [await approve(body.id), await receive(body.id, 1)])
    expect([answer.status, answer.body.code]).toEqual([409, 'order.return_move_not_allowed'])
  expect((await ask(orderId, 2)).status).toBe(201)
  expect(others.refunds).toEqual([])
})

test('no more is received than was asked for, and nothing that was not', async () => {
  const orderId = await delivered()
  const id = await approved(orderId)
  const { status, body } = await receive(id, 2)
  expect([status, body.errors]).toEqual([409, [{ pointer: '/items/0/quantity', detail: 'must be at most 1' }]])
  const cup = await service.request('POST', `/api/v1/returns/${id}/receive`, {
    as: staff,
    key: newId(),
    body: { items: [{ sku: 'CUP', quantity: 1 }] },
  })
  expect([cup.status, cup.body.errors[0].pointer]).toEqual([409, '/items/0/sku'])
})

test('wrong requests are told which field is wrong', async () => {
  const orderId = await delivered()
  const cases: [object, string][] = [
    [{ items: [] }, '/items'],
    [{ items: [{ sku: 'TEA', quantity: 0 }] }, '/items/0/quantity'],
    [{ reason: '' }, '/reason'],
    [{ refund: 5 }, '/refund'],
  ]
  for (const [more, pointer] of cases) {
    const { status, body } = await ask(orderId, 1, { body: more })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
  }
  const keyless = await service.request('POST', `/api/v1/orders/${orderId}/returns`, {
    as: ada,
    body: { ...tea(1), reason: 'x' },
  })
  expect([keyless.status, keyless.body.code]).toEqual([400, 'idempotency.key_required'])
  expect((await ask(newId())).body.code).toBe('order.not_found')
  expect((await approve(newId())).body.code).toBe('order.return_not_found')
})

test('another account sees nothing of a return, and customers decide nothing', async () => {
  const orderId = await delivered()
  const { body } = await ask(orderId)
  const eve = { subject: newId() }
  expect((await ask(orderId, 1, { as: eve })).status).toBe(404)
  for (const path of [`/api/v1/returns/${body.id}`, `/api/v1/orders/${orderId}/returns`])
    expect((await service.request('GET', path, { as: eve })).status).toBe(404)
  const list = await service.request('GET', '/api/v1/returns', { as: eve })
  expect(list.body.items).toEqual([])
  for (const move of ['approve', 'refuse', 'receive']) {
    const answer = await service.request('POST', `/api/v1/returns/${body.id}/${move}`, {
      as: ada,
      key: newId(),
      body: { ...tea(1), note: 'please' },
    })
    expect(answer.status).toBe(403)
  }
  const all = await service.request('GET', `/api/v1/returns?status=requested&customerId=${ada.subject}`, { as: staff })
  expect(all.body.items.map(({ id }: { id: string }) => id)).toContain(body.id)
})

test('a refund that the provider is unavailable for is given later, and nothing is told before', async () => {
  const orderId = await delivered()
  const id = await approved(orderId)
  others.fails('refund', new AppError('unavailable', 'payment.provider_unavailable', 'away'))
  const { status, body } = await receive(id, 1, { wait: 1 })
  expect([status, body.status, body.refund.amount]).toEqual([200, 'received', 1_000])
  expect([await statusOf(orderId), await returnsTold(orderId)]).toEqual(['delivered', []])
  others.reset()
  await eventually(async () => expect(await statusOf(orderId)).toBe('partially_returned'))
  expect(others.refunds).toEqual([1_000])
})

test('a refund that the provider refuses waits for an operator, with the goods noted', async () => {
  const orderId = await delivered()
  const id = await approved(orderId)
  others.fails('refund', new AppError('conflict', 'payment.refund_refused', 'no'))
  await receive(id, 1, { wait: 0 })
  const ops = { subject: newId(), roles: ['ops'] }
  const path = `/admin/sagas/${encodeURIComponent(`order-return:${id}`)}`
  await eventually(async () =>
    expect((await service.request('GET', path, { as: ops })).body).toMatchObject({ state: 'stuck' }),
  )
  others.reset()
  expect((await service.request('POST', `${path}/retry`, { as: ops })).status).toBeLessThan(300)
  await eventually(async () => expect(await statusOf(orderId)).toBe('partially_returned'))
})

test('a receipt whose saga could not begin in time is taken back, and the goods are received again', async () => {
  const orderId = await delivered()
  const id = await approved(orderId)
  await service.database.transaction(async (tx) => {
    const received = JSON.stringify([{ sku: 'TEA', quantity: 1, inOrder: true }])
    await tx.sql`
      update returns set status = 'received', received = ${received}::text::jsonb, refund_due = 1000, receipts = 1
       where id = ${id}`
    await tx.sql`
      insert into sagas (id, name, key, version, input, created_at)
      values (${`order-return:${id}`}, 'order-return', ${id}, 1, json_build_object('returnId', ${id}::text, 'orderId', ${orderId}::text),
              now() - interval '1 hour')`
  })
  await eventually(async () => {
    const { body } = await service.request('GET', `/api/v1/returns/${id}`, { as: staff })
    expect(body.status).toBe('approved')
  })
  expect(others.refunds).toEqual([])
  expect((await receive(id, 1)).body).toMatchObject({ status: 'refunded', refund: { amount: 1_000 } })
})

test('why goods were sent back is forgotten with the account', async () => {
  const zoe = { subject: newId() }
  const orderId = await delivered(zoe)
  const { body } = await ask(orderId, 1, { as: zoe })
  await service.receive(userDeleted, zoe.subject, { userId: zoe.subject })
  await eventually(async () => {
    const { body: found } = await service.request('GET', `/api/v1/returns/${body.id}`, { as: staff })
    expect(found.reason).toBe('erased')
  })
})
