import { orderCompleted, orderReturned } from '@stoa/contracts/order/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUser, type Person, type UserApp } from './user-app.ts'

let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const lines = [
  { sku: 'TEA', quantity: 4, total: eur(6_000) },
  { sku: 'CUP', quantity: 1, total: eur(4_000) },
]
const complete = (orderId: string, customerId: string) =>
  app.service.receive(orderCompleted, orderId, { orderId, number: 'S-1', customerId, total: eur(10_499), lines })
const giveBack = (orderId: string, customerId: string, sku: string, quantity: number, all = false) =>
  app.service.receive(orderReturned, orderId, {
    orderId,
    number: 'S-1',
    customerId,
    lines: [{ sku, quantity, inOrder: true }],
    all,
  })
const pointsOf = async ({ id, caller }: Person) =>
  (await app.ask('GET', `/api/v1/users/${id}`, { as: caller })).body.loyaltyPoints
const entriesOf = (orderId: string) =>
  app.service.database.read.sql`select kind, points from loyalty_entries where order_id = ${orderId} order by position`

test('a completed order gives a point for each whole euro, however often it is told', async () => {
  const ada = await app.register()
  const orderId = newId()
  await complete(orderId, ada.id)
  await complete(orderId, ada.id)
  await complete(newId(), ada.id)
  await eventually(async () => expect(await pointsOf(ada)).toBe(208))
  expect(await entriesOf(orderId)).toEqual([{ kind: 'earned', points: 104 }])
  await giveBack(orderId, ada.id, 'CUP', 1, true)
  await eventually(async () => expect(await pointsOf(ada)).toBe(104))
})

test('goods that come back take their part of the points with them, all of them the rest', async () => {
  const ada = await app.register()
  const orderId = newId()
  await complete(orderId, ada.id)
  await giveBack(orderId, ada.id, 'TEA', 2)
  await eventually(async () => expect(await pointsOf(ada)).toBe(72))
  await giveBack(orderId, ada.id, 'CUP', 1, true)
  await eventually(async () => expect(await pointsOf(ada)).toBe(0))
  expect(await entriesOf(orderId)).toEqual([
    { kind: 'earned', points: 104 },
    { kind: 'returned', points: -32 },
    { kind: 'returned', points: -72 },
  ])
})

test('goods that came back before the order was completed give no points', async () => {
  const ada = await app.register()
  const orderId = newId()
  await giveBack(orderId, ada.id, 'CUP', 1)
  await complete(orderId, ada.id)
  await eventually(async () => expect(await pointsOf(ada)).toBe(62))
})

test('the ledger is only added to', async () => {
  const change = app.service.database.transaction((tx) => tx.sql`update loyalty_entries set points = 1`)
  await expect(change).rejects.toThrow('only added to')
  const remove = app.service.database.transaction((tx) => tx.sql`delete from loyalty_entries`)
  await expect(remove).rejects.toThrow('only added to')
})
