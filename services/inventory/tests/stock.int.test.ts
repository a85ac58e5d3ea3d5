import type { Tx, WriteHandle } from '@stoa/contract'
import { inventory, type InventoryService } from '@stoa/contracts/inventory/service'
import { orderReturned } from '@stoa/contracts/order/events'
import { shippingDispatched } from '@stoa/contracts/shipping/events'
import { newId, systemClock } from '@stoa/kernel'
import { txMaker } from '@stoa/service'
import { eventually } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { seedCatalogue } from '../src/seed.ts'
import { fulfilOnDispatch } from '../src/use-cases/fulfil-on-dispatch.ts'
import { newProduct, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
let [de, fr] = ['', '']
const customer = { subject: newId() }
const tools = { clock: systemClock, newId, schemaBaseUrl: 'http://127.0.0.1:8080' }
const makeTx: (tx: WriteHandle) => Tx<InventoryService> = txMaker({ service: inventory, ...tools })

beforeAll(async () => {
  app = await startInventory({ CART_HOLD_MINUTES: '15' })
  de = await app.warehouse('DE-1', 'DE')
  fr = await app.warehouse('FR-1', 'FR')
})
afterEach(() => app.expectBooksToAgree())
afterAll(() => app.service.stop())

const hold = (sku: string, quantity: number, more: { orderId?: string; key?: string } = {}) => {
  const { orderId = newId(), key = newId() } = more
  const body = { orderId, lines: [{ sku, quantity }], country: 'DE' }
  return app.ask('POST', '/api/v1/inventory/reserve', { key, body })
}
const placed = async (lines: readonly { sku: string; quantity: number }[]) => {
  const orderId = newId()
  expect((await app.call('Reserve', { orderId, lines, country: 'DE' })).status).toBe(200)
  expect((await app.call('Confirm', { orderId })).status).toBe(200)
  return orderId
}
const dispatched = (orderId: string, lines: readonly { sku: string; warehouseId: string; quantity: number }[]) =>
  app.service.receive(shippingDispatched, orderId, { shipmentId: newId(), orderId, trackingNumber: 'T', lines })
const returned = (orderId: string, lines: readonly { sku: string; quantity: number; inOrder: boolean }[]) =>
  app.service.receive(orderReturned, orderId, { orderId, number: 'S-1', customerId: newId(), lines, all: false })
const statusOf = async (orderId: string) =>
  (await app.ask('GET', `/api/v1/inventory/reservations/${orderId}`)).body.status as unknown
const movementsOf = async (sku: string) =>
  (await app.ask('GET', `/api/v1/inventory/movements?sku=${sku}`)).body.items ?? []

test('availability is read by anybody, in the order asked, and an unknown SKU is pointed at', async () => {
  await app.stocked('AV-1', { [de]: 3, [fr]: 4 })
  await app.stocked('AV-2')
  const { status, body } = await app.service.request('GET', '/api/v1/inventory/availability?sku=AV-2&sku=AV-1')
  expect(status).toBe(200)
  expect(body).toEqual({
    items: [
      { sku: 'AV-2', available: 0, onHand: 0, reserved: 0 },
      { sku: 'AV-1', available: 7, onHand: 7, reserved: 0 },
    ],
  })
  const wrong = await app.ask('GET', '/api/v1/inventory/availability?sku=AV-1&sku=NONE')
  expect([wrong.status, wrong.body.code, wrong.body.errors?.[0]?.pointer]).toEqual([
    422,
    'inventory.unknown_sku',
    '/sku/1',
  ])
})

test('a cart holds stock for some minutes, and a repeated key holds it once', async () => {
  await app.stocked('CART', { [de]: 3 })
  const [orderId, key] = [newId(), newId()]
  const [first, second] = await Promise.all([hold('CART', 2, { orderId, key }), hold('CART', 2, { orderId, key })])
  expect([first.status, second.status]).toEqual([201, 201])
  expect(first.body).toMatchObject({ orderId, status: 'held', lines: [{ sku: 'CART', warehouseId: de, quantity: 2 }] })
  expect(first.body.expiresAt).toBeDefined()
  expect(second.body.id).toBe(first.body.id)
  const short = await hold('CART', 2)
  expect([short.status, short.body.code, short.body.errors]).toEqual([
    409,
    'inventory.insufficient_stock',
    [{ pointer: '/lines/0', detail: '1 left' }],
  ])
  const other = await hold('CART', 1, { orderId })
  expect([other.status, other.body.code]).toEqual([409, 'inventory.already_reserved'])
})

test('what a cart has held for too long is given back, what was confirmed is not', async () => {
  await app.stocked('EXPIRY', { [de]: 10 })
  const orders = [newId(), newId(), newId()] as const
  for (const orderId of orders) await hold('EXPIRY', 2, { orderId })
  app.orderIs(orders[0], 'pending')
  await app.ask('POST', '/api/v1/inventory/confirm', { body: { orderId: orders[0] } })
  await app.call('Reserve', { orderId: newId(), lines: [{ sku: 'EXPIRY', quantity: 1 }] })
  await app.service.database.transaction(
    (tx) =>
      tx.sql`update reservations set expires_at = now() where order_id in (${orders[0]}, ${orders[1]}) and expires_at is not null`,
  )
  await app.service.runTask('expire-reservations', {})
  await eventually(async () => expect(await statusOf(orders[1])).toBe('released'))
  expect([await statusOf(orders[0]), await statusOf(orders[2])]).toEqual(['confirmed', 'held'])
  expect(await app.availability('EXPIRY')).toMatchObject({ reserved: 5 })
})

test('what a cart holds is promised permanently to an order only, and not taken from one that is carried out', async () => {
  await app.stocked('OWNED', { [de]: 2 })
  const post = (path: string, orderId: string) => app.ask('POST', `/api/v1/inventory/${path}`, { body: { orderId } })
  const orderId = newId()
  await hold('OWNED', 2, { orderId })
  expect(await post('confirm', orderId)).toMatchObject({
    status: 422,
    body: { code: 'inventory.order_unknown', errors: [{ pointer: '/orderId' }] },
  })
  expect(await statusOf(orderId)).toBe('held')
  for (const status of ['pending', 'on_hold', 'confirmed', 'picking', 'completed']) {
    app.orderIs(orderId, status)
    expect(await post('release', orderId)).toMatchObject({
      status: 409,
      body: { code: 'inventory.belongs_to_order' },
    })
  }
  app.orderIs(orderId, 'cancelled')
  expect((await post('confirm', orderId)).body.code).toBe('inventory.reservation_ended')
  expect((await post('release', orderId)).body).toMatchObject({ status: 'released' })
})

test('staff release and confirm reservations; what is not there or has ended is refused', async () => {
  await app.stocked('HAND', { [de]: 2 })
  const post = (path: string, orderId: string) => app.ask('POST', `/api/v1/inventory/${path}`, { body: { orderId } })
  const orderId = newId()
  expect((await post('confirm', orderId)).body.code).toBe('inventory.reservation_not_found')
  expect((await post('release', orderId)).body.code).toBe('inventory.reservation_not_found')
  await hold('HAND', 2, { orderId })
  app.orderIs(orderId, 'confirmed')
  expect((await post('confirm', orderId)).body).toMatchObject({ status: 'confirmed' })
  app.orderIs(orderId, 'rejected')
  expect((await post('release', orderId)).body).toMatchObject({ status: 'released' })
  expect((await post('release', orderId)).status).toBe(200)
  expect((await post('confirm', orderId)).body.code).toBe('inventory.reservation_ended')
})

test('goods that leave are taken off the stock with their shipment in the ledger', async () => {
  await app.stocked('GO', { [de]: 2, [fr]: 5 })
  const orderId = await placed([{ sku: 'GO', quantity: 3 }])
  await dispatched(orderId, [{ sku: 'GO', warehouseId: de, quantity: 2 }])
  await eventually(async () => expect(await app.availability('GO')).toMatchObject({ onHand: 5, reserved: 1 }))
  expect(await statusOf(orderId)).toBe('confirmed')
  expect((await app.call('Release', { orderId })).body.code).toBe('failed_precondition')
  await dispatched(orderId, [{ sku: 'GO', warehouseId: fr, quantity: 1 }])
  await eventually(async () => expect(await statusOf(orderId)).toBe('fulfilled'))
  expect(await app.availability('GO')).toEqual({ sku: 'GO', available: 4, onHand: 4, reserved: 0 })
  expect((await movementsOf('GO'))[0]).toMatchObject({ delta: -1, reason: 'dispatched', reference: expect.any(String) })
})

test('goods that leave for no reservation are taken off what is free, never off what others are promised', async () => {
  await app.stocked('FREE', { [de]: 3 })
  await placed([{ sku: 'FREE', quantity: 1 }])
  await dispatched(newId(), [{ sku: 'FREE', warehouseId: de, quantity: 2 }])
  await eventually(async () => expect(await app.availability('FREE')).toMatchObject({ onHand: 1, reserved: 1 }))
  const [shipmentId, orderId] = [newId(), newId()]
  const lines = [{ sku: 'FREE', warehouseId: de, quantity: 1 }]
  const event = { data: { shipmentId, orderId, trackingNumber: 'T', lines } } as never
  const { database } = app.service
  const deps = {
    ...tools,
    database,
    blobs: undefined as never,
    cartHoldMs: 0,
    shopCurrency: 'EUR',
    isListPrice: () => true,
  }
  const applied = database.transaction((tx) => fulfilOnDispatch(deps).apply(event, makeTx(tx), undefined))
  await expect(applied).rejects.toMatchObject({ code: 'inventory.insufficient_stock' })
  expect(await app.availability('FREE')).toMatchObject({ onHand: 1, reserved: 1 })
})

test('what comes back in order is put where it left from, what is broken is not', async () => {
  await app.stocked('RET', { [de]: 1, [fr]: 5 })
  const orderId = await placed([{ sku: 'RET', quantity: 3 }])
  await dispatched(orderId, [
    { sku: 'RET', warehouseId: de, quantity: 1 },
    { sku: 'RET', warehouseId: fr, quantity: 2 },
  ])
  await eventually(async () => expect(await statusOf(orderId)).toBe('fulfilled'))
  await returned(orderId, [
    { sku: 'RET', quantity: 2, inOrder: true },
    { sku: 'RET', quantity: 1, inOrder: false },
  ])
  await eventually(async () => expect(await app.availability('RET')).toMatchObject({ onHand: 5, reserved: 0 }))
  const back = (await movementsOf('RET')).filter(({ reason }: { reason: string }) => reason === 'returned')
  expect(back.map(({ warehouseId }: { warehouseId: string }) => warehouseId).sort()).toEqual([de, fr].sort())
})

test('the ledger is only added to', async () => {
  await app.stocked('LEDGER', { [de]: 1 })
  const change = app.service.database.transaction(
    (tx) => tx.sql`update stock_movements set delta = 5 where sku = 'LEDGER'`,
  )
  await expect(change).rejects.toThrow(/only added to/)
  const erase = app.service.database.transaction((tx) => tx.sql`delete from stock_movements where sku = 'LEDGER'`)
  await expect(erase).rejects.toThrow(/only added to/)
})

test('adjustments are counted with their reason, page by page, and never below what is promised', async () => {
  await app.stocked('ADJ', { [de]: 5 })
  await placed([{ sku: 'ADJ', quantity: 4 }])
  const refused = await app.adjust('ADJ', de, -2)
  expect([refused.status, refused.body.code]).toEqual([409, 'inventory.insufficient_stock'])
  expect((await app.adjust('ADJ', de, -1, { reason: 'broken' })).body).toMatchObject({ delta: -1, reason: 'broken' })
  const [sku, warehouse] = [await app.adjust('NONE', de, 1), await app.adjust('ADJ', newId(), 1)]
  expect([sku.body.code, warehouse.body.code]).toEqual(['inventory.unknown_sku', 'warehouse.unknown'])
  const first = await app.ask('GET', '/api/v1/inventory/movements?sku=ADJ&limit=1')
  const second = await app.ask('GET', `/api/v1/inventory/movements?sku=ADJ&limit=1&cursor=${first.body.nextCursor}`)
  expect([first.body.items?.[0].delta, second.body.items?.[0].delta, second.body.nextCursor]).toEqual([
    -1,
    5,
    undefined,
  ])
  expect((await app.eventsOf('ADJ')).filter((type) => type === 'inventory.adjusted')).toHaveLength(2)
  expect((await app.ask('GET', '/api/v1/inventory/movements', { as: customer })).status).toBe(403)
})

test('adjustments at once all count', async () => {
  await app.stocked('COUNT', {})
  await Promise.all(Array.from({ length: 20 }, (_, index) => app.adjust('COUNT', index % 2 === 0 ? de : fr, 1)))
  expect(await app.availability('COUNT')).toMatchObject({ onHand: 20 })
})

test('a transfer moves what is free, all of it or nothing', async () => {
  await app.stocked('MOVE', { [de]: 5 })
  await placed([{ sku: 'MOVE', quantity: 3 }])
  const transfer = (quantity: number, fromWarehouseId = de, toWarehouseId = fr) =>
    app.ask('POST', '/api/v1/inventory/transfers', {
      key: newId(),
      body: { sku: 'MOVE', fromWarehouseId, toWarehouseId, quantity },
    })
  expect((await transfer(3)).body).toMatchObject({
    code: 'inventory.insufficient_stock',
    errors: [{ pointer: '/quantity' }],
  })
  expect((await transfer(1, de, de)).body.errors?.[0]?.pointer).toBe('/toWarehouseId')
  const { status, body } = await transfer(2)
  expect(status).toBe(201)
  expect(body.items).toMatchObject([
    { warehouseId: de, delta: -2, reason: 'transfer' },
    { warehouseId: fr, delta: 2, reference: body.items?.[0].reference },
  ])
  // two are there: whichever comes first, two go back, and a third one only when one has come forth again before it
  const [forth, ...back] = await Promise.all([
    transfer(1),
    transfer(1, fr, de),
    transfer(1, fr, de),
    transfer(1, fr, de),
  ])
  const wentBack = back.filter((answer) => answer.status === 201).length
  expect(wentBack).toBeGreaterThanOrEqual(2)
  expect(wentBack).toBeLessThanOrEqual(forth.status === 201 ? 3 : 2)
  expect(await app.availability('MOVE')).toMatchObject({ onHand: 5, reserved: 3 })
})

test('a code of a warehouse is taken once', async () => {
  const again = await app.ask('POST', '/api/v1/inventory/warehouses', {
    body: { code: 'DE-1', name: 'Again', country: 'DE' },
  })
  expect([again.status, again.body.code]).toEqual([409, 'warehouse.taken'])
  const { body } = await app.ask('GET', '/api/v1/inventory/warehouses')
  expect(body.items?.map(({ code }: { code: string }) => code)).toEqual(['DE-1', 'FR-1'])
})

test('everything at once on the same stock leaves the books in agreement', async () => {
  await app.stocked('STORM', { [de]: 30, [fr]: 30 })
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const orderId = newId()
      const country = index % 2 === 0 ? 'DE' : 'FR'
      await app.call('Reserve', { orderId, country, lines: [{ sku: 'STORM', quantity: 1 + (index % 4) }] })
      if (index % 3 === 0) await app.call('Release', { orderId })
      if (index % 3 === 1) await app.call('Confirm', { orderId })
      if (index % 5 === 0) await app.adjust('STORM', index % 2 === 0 ? fr : de, index % 10 === 0 ? 2 : -1)
    }),
  )
  const { onHand, reserved, available } = await app.availability('STORM')
  expect(onHand - reserved).toBe(available)
  expect(available).toBeGreaterThanOrEqual(0)
})

test('a catalogue is put in once, with its stock in the ledger and its products told', async () => {
  const sku = 'SEEDED-1'
  const catalogue = {
    categories: [{ path: 'seeded', name: 'Seeded' }],
    warehouses: [{ code: 'SEED-1', name: 'Seed', country: 'AT' }],
    products: [
      {
        ...newProduct(sku, { category: 'seeded' }),
        stock: [{ sku, warehouseCode: 'SEED-1', quantity: 7, reorderPoint: 2 }],
      },
    ],
  }
  const seed = () => app.service.database.transaction((tx) => seedCatalogue(makeTx(tx), tools, catalogue))
  await seed()
  await seed()
  expect(await app.availability(sku)).toEqual({ sku, available: 7, onHand: 7, reserved: 0 })
  const { body } = await app.ask('GET', '/api/v1/products?category=seeded')
  expect(body.items).toEqual([expect.objectContaining({ ...newProduct(sku, { category: 'seeded' }), version: 1 })])
  const id = String(body.items?.[0].id)
  expect(await app.eventsOf(id)).toEqual(['product.created'])
  const { headers } = await app.ask('GET', `/api/v1/products/${id}`)
  await app.ask('DELETE', `/api/v1/products/${id}`, { headers: { 'if-match': headers.get('etag') ?? '' } })
  await seed()
  expect(await app.availability(sku)).toMatchObject({ onHand: 7 })
})
