import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { newProduct, startInventory, type InventoryApp } from './inventory-app.ts'

let app: InventoryApp
let [de, fr, us] = ['', '', '']

beforeAll(async () => {
  app = await startInventory()
  de = await app.warehouse('DE-1', 'DE')
  fr = await app.warehouse('FR-1', 'FR')
  us = await app.warehouse('US-1', 'US')
})
afterEach(() => app.expectBooksToAgree())
afterAll(() => app.service.stop())

const reserve = (
  lines: readonly [string, number][],
  more: { key?: string; orderId?: string; country?: string } = {},
) => {
  const { key = newId(), orderId = newId(), country = 'DE' } = more
  return app.call('Reserve', { orderId, country, lines: lines.map(([sku, quantity]) => ({ sku, quantity })) }, { key })
}

test('forty buyers of ten units at once: ten get one, thirty are refused', async () => {
  await app.stocked('RACE', { [de]: 6, [fr]: 4 })
  const answers = await Promise.all(Array.from({ length: 40 }, () => reserve([['RACE', 1]])))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused).toHaveLength(30)
  expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['failed_precondition']))
  expect(await app.availability('RACE')).toMatchObject({ available: 0, onHand: 10, reserved: 10 })
})

test('buyers who want the same things in another order all come through, and none waits forever', async () => {
  await app.stocked('LEFT', { [de]: 50, [fr]: 50 })
  await app.stocked('RIGHT', { [de]: 50, [fr]: 50 })
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, buyer) =>
      reserve(
        buyer % 2 === 0
          ? [
              ['LEFT', 3],
              ['RIGHT', 2],
            ]
          : [
              ['RIGHT', 2],
              ['LEFT', 3],
            ],
        { country: buyer % 3 === 0 ? 'FR' : 'DE' },
      ),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(await app.availability('LEFT')).toMatchObject({ reserved: 90 })
  expect(await app.availability('RIGHT')).toMatchObject({ reserved: 60 })
})

test('comes from the nearest warehouse, what it lacks from the next', async () => {
  await app.stocked('NEAR', { [us]: 9, [fr]: 9, [de]: 2 })
  const { body } = await reserve([['NEAR', 3]], { country: 'AT' })
  expect(body.parcels).toEqual([
    { warehouseId: de, lines: [{ sku: 'NEAR', quantity: 2 }] },
    { warehouseId: fr, lines: [{ sku: 'NEAR', quantity: 1 }] },
  ])
  expect((await reserve([['NEAR', 1]], { country: 'CA' })).body.parcels?.[0]?.warehouseId).toBe(us)
})

test('lines of one SKU count together, and all lines are held or none', async () => {
  await app.stocked('SUM', { [de]: 5 })
  await app.stocked('OTHER', { [de]: 5 })
  expect(
    (
      await reserve([
        ['SUM', 3],
        ['OTHER', 1],
        ['SUM', 3],
      ])
    ).status,
  ).toBe(400)
  expect(await app.availability('OTHER')).toMatchObject({ reserved: 0 })
  expect(
    (
      await reserve([
        ['SUM', 3],
        ['OTHER', 1],
        ['SUM', 2],
      ])
    ).status,
  ).toBe(200)
  expect(await app.availability('SUM')).toMatchObject({ available: 0 })
})

test('a repeated call holds once and answers the same, also when it took the last of it', async () => {
  await app.stocked('ONCE', { [de]: 2 })
  const more = { key: 'order-fulfilment:1/reserve_items/action', orderId: newId() }
  const first = await reserve([['ONCE', 2]], more)
  const again = await Promise.all(Array.from({ length: 5 }, () => reserve([['ONCE', 2]], more)))
  for (const { status, body } of again) expect([status, body]).toEqual([200, first.body])
  expect(await app.availability('ONCE')).toMatchObject({ reserved: 2 })
  expect(await app.eventsOf(String(first.body.reservationId))).toEqual(['inventory.reserved'])
})

test('an order has one reservation', async () => {
  await app.stocked('SINGLE', { [de]: 9 })
  const orderId = newId()
  await reserve([['SINGLE', 1]], { orderId })
  const second = await reserve([['SINGLE', 1]], { orderId })
  expect([second.status, second.body.code]).toEqual([400, 'failed_precondition'])
  expect(await app.availability('SINGLE')).toMatchObject({ reserved: 1 })
})

test('a reservation that was withdrawn before it came is never made', async () => {
  await app.stocked('LATE', { [de]: 1 })
  const [key, orderId] = ['order-fulfilment:2/reserve_items/action', newId()]
  const undo = { key: 'order-fulfilment:2/reserve_items/compensation', compensates: key }
  expect((await app.call('Release', { orderId }, undo)).status).toBe(200)
  expect((await app.call('Release', { orderId }, undo)).status).toBe(200)
  expect((await reserve([['LATE', 1]], { key, orderId })).body.code).toBe('failed_precondition')
  expect((await reserve([['LATE', 1]], { orderId })).status).toBe(200)
  expect((await reserve([['LATE', 1]], { key, orderId })).body.message).toMatch(/withdrawn/)
})

test('an instance of the previous release reserves nothing for a call that was compensated', async () => {
  const [key, orderId] = [newId(), newId()]
  await app.call('Release', { orderId }, { compensates: key })
  const made = await app.service.database.transaction(
    ({ sql }) => sql`
      insert into reservations (id, order_id, action_key, status, lines, outstanding, created_at, updated_at)
      values (${newId()}, ${orderId}, ${key}, 'held', '[]', '[]', now(), now()) on conflict do nothing returning 1`,
  )
  expect(made).toEqual([])
})

test('a compensation gives back what its action held, once', async () => {
  await app.stocked('BACK', { [de]: 3 })
  const [key, orderId] = [newId(), newId()]
  const { body } = await reserve([['BACK', 3]], { key, orderId })
  const undo = () => app.call('Release', { orderId }, { key: `${key}/undo`, compensates: key })
  expect((await Promise.all([undo(), undo(), undo()])).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await app.availability('BACK')).toMatchObject({ available: 3, reserved: 0 })
  expect(await app.eventsOf(String(body.reservationId))).toEqual(['inventory.reserved', 'inventory.released'])
  expect((await reserve([['BACK', 3]], { key, orderId })).body.code).toBe('failed_precondition')
})

test('a compensation undoes its own action and no other of the order', async () => {
  await app.stocked('OWN', { [de]: 2 })
  const orderId = newId()
  await reserve([['OWN', 2]], { orderId })
  await app.call('Release', { orderId }, { compensates: 'order-fulfilment:3/reserve_items/action' })
  expect(await app.availability('OWN')).toMatchObject({ reserved: 2 })
  await app.call('Release', { orderId })
  expect(await app.availability('OWN')).toMatchObject({ reserved: 0 })
})

test('an action and its compensation at the same time leave nothing held', async () => {
  await app.stocked('BOTH', { [de]: 20 })
  await Promise.all(
    Array.from({ length: 15 }, async () => {
      const [key, orderId] = [newId(), newId()]
      await Promise.all([
        reserve([['BOTH', 1]], { key, orderId }),
        app.call('Release', { orderId }, { key: `${key}/undo`, compensates: key }),
      ])
    }),
  )
  expect(await app.availability('BOTH')).toMatchObject({ available: 20, reserved: 0 })
})

test('a confirmed reservation is released by a cancellation, and what was never reserved counts as released', async () => {
  await app.stocked('CANCEL', { [de]: 4 })
  const orderId = newId()
  await reserve([['CANCEL', 4]], { orderId })
  expect((await app.call('Confirm', { orderId })).status).toBe(200)
  expect((await app.call('Confirm', { orderId })).status).toBe(200)
  expect((await app.call('Release', { orderId })).status).toBe(200)
  expect((await app.call('Confirm', { orderId })).body.code).toBe('failed_precondition')
  expect(await app.availability('CANCEL')).toMatchObject({ available: 4 })
  expect((await app.call('Release', { orderId: newId() })).status).toBe(200)
  expect((await app.call('Confirm', { orderId: newId() })).body.code).toBe('not_found')
})

test('only what is for sale is held, and an unknown SKU is told from one that is out of stock', async () => {
  const draft = newProduct('DRAFT', { status: 'draft' })
  await app.stocked('DRAFT', { [de]: 1 }, draft)
  await app.stocked('GONE', {}, { status: 'discontinued' })
  await app.stocked('NEVER-STOCKED')
  const codes = await Promise.all(
    ['DRAFT', 'GONE', 'NEVER-STOCKED', 'UNKNOWN'].map(async (sku) => (await reserve([[sku, 1]])).body),
  )
  expect(codes.map(({ message }) => message)).toEqual([
    expect.stringContaining('DRAFT is not for sale'),
    expect.stringContaining('GONE is not for sale'),
    expect.stringContaining('NEVER-STOCKED is out of stock'),
    expect.stringContaining('The SKU UNKNOWN does not exist'),
  ])
  expect(codes[3]?.code).toBe('invalid_argument')
})

test('what is deleted while a buyer waits for its stock is not held', async () => {
  await app.stocked('DELETED', { [de]: 1 })
  const { database } = app.service
  const { answer } = await database.transaction(async (tx) => {
    await tx.sql`select 1 from stock where sku = 'DELETED' for update`
    const reserving = reserve([['DELETED', 1]])
    await eventually(async () => {
      const [row] = await database.read.sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(row).toBeDefined()
    })
    await tx.sql`delete from variants where sku = 'DELETED'`
    // still a promise: it is answered only after this commits
    return { answer: reserving }
  })
  expect((await answer).body).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('DELETED') })
})

test('nothing asked for is a wrong call', async () => {
  expect((await reserve([])).body.code).toBe('invalid_argument')
  expect((await reserve([['NEAR', 0]])).body.code).toBe('invalid_argument')
})

test('with backorder more is promised than there is', async () => {
  await app.stocked('OWED', { [de]: 1 })
  await app.adjust('OWED', de, 0, { backorderAllowed: true })
  expect((await reserve([['OWED', 5]])).status).toBe(200)
  expect(await app.availability('OWED')).toEqual({ sku: 'OWED', available: -4, onHand: 1, reserved: 5 })
  const refused = await app.adjust('OWED', de, 0, { backorderAllowed: false })
  expect([refused.status, refused.body.code]).toEqual([409, 'inventory.insufficient_stock'])
})

test('low stock is told once per crossing', async () => {
  await app.stocked('LOW', { [de]: 10 })
  await app.adjust('LOW', de, 0, { reorderPoint: 5 })
  const lowStocks = async () => (await app.eventsOf('LOW')).filter((type) => type === 'inventory.low_stock').length
  await reserve([['LOW', 5]])
  expect(await lowStocks()).toBe(0)
  await reserve([['LOW', 1]])
  await reserve([['LOW', 1]])
  expect(await lowStocks()).toBe(1)
  await app.adjust('LOW', de, 10)
  await reserve([['LOW', 9]])
  expect(await lowStocks()).toBe(2)
  const adjusted = (await app.eventsOf('LOW')).filter((type) => type === 'inventory.adjusted')
  expect(adjusted).toHaveLength(2)
})

test('reconciliation sees the reservations of the orders it asks for', async () => {
  await app.stocked('SEEN', { [de]: 9 })
  const [held, released, none] = [newId(), newId(), newId()]
  await reserve([['SEEN', 2]], { orderId: held })
  await reserve([['SEEN', 1]], { orderId: released })
  await app.call('Release', { orderId: released })
  const { body } = await app.call('ListReservations', { orderIds: [held, released, none] })
  expect(body.reservations).toHaveLength(2)
  expect(body.reservations).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ orderId: held, status: 'held', lines: [{ sku: 'SEEN', quantity: 2 }] }),
      expect.objectContaining({ orderId: released, status: 'released' }),
    ]),
  )
})

test('reconciliation sees a range of orders in the order of their ids, each with one reservation', async () => {
  await app.stocked('RANGE', { [de]: 9 })
  const ids = [newId(), newId(), newId()].toSorted()
  const [first, second, third] = ids
  for (const orderId of ids) await reserve([['RANGE', 1]], { orderId })
  await app.call('Release', { orderId: second })
  await reserve([['RANGE', 2]], { orderId: second as string })
  const statesIn = async (range: object) =>
    ((await app.call('ListReservations', { range })).body.reservations ?? []).map(({ orderId, status, lines }) => [
      orderId,
      status,
      lines?.[0]?.quantity,
    ])
  expect(await statesIn({ after: first, limit: 10 })).toEqual([
    [second, 'held', 2],
    [third, 'held', 1],
  ])
  expect(await statesIn({ after: first, upTo: second, limit: 10 })).toEqual([[second, 'held', 2]])
  expect(await statesIn({ after: first, limit: 1 })).toEqual([[second, 'held', 2]])
})

test('stock that is not what its movements and reservations come to is found, a page of SKUs at a time', async () => {
  await app.stocked('WRONG-1', { [de]: 9 })
  await app.stocked('WRONG-2', { [de]: 9 })
  await reserve([['WRONG-2', 3]])
  const differences = async () => {
    const found: object[] = []
    let afterSku: string | undefined = ''
    while (afterSku !== undefined) {
      const { body } = await app.service.call('CheckStock', { afterSku, limit: 1 })
      found.push(...(body.differences ?? []))
      afterSku = body.nextAfterSku
    }
    return found
  }
  expect(await differences()).toEqual([])
  const change = (by: { onHand: number; reserved: number }) =>
    app.service.database.transaction(async (tx) => {
      await tx.sql`update stock set on_hand = on_hand + ${by.onHand} where sku = 'WRONG-1'`
      await tx.sql`update stock set reserved = reserved + ${by.reserved} where sku = 'WRONG-2'`
    })
  await change({ onHand: 1, reserved: 2 })
  const place = { warehouseId: de, onHand: '9', moved: '9' }
  expect(await differences()).toEqual([
    { ...place, sku: 'WRONG-1', onHand: '10' },
    { ...place, sku: 'WRONG-2', reserved: '5', promised: '3' },
  ])
  await change({ onHand: -1, reserved: -2 })
  expect(await differences()).toEqual([])
})
