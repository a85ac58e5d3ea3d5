import { accessTable } from '@stoa/contracts/auth/roles'
import { shippingCancelled, shippingDelivered, shippingDispatched } from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import { userDeleted } from '@stoa/contracts/user/events'
import { AppError, newId, systemClock } from '@stoa/kernel'
import { signWebhook } from '@stoa/security'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deps } from '../src/deps.ts'
import { shippingService } from '../src/service.ts'
import { purgeMessages, takeMessage } from '../src/store/shipments.ts'
import { personalData } from '../src/use-cases/read-shipments.ts'

const secret = Buffer.from('a secret of the sandbox carrier').toString('base64')
let service: TestService<ShippingService>
let slow: TestService<ShippingService>

/** The other services: they know every customer, SKU and warehouse but these. */
const unknown = { customerId: newId(), sku: 'UNHEARD-OF', warehouseId: newId() }
const otherServices: Stubs<ShippingService> = {
  user: {
    getContact: async ({ userId }) => {
      if (userId === unknown.customerId)
        throw new AppError('not_found', 'user.not_found', 'The account does not exist.')
      return { email: `${userId}@stoa.example` }
    },
  },
  inventory: {
    getVariants: async ({ skus }) => ({
      variants: skus.filter((sku) => sku !== unknown.sku).map((sku) => ({ sku })),
    }),
    findWarehouses: async ({ warehouseIds }) => ({
      warehouseIds: warehouseIds.filter((id) => id !== unknown.warehouseId),
    }),
  },
}

beforeAll(async () => {
  const start = (daySeconds: string) =>
    startTestService(shippingService, {
      access: accessTable,
      settings: { CARRIER_DAY_SECONDS: daySeconds, SANDBOX_CARRIER_SECRET: secret },
      calls: otherServices,
    })
  service = await start('0.05')
  slow = await start('86400')
})
afterAll(() => Promise.all([service.stop(), slow.stop()]))

const staff = { subject: newId(), roles: ['staff'] }
const ada = { subject: newId() }
const address = { name: 'Ada', line1: 'Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
const warehouseId = newId()
const shipment = (orderId: string, more: object = {}) => ({
  orderId,
  customerId: ada.subject,
  address,
  parcels: [{ warehouseId, lines: [{ sku: 'TEA', quantity: 2 }] }],
  ...more,
})
const stateOf = async (app: TestService, orderId: string) =>
  (await app.request('GET', `/api/v1/shipments?orderId=${orderId}`, { as: staff })).body.items[0]?.status

test('the shipment of an order is planned once, however often it is requested', async () => {
  const orderId = newId()
  const key = newId()
  const answers = await Promise.all([
    service.call('CreateShipment', shipment(orderId), { key }),
    service.call('CreateShipment', shipment(orderId), { key }),
    service.call('CreateShipment', shipment(orderId)),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(new Set(answers.map(({ body }) => body.shipmentId)).size).toBe(1)
  const { body } = await service.request('GET', `/api/v1/shipments?orderId=${orderId}`, { as: staff })
  expect(body.items).toHaveLength(1)
})

test('an action that comes after its compensation is refused', async () => {
  const orderId = newId()
  const key = newId()
  expect((await service.call('CancelShipment', { orderId }, { compensates: key })).status).toBe(200)
  const late = await service.call('CreateShipment', shipment(orderId), { key })
  expect(late.body.code).toBe('failed_precondition')
  expect(await stateOf(service, orderId)).toBeUndefined()
})

test('instances of the previous release share the tombstones', async () => {
  const [of, here] = [newId(), newId()]
  await service.database.transaction(
    ({ sql }) => sql`insert into withdrawn_shipments (action_key, at) values (${of}, now()) on conflict do nothing`,
  )
  expect((await service.call('CreateShipment', shipment(newId()), { key: of })).body.message).toMatch(/withdrawn/)
  await service.call('CancelShipment', { orderId: newId() }, { compensates: here })
  const { sql } = service.database.read
  expect(await sql`select 1 as one from withdrawn_shipments where action_key = ${here}`).toEqual([{ one: 1 }])
})

test('a released shipment moves by the carrier’s clock, and its lines leave their warehouse', async () => {
  const orderId = newId()
  await service.call('CreateShipment', shipment(orderId))
  await service.call('Release', { orderId })
  await service.call('Release', { orderId })
  await eventually(async () => expect(await stateOf(service, orderId)).toBe('delivered'))
  const dispatched = (await service.published(shippingDispatched.type)).filter(
    ({ data }: any) => data.orderId === orderId,
  )
  expect(dispatched).toHaveLength(1)
  expect((dispatched[0] as any).data.lines).toEqual([{ sku: 'TEA', warehouseId, quantity: 2 }])
  expect((await service.published(shippingDelivered.type)).some(({ data }: any) => data.orderId === orderId)).toBe(true)
})

test('a planned shipment is cancelled, twice if need be, and then not released', async () => {
  const orderId = newId()
  await slow.call('CreateShipment', shipment(orderId))
  expect((await slow.call('CancelShipment', { orderId })).status).toBe(200)
  expect((await slow.call('CancelShipment', { orderId })).status).toBe(200)
  expect((await slow.call('Release', { orderId })).body.code).toBe('failed_precondition')
  expect(
    (await slow.published(shippingCancelled.type)).filter(({ data }: any) => data.orderId === orderId),
  ).toHaveLength(1)
})

test('what has left is not cancelled', async () => {
  const orderId = newId()
  await service.call('CreateShipment', shipment(orderId))
  await service.call('Release', { orderId })
  await eventually(async () => expect(await stateOf(service, orderId)).toBe('delivered'))
  expect((await service.call('CancelShipment', { orderId })).body.code).toBe('failed_precondition')
})

test('a release and a cancellation at once leave one of both', async () => {
  for (let index = 0; index < 10; index++) {
    const orderId = newId()
    await slow.call('CreateShipment', shipment(orderId))
    const [released, cancelled] = await Promise.all([
      slow.call('Release', { orderId }),
      slow.call('CancelShipment', { orderId }),
    ])
    expect(cancelled.status).toBe(200)
    expect(await stateOf(slow, orderId)).toBe('cancelled')
    expect([200, 400]).toContain(released.status)
  }
})

test('a country that no carrier serves is refused', async () => {
  const answer = await service.call('CreateShipment', shipment(newId(), { address: { ...address, country: 'AQ' } }))
  expect(answer.body.code).toBe('failed_precondition')
})

test('a shipment of an order by a method that its carrier does not have is refused', async () => {
  const answer = await service.call('CreateShipment', shipment(newId(), { method: 'air' }))
  expect(answer.body.code).toBe('invalid_argument')
  expect((await service.call('FindMethods', { country: 'DE' })).body.methods).toEqual(['standard', 'express'])
  expect((await service.call('FindMethods', { country: 'AQ' })).body.methods ?? []).toEqual([])
})

test.each([
  ['customer_unknown', { customerId: unknown.customerId }, '/customerId'],
  [
    'warehouse_unknown',
    { parcels: [{ warehouseId: unknown.warehouseId, lines: [{ sku: 'TEA', quantity: 1 }] }] },
    '/parcels/0/warehouseId',
  ],
  [
    'unknown_sku',
    {
      parcels: [
        {
          warehouseId,
          lines: [
            { sku: 'TEA', quantity: 1 },
            { sku: unknown.sku, quantity: 1 },
          ],
        },
      ],
    },
    '/parcels/0/lines/1/sku',
  ],
  ['method_unknown', { method: 'air' }, '/method'],
])('staff cannot create a shipment that names what does not exist: %s', async (code, more, pointer) => {
  const { orderId: _, ...own } = shipment('', more)
  const { status, body } = await service.request('POST', '/api/v1/shipments', { as: staff, key: newId(), body: own })
  expect([status, body.code, body.errors.map((each: any) => each.pointer)]).toEqual([
    422,
    `shipping.${code}`,
    [pointer],
  ])
})

test('a shipment of no order is released by staff, and moves on', async () => {
  const { orderId: _, ...own } = shipment('')
  const made = await service.request('POST', '/api/v1/shipments', { as: staff, key: newId(), body: own })
  const path = `/api/v1/shipments/${made.body.id}`
  expect((await service.request('POST', `${path}/dispatch`, { as: staff })).body.code).toBe('shipping.not_released')
  const released = await service.request('POST', `${path}/release`, { as: staff })
  expect(released).toMatchObject({ status: 200, body: { status: 'released', trackingNumber: expect.any(String) } })
  await eventually(async () =>
    expect((await service.request('GET', path, { as: staff })).body.status).toBe('delivered'),
  )
  expect((await service.request('POST', `${path}/release`, { as: staff })).status).toBe(200)
  expect((await service.request('POST', `${path}/release`, { as: ada })).status).toBe(403)
})

test('a shipment of an order is not released past its order, and a cancelled one not at all', async () => {
  const { body } = await slow.call('CreateShipment', shipment(newId()))
  expect(await slow.request('POST', `/api/v1/shipments/${body.shipmentId}/release`, { as: staff })).toMatchObject({
    status: 409,
    body: { code: 'shipping.belongs_to_order' },
  })
  const { orderId: _, ...own } = shipment('')
  const made = await slow.request('POST', '/api/v1/shipments', { as: staff, key: newId(), body: own })
  await slow.request('POST', `/api/v1/shipments/${made.body.id}/cancel`, { as: staff })
  expect((await slow.request('POST', `/api/v1/shipments/${made.body.id}/release`, { as: staff })).body.code).toBe(
    'shipping.move_not_allowed',
  )
})

test('staff simulate what the sandbox carrier tells, not of a planned shipment', async () => {
  const orderId = newId()
  const { body } = await slow.call('CreateShipment', shipment(orderId))
  const simulate = (event: string) =>
    slow.request('POST', `/api/v1/shipments/${body.shipmentId}/simulate`, { as: staff, body: { event } })
  const early = await simulate('dispatched')
  expect([early.status, early.body.code]).toEqual([409, 'shipping.not_released'])
  await slow.call('Release', { orderId })
  expect((await simulate('delivered')).status).toBe(409)
  expect((await simulate('dispatched')).body.status).toBe('dispatched')
  expect((await simulate('failed')).body.status).toBe('failed')
})

test('a shipment of an order is not cancelled past it, one of none is', async () => {
  const orderId = newId()
  const { body } = await slow.call('CreateShipment', shipment(orderId))
  const refused = await slow.request('POST', `/api/v1/shipments/${body.shipmentId}/cancel`, { as: staff })
  expect([refused.status, refused.body.code]).toEqual([409, 'shipping.belongs_to_order'])
  const { orderId: _none, ...free } = shipment(newId())
  const made = await slow.request('POST', '/api/v1/shipments', { as: staff, key: newId(), body: free })
  expect(made.status).toBe(201)
  const cancelled = await slow.request('POST', `/api/v1/shipments/${made.body.id}/cancel`, { as: staff })
  expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled'])
})

test('customers read their own shipments and no others', async () => {
  const orderId = newId()
  const { body } = await slow.call('CreateShipment', shipment(orderId))
  const path = `/api/v1/shipments/${body.shipmentId}`
  expect((await slow.request('GET', path, { as: ada })).body.orderId).toBe(orderId)
  const eve = { subject: newId() }
  expect((await slow.request('GET', path, { as: eve })).status).toBe(404)
  expect((await slow.request('GET', `${path}/tracking`, { as: eve })).status).toBe(404)
  expect((await slow.request('GET', `/api/v1/shipments?orderId=${orderId}`, { as: eve })).body.items).toEqual([])
})

const trackingOf = async (id: string) =>
  (await slow.request('GET', `/api/v1/shipments/${id}/tracking`, { as: staff })).body.items.map(
    (item: { event: string }) => item.event,
  )
const released = async () => {
  const orderId = newId()
  const { body } = await slow.call('CreateShipment', shipment(orderId))
  await slow.call('Release', { orderId })
  return (await slow.request('GET', `/api/v1/shipments/${body.shipmentId}`, { as: staff })).body
}
const reportTracking = (
  message: { readonly id: string; readonly trackingNumber: string; readonly event: string },
  {
    carrier = 'sandbox',
    key = secret,
    sign = (text) => text,
    write = JSON.stringify,
  }: {
    readonly carrier?: string
    readonly key?: string
    /** What is signed in the place of the text that is sent. */
    readonly sign?: (text: string) => string
    readonly write?: (body: object) => string
  } = {},
) => {
  const seconds = Math.floor(Date.now() / 1_000)
  const text = write({ ...message, at: new Date().toISOString() })
  const signature = signWebhook(key, message.id, seconds, sign(text))
  return slow.request('POST', `/api/v1/shipping/webhooks/${carrier}`, {
    text,
    headers: { 'webhook-id': message.id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature },
  })
}

test('a carrier’s message counts when it is signed, and once', async () => {
  const { id, trackingNumber } = await released()
  const left = { id: newId(), trackingNumber, event: 'dispatched' }
  expect((await reportTracking(left, { key: Buffer.from('of another').toString('base64') })).status).toBe(401)
  expect((await reportTracking(left, { carrier: 'pigeon' })).body.code).toBe('shipping.carrier_unknown')
  expect((await reportTracking({ ...left, trackingNumber: 'NONE' })).status).toBe(404)
  expect(await trackingOf(id)).toEqual(['planned', 'released'])
  expect([(await reportTracking(left)).status, (await reportTracking(left)).status]).toEqual([202, 202])
  // what was signed under a used id is a replay, whatever it says
  expect((await reportTracking({ ...left, event: 'delivered' })).status).toBe(202)
  expect(await trackingOf(id)).toEqual(['planned', 'released', 'dispatched'])
})

test('a carrier’s message is verified over its bytes', async () => {
  const { id, trackingNumber } = await released()
  const left = { id: newId(), trackingNumber, event: 'dispatched' }
  const indented = (body: object) => JSON.stringify(body, null, 2)
  const compacted = (text: string) => JSON.stringify(JSON.parse(text))
  expect((await reportTracking(left, { write: indented, sign: compacted })).status).toBe(401)
  const escaped = (body: object) => `${JSON.stringify(body).replace('"id"', '"\\u0069d"')}\n`
  expect((await reportTracking(left, { write: escaped, sign: compacted })).status).toBe(401)
  expect(await trackingOf(id)).toEqual(['planned', 'released'])
  expect((await reportTracking(left, { write: escaped })).status).toBe(202)
  expect(await trackingOf(id)).toEqual(['planned', 'released', 'dispatched'])
  expect((await reportTracking({ ...left, id: newId(), event: 'delivered' }, { write: indented })).status).toBe(202)
  expect(await trackingOf(id)).toEqual(['planned', 'released', 'dispatched', 'delivered'])
})

test('what has arrived has left, also when the carrier tells it in the other order', async () => {
  const { id, orderId, trackingNumber } = await released()
  expect((await reportTracking({ id: newId(), trackingNumber, event: 'delivered' })).status).toBe(202)
  expect((await reportTracking({ id: newId(), trackingNumber, event: 'dispatched' })).status).toBe(202)
  expect(await trackingOf(id)).toEqual(['planned', 'released', 'dispatched', 'delivered'])
  const dispatched = await slow.published(shippingDispatched.type)
  expect(dispatched.filter(({ data }: any) => data.orderId === orderId)).toHaveLength(1)
})

test('messages that were taken before a time are forgotten, others are not taken again', async () => {
  const at = Temporal.Now.instant()
  const taken = await slow.database.transaction(async (tx) => {
    await takeMessage(tx, 'sandbox/old', at.subtract({ hours: 25 }))
    await takeMessage(tx, 'sandbox/new', at)
    await purgeMessages(tx, at.subtract({ hours: 24 }))
    return [await takeMessage(tx, 'sandbox/old', at), await takeMessage(tx, 'sandbox/new', at)]
  })
  expect(taken).toEqual([true, false])
})

test('a shipment that failed has left: it is not cancelled', async () => {
  const { id, orderId } = await released()
  for (const event of ['dispatched', 'failed']) {
    await slow.request('POST', `/api/v1/shipments/${id}/simulate`, { as: staff, body: { event } })
  }
  expect((await slow.call('CancelShipment', { orderId })).body.code).toBe('failed_precondition')
})

test('anybody asks what a parcel would cost', async () => {
  const ask = (country: string) =>
    slow.request('POST', '/api/v1/shipping/rates', { body: { country, weightGrams: 1_500 } })
  const { status, body } = await ask('FR')
  expect([status, body.items.map(({ method }: { method: string }) => method)]).toEqual([200, ['standard', 'express']])
  expect((await ask('AQ')).body.code).toBe('shipping.rate_unavailable')
})

test('what is held on a person says where the goods went', async () => {
  const carol = newId()
  await slow.call('CreateShipment', shipment(newId(), { customerId: carol }))
  const { shipments } = (await personalData({ clock: systemClock } as Deps).export(carol, slow.database.read)) as any
  expect(shipments).toEqual([expect.objectContaining({ customerId: carol, address })])
})

test('an address without a postal code, and one with a state, is kept as it is', async () => {
  const dublin = { name: 'Ada', line1: 'Row 1', city: 'Dublin', country: 'IE' }
  const portland = { name: 'Ada', line1: 'Row 1', city: 'Portland', state: 'OR', postalCode: '97201', country: 'US' }
  const carol = newId()
  await slow.call('CreateShipment', shipment(newId(), { customerId: carol, address: dublin }))
  await slow.call('CreateShipment', shipment(newId(), { customerId: carol, address: portland }))
  const { shipments } = (await personalData({ clock: systemClock } as Deps).export(carol, slow.database.read)) as any
  expect(shipments.map((one: { address: object }) => one.address)).toEqual([portland, dublin])
})

test('an erasure and a delivery at once leave no address', async () => {
  const dan = newId()
  const orderId = newId()
  const { body } = await slow.call('CreateShipment', shipment(orderId, { customerId: dan }))
  const { read } = slow.database
  await slow.database.transaction(async (tx) => {
    await tx.sql`update shipments set status = 'delivered' where id = ${body.shipmentId}`
    await slow.receive(userDeleted, dan, { userId: dan })
    await eventually(async () => {
      const waiting = await read.sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      const erased = await read.sql`select 1 from erased_customers where customer_id = ${dan}`
      expect(waiting.length + erased.length).toBeGreaterThan(0)
    })
  })
  await eventually(async () => {
    const [row] = await read.sql<{ name: string }>`
      select address ->> 'name' as name from shipments where order_id = ${orderId}`
    expect(row?.name).toBe('erased')
  })
})

test('where goods went is forgotten with the account, once they have arrived', async () => {
  const bob = newId()
  const orderId = newId()
  await service.call('CreateShipment', shipment(orderId, { customerId: bob }))
  await service.receive(userDeleted, bob, { userId: bob })
  await service.call('Release', { orderId })
  await eventually(async () => {
    const [row] = await service.database.read.sql<{ name: string }>`
      select address ->> 'name' as name from shipments where order_id = ${orderId}`
    expect(row?.name).toBe('erased')
  })
})

test('reconciliation sees a range of orders in the order of their ids', async () => {
  const ids = [newId(), newId(), newId()].toSorted()
  for (const orderId of ids) await service.call('CreateShipment', shipment(orderId))
  const [first, second, third] = ids
  const idsIn = async (range: object) =>
    ((await service.call('ListShipments', { range })).body.shipments ?? []).map(
      ({ orderId, status }: { orderId: string; status: string }) => `${orderId} ${status}`,
    )
  expect(await idsIn({ after: first, limit: 10 })).toEqual([`${second} planned`, `${third} planned`])
  expect(await idsIn({ after: first, upTo: second, limit: 10 })).toEqual([`${second} planned`])
  expect(await idsIn({ after: first, limit: 1 })).toEqual([`${second} planned`])
})
