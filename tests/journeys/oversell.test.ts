import { expect, test } from 'vitest'
import { ask, availabilityOf, newCustomer, place, signIn } from './shop.ts'

test('forty buyers race for ten units: ten get them, thirty are told why not, and the books agree', async () => {
  const sku = 'LIMITED-10'
  const before = await availabilityOf(sku)
  expect(before).toMatchObject({ available: 10, onHand: 10, reserved: 0 })
  const buyers = await Promise.all(Array.from({ length: 40 }, () => newCustomer()))
  const answers = await Promise.all(buyers.map((buyer) => place(buyer, { items: [{ sku, quantity: 1 }] })))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201))
  const outcomes = Map.groupBy(answers, ({ body }) => `${body.status} ${body.reason ?? ''}`.trim())
  expect(Object.fromEntries([...outcomes].map(([outcome, of]) => [outcome, of.length]))).toEqual({
    confirmed: 10,
    'rejected inventory.insufficient_stock': 30,
  })
  const after = await availabilityOf(sku)
  expect(after.available).toBe(0)
  expect(after.onHand - after.reserved).toBe(0)
  const admin = await signIn('admin@stoa.example')
  // Parcels leave the warehouse meanwhile, between two reads as well.
  await expect
    .poll(async () => {
      const { body: ledger } = await ask('GET', `/api/v1/inventory/movements?sku=${sku}&limit=200`, { as: admin })
      const sum = ledger.items.reduce((all: number, { delta }: { delta: number }) => all + delta, 0)
      return sum - (await availabilityOf(sku)).onHand
    })
    .toBe(0)
})
