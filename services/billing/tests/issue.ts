import type { Tx } from '@stoa/contract'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { OrderId, UserId } from '@stoa/contracts/shared/ids'
import { money, newId, systemClock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { invoiceOf } from '../src/domain/invoice.ts'
import { issueDocument } from '../src/use-cases/issue-document.ts'

const eur = (amount: number) => money(amount, 'EUR')
const party = { name: 'Ada Lovelace', line1: 'Lange Gasse 1', city: 'Wien', country: 'AT' }
const sums = invoiceOf({
  lines: [
    {
      sku: 'TEA',
      name: 'Green tea',
      quantity: 1,
      discount: eur(0),
      tax: eur(200),
      total: eur(1_200),
      taxRateBasisPoints: 2_000,
    },
  ],
  shipping: eur(0),
  tax: eur(200),
  total: eur(1_200),
})

/** Issues an invoice of an order in a transaction of its own; `fail` rolls it back after the number is taken. */
export function issue(database: Database, orderId: string, fail?: () => Promise<void>) {
  const logger = { info() {}, warn() {} } as never
  const deps = {
    clock: systemClock,
    newId,
    logger,
    seller: { code: 'TEST', party, timeZone: 'UTC' },
    fonts: {} as never,
  }
  return database.transaction(async (tx) => {
    const issued = await issueDocument(deps, tx as Tx<BillingService>, 'invoice', {
      language: 'en',
      customerId: newId() as UserId,
      orderId: orderId as OrderId,
      orderNumber: 'S-1',
      buyer: party,
      sums,
    })
    await fail?.()
    return issued
  })
}
