import type { Tx } from '@stoa/contract'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { OrderId, RefundId } from '@stoa/contracts/shared/ids'
import { money, newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { creditRefund } from '../src/use-cases/credit-refund.ts'
import { startBilling, type BillingApp, type TestOrder } from './billing-app.ts'

const newYear = Temporal.Instant.from('2026-12-31T23:00:00Z')
let now = newYear
const clock = { now: () => now }
let app: BillingApp
beforeAll(async () => {
  app = await startBilling({ clock })
})
afterAll(() => app.service.stop())

const documents = (order: TestOrder, count: number) =>
  eventually(async () => {
    const found = await app.documentsOf(order)
    expect(found).toHaveLength(count)
    return found
  })

test('a credit note is never dated before its invoice, nor numbered in an earlier year, when a clock is behind', async () => {
  now = newYear
  const order = app.order()
  await app.confirm(order)
  await documents(order, 1)
  now = newYear.subtract({ seconds: 2 })
  await app.refund(order, 1_000)
  expect(await documents(order, 2)).toMatchObject([
    { number: expect.stringMatching(/^STOA-2027-/), issuedAt: newYear.toString() },
    { number: expect.stringMatching(/^STOA-C-2027-/), issuedAt: newYear.toString() },
  ])
})

test('an invoice is credited by the legal entity that issued it, also after the settings name another one', async () => {
  const order = app.order()
  await app.confirm(order)
  const [invoice] = await documents(order, 1)
  const party = { name: 'Successor', line1: 'Ring 1', city: 'Wien', country: 'AT' }
  const deps = {
    clock,
    newId,
    logger: { info() {}, warn() {} } as never,
    seller: { code: 'NEXT', party, timeZone: 'UTC' },
    fonts: {} as never,
  }
  await app.service.database.transaction((handle) => {
    const tx = Object.assign(Object.create(handle), { publish: async () => {} }) as Tx<BillingService>
    const refund = { refundId: newId() as RefundId, amount: money(1_000, 'EUR'), goods: [] }
    return creditRefund(deps, tx, order.orderId as OrderId, refund)
  })
  expect((await documents(order, 2))[1]).toMatchObject({
    number: expect.stringMatching(/^STOA-C-/),
    legalEntity: 'STOA',
    seller: invoice?.seller,
  })
})
