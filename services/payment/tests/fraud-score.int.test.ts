import type { Tx } from '@stoa/contract'
import type { OrderId, PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { newId, systemClock } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deps } from '../src/deps.ts'
import type { ScoredFacts } from '../src/fraud/fraud-scores.ts'
import { keepMethod } from '../src/store/payment-methods.ts'
import { beginPayment, type WantedPayment } from '../src/use-cases/begin-payment.ts'
import { scorePayment } from '../src/use-cases/score-payment.ts'
import { startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

const asked: ScoredFacts[] = []
const depsWith = (score: number | undefined) =>
  ({
    clock: systemClock,
    newId,
    providers: new Map([
      ['bank', { checksVelocity: true }],
      ['sandbox', { checksVelocity: false }],
    ]),
    fraudLimits: { reviewAmounts: new Map([['EUR', 1_000_000]]), paymentsPerHour: 10, scoreFrom: 0.5 },
    fraudScores: {
      reviewFrom: 0.5,
      find: async (facts: ScoredFacts) => {
        asked.push(facts)
        return score
      },
    },
  }) as unknown as Deps

/** A payment that is wanted with a new card of a German bank. */
async function wanted(provider: string): Promise<WantedPayment> {
  const customerId = newId() as UserId
  const { id } = await app.service.database.transaction(async ({ sql }) => {
    const method = { id: newId() as PaymentMethodId, customerId, provider, label: 'card', country: 'DE' }
    const card = { isLabelGiven: false, token: newId(), kind: undefined, fingerprint: newId() }
    return keepMethod({ sql } as never, { ...method, ...card }, systemClock.now())
  })
  return {
    orderId: newId() as OrderId,
    customerId,
    paymentMethodId: id,
    amount: { amount: 250_000, currency: 'EUR' },
    country: 'AT',
    capturesAtOnce: true,
    actionKey: newId(),
  }
}

async function pay(deps: Deps, payment: WantedPayment) {
  const fraudScore = await scorePayment(deps, { db: app.service.database.read, calls: {} as never }, payment)
  const published: object[] = []
  const begun = await app.service.database.transaction(async ({ sql }) => {
    const tx = { sql, publish: async (_: unknown, __: unknown, data: object) => published.push(data) }
    return beginPayment(deps, tx as unknown as Tx<PaymentService>, { ...payment, country: 'DE', fraudScore })
  })
  return { status: 'code' in begun ? begun.code : begun.payment.status, published }
}

test('a payment with a high score is reviewed, and the rule says so', async () => {
  const payment = await wanted('bank')
  const { status, published } = await pay(depsWith(0.5), payment)
  expect(status).toBe('in_review')
  expect(published).toContainEqual(expect.objectContaining({ orderId: payment.orderId, rules: ['score'] }))
  expect(asked.at(-1)).toEqual({ amountRatio: 0.25, countryMismatch: true, paymentsLastHour: 0 })
})

test.each([undefined, 0, 0.49])('a payment with the score %s is charged', async (score) => {
  expect((await pay(depsWith(score), await wanted('bank'))).status).toBe('initiated')
})

test('the payments of the last hour count, a repetition is not asked about again, nor a payment of the sandbox', async () => {
  const payment = await wanted('bank')
  await pay(depsWith(0), payment)
  const before = asked.length
  await pay(depsWith(0), payment)
  await pay(depsWith(1), await wanted('sandbox'))
  expect(asked.length).toBe(before)
  await pay(depsWith(0), { ...payment, orderId: newId() as OrderId, actionKey: newId() })
  expect(asked.at(-1)).toMatchObject({ paymentsLastHour: 1 })
})
