import type { Tx } from '@stoa/contract'
import type { OrderId, PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { newId, systemClock } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deps } from '../src/deps.ts'
import { keepMethod } from '../src/store/payment-methods.ts'
import { beginPayment } from '../src/use-cases/begin-payment.ts'
import { startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

// of a provider that moves money only this is asked before a charge
const deps = {
  clock: systemClock,
  newId,
  providers: new Map([['bank', { checksVelocity: true }]]),
  fraudLimits: { reviewAmounts: new Map([['EUR', 1_000_000]]), paymentsPerHour: 3 },
} as unknown as Deps

/** Pays once with a card, by default as a new guest; returns the first status of the payment. */
async function pay(
  card: { readonly token: string; readonly fingerprint?: string },
  customer: string = newId(),
  arrive: () => Promise<void> = async () => {},
) {
  return app.service.database.transaction(async ({ sql }) => {
    const tx = { sql, publish: async () => {} } as unknown as Tx<PaymentService>
    const customerId = customer as UserId
    const { id } = await keepMethod(
      tx,
      {
        id: newId() as PaymentMethodId,
        customerId,
        provider: 'bank',
        kind: undefined,
        label: 'card',
        country: undefined,
        isLabelGiven: false,
        token: card.token,
        fingerprint: card.fingerprint,
      },
      systemClock.now(),
    )
    await arrive()
    const begun = await beginPayment(deps, tx, {
      orderId: newId() as OrderId,
      customerId,
      paymentMethodId: id,
      amount: { amount: 1_999, currency: 'EUR' },
      country: 'DE',
      capturesAtOnce: true,
      actionKey: newId(),
    })
    return 'code' in begun ? begun.code : begun.payment.status
  })
}

async function payOften(next: (time: number) => ReturnType<typeof pay>) {
  const statuses: string[] = []
  for (let time = 0; time < 4; time += 1) statuses.push(await next(time))
  return statuses
}

const heldBack = ['initiated', 'initiated', 'initiated', 'in_review']

test('who pays too often waits for a person, with whatever card', async () => {
  const ada = newId()
  expect(await payOften(() => pay({ token: newId() }, ada))).toEqual(heldBack)
})

test('a card that pays too often waits for a person, from whatever guest account', async () => {
  const token = newId()
  expect(await payOften(() => pay({ token }))).toEqual(heldBack)
  const fingerprint = newId()
  expect(await payOften((time) => pay({ token: `${fingerprint}-${time}`, fingerprint }))).toEqual(heldBack)
})

test('payments at the same time are counted one after the other', async () => {
  const token = newId()
  await pay({ token })
  await pay({ token })
  const { promise: bothAreThere, resolve } = Promise.withResolvers<void>()
  let missing = 2
  const arrive = async () => {
    missing -= 1
    if (missing === 0) resolve()
    await bothAreThere
  }
  const statuses = await Promise.all([1, 2].map(() => pay({ token }, newId(), arrive)))
  expect(statuses.toSorted()).toEqual(['in_review', 'initiated'])
})

test('guests with cards of their own are not counted together', async () => {
  expect(await payOften(() => pay({ token: newId(), fingerprint: newId() }))).toEqual(Array(4).fill('initiated'))
})
