import { userDeleted } from '@stoa/contracts/user/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { newId } from '@stoa/kernel'
import { eventually, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPricing, type PricingApp } from './pricing-app.ts'

let service: TestService<PricingService>
let app: PricingApp

beforeAll(async () => {
  app = await startPricing()
  service = app.service
})
afterAll(() => service.stop())

const tea = { items: [{ sku: 'TEA', quantity: 1 }], currency: 'EUR', region: 'DE' }

/** Rows that name a person, in any table of pricing that can. */
async function rowsOf(customerId: string): Promise<number> {
  const [row] = await service.database.read.sql<{ rows: number }>`
    select (select count(*) from coupon_uses where customer_id = ${customerId})
      + (select count(*) from quotes where customer_id = ${customerId})
      + (select count(*) from customers where customer_id = ${customerId}) as rows`
  return Number(row?.rows)
}

async function erase(customerId: string): Promise<void> {
  await service.receive(userDeleted, customerId, { userId: customerId })
  await eventually(async () => {
    const rows = await service.database.read.sql`select 1 from erased_subject where subject = ${customerId}`
    expect(rows).toHaveLength(1)
  })
}

test('a use of a coupon that is under way while its customer is erased is refused', async () => {
  await app.promote({ couponCode: 'LATE', maxUsesPerCustomer: 1 })
  const customerId = newId()
  const quoteId = await app.quoteFor(customerId, { couponCodes: ['LATE'] })
  const email = Promise.withResolvers<string>()
  app.emails.set(customerId, email.promise)
  const accepting = app.accept(quoteId, customerId)
  await erase(customerId)
  email.resolve('late@example.org')
  expect((await accepting).body.code).toBe('not_found')
  expect(await rowsOf(customerId)).toBe(0)
})

test('an erasure leaves no use that was accepted at the same time', async () => {
  await app.promote({ couponCode: 'RACE', maxUses: 100 })
  const customerId = newId()
  const quotes = await Promise.all(
    Array.from({ length: 20 }, () => app.quoteFor(customerId, { couponCodes: ['RACE'] })),
  )
  const accepting = quotes.map((quoteId) => app.accept(quoteId, customerId))
  await erase(customerId)
  await Promise.all(accepting)
  expect(await rowsOf(customerId)).toBe(0)
})

test('an erasure deletes the quotes of the account, and a later quote for it names no customer', async () => {
  const customerId = newId()
  const before = await app.quoteFor(customerId)
  expect(await rowsOf(customerId)).toBe(1)
  await erase(customerId)
  expect((await service.call('GetQuote', { quoteId: before })).body.code).toBe('not_found')
  const { body } = await service.call('Quote', { ...tea, customerId })
  expect(body.quote.customerId ?? '').toBe('')
  expect(await rowsOf(customerId)).toBe(0)
})
