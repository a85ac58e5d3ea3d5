import { newId } from '@stoa/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { staff, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

const amount = fc.integer({ min: 1, max: 1_200 })
const events = ['dispute_opened', 'inquiry_opened', 'dispute_won', 'dispute_lost'] as const
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('refund', 'refund by saga'), amount: fc.option(amount, { nil: undefined }) }),
  fc.record({ kind: fc.constantFrom(...events), amount: fc.option(amount, { nil: undefined }) }),
)

async function act(
  paymentId: string,
  orderId: string,
  { kind, amount: sum }: { kind: string; amount?: number | undefined },
) {
  const body = sum === undefined ? {} : { amount: { amount: sum, currency: 'EUR' } }
  if (kind === 'refund')
    return app.ask('POST', `/api/v1/payments/${paymentId}/refund`, { as: staff, key: newId(), body })
  if (kind === 'refund by saga') {
    const wanted = sum === undefined ? {} : { amount: { amount: String(sum), currency: 'EUR' } }
    return app.call('Refund', { orderId, ...wanted }, { key: newId() })
  }
  return app.ask('POST', `/api/v1/payments/${paymentId}/simulate`, { as: staff, body: { event: kind, ...body } })
}

const balancesOf = (paymentId: string) =>
  app.service.database.read.sql<{ account: string; sum: number }>`
    select account, sum(entry.amount)::bigint as sum
      from ledger_transactions booked join ledger_entries entry on entry.transaction_id = booked.id
     where payment_id = ${paymentId} group by account`

test('whatever is refunded and disputed in whatever order, the ledger sums to zero and no refund takes disputed money', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      const order = await app.order('tok_visa', 1_000)
      await app.call('Pay', order, { key: newId() })
      let before = await app.paymentOf(order.orderId)
      for (const each of steps) {
        const { status } = await act(before.id, order.orderId, each)
        expect(status).toBeLessThan(500)
        const after = await app.paymentOf(order.orderId)
        const [captured, refunded, disputed] = [
          after.captured.amount,
          after.refunded.amount,
          after.disputed?.amount ?? 0,
        ]
        expect(captured).toBe(1_000)
        const isRefunded = refunded > before.refunded.amount
        expect(isRefunded ? refunded + disputed : 0).toBeLessThanOrEqual(captured)
        const balances = new Map((await balancesOf(after.id)).map(({ account, sum }) => [account, sum]))
        const of = (account: string) => balances.get(account) ?? 0
        expect([...balances.values()].reduce((sum, balance) => sum + balance, 0)).toBe(0)
        expect(of('sales') + of('refunds')).toBe(refunded - captured)
        expect(of('disputed:sandbox') + of('dispute_losses')).toBe(disputed)
        before = after
      }
      const [books] = await app.booksOf(order.orderId)
      expect(books?.refunded).toBe(before.refunded.amount)
    }),
    { numRuns: 15 },
  )
}, 120_000)
