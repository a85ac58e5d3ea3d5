import { MAX_PAYMENT_METHODS } from '@stoa/contracts/payment/resources'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manager, staff } from '../payment-app.ts'
import { startWithStripe, type StripeApp } from './stripe-app.ts'

let app: StripeApp
beforeAll(async () => {
  app = await startWithStripe({ FRAUD_REVIEW_AMOUNTS: 'EUR=100000' })
})
afterAll(() => app.stop())

const pay = async (kind: string, amount?: number) => {
  const order = await app.card(kind, amount)
  await app.call('Pay', order, { key: newId() })
  return { order, payment: await app.paymentOf(order.orderId) }
}

describe('a refund that fails after Stripe has accepted it', () => {
  const ledgerOf = async (paymentId: string) =>
    (await app.ask('GET', `/api/v1/transactions?paymentId=${paymentId}`, { as: manager })).body.items
  const failLast = async (type: string) => {
    const refund = [...app.stripe.world.refunds.values()].at(-1)
    if (refund === undefined) throw new Error('no refund')
    refund.status = 'failed'
    expect((await app.deliver(app.stripe.event(type, refund))).status).toBe(202)
  }

  test.each(['refund.failed', 'charge.refund.updated'])('is booked back and told once: %s', async (type) => {
    const { order, payment } = await pay('pm_card_visa')
    await app.call('Refund', { orderId: order.orderId, amount: { amount: '500', currency: 'EUR' } }, { key: newId() })
    await app.call('Refund', { orderId: order.orderId }, { key: newId() })
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'refunded' })
    await failLast(type)
    await eventually(async () =>
      expect(await app.paymentOf(order.orderId)).toMatchObject({
        status: 'partially_refunded',
        refunded: { amount: 500 },
      }),
    )
    await failLast(type)
    await eventually(async () =>
      expect(await app.service.database.read.sql`select 1 as left from tasks where name = 'settle-refund'`).toEqual([]),
    )
    const kinds = (await ledgerOf(payment.id))?.map(({ kind }) => kind)
    expect(kinds).toEqual(['refund_failed', 'refund', 'refund', 'capture'])
    expect((await app.eventsOf(payment.id)).filter((each) => each === 'refund.failed')).toHaveLength(1)
    const reconciled = async () =>
      (await app.call('ListPayments', { orderIds: [order.orderId] })).body.payments?.[0] as Record<
        string,
        { amount?: string }
      >
    expect(await reconciled()).toMatchObject({ refunded: { amount: '500' }, ledgerBalance: { amount: '1499' } })
    // staff give it back another way: for the order it is what its saga had given back
    const again = { as: staff, key: newId(), body: { amount: { amount: 1_499, currency: 'EUR' } } }
    expect(await app.ask('POST', `/api/v1/payments/${payment.id}/refund`, again)).toMatchObject({
      status: 200,
      body: { status: 'refunded' },
    })
    const after = await reconciled()
    expect(after['refunded']).toMatchObject({ amount: '1999' })
    expect(after['refundedByHand']?.amount ?? '0').toBe('0')
  })
})

test('a refund that Stripe has refused is made once the saga is continued', async () => {
  const { order, payment } = await pay('pm_card_visa')
  const key = newId()
  app.stripe.failNext('POST /refunds', 'refused')
  const refund = () => app.call('Refund', { orderId: order.orderId }, { key })
  expect(await refund()).toMatchObject({ status: 400, body: { code: 'failed_precondition' } })
  expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'captured' })
  const refunded = { amount: '1999', currency: 'EUR' }
  expect(await refund()).toMatchObject({ status: 200, body: { refunded } })
  expect(await refund()).toMatchObject({ status: 200, body: { refunded } })
  const [intent] = app.intentsOf(payment.id)
  const given = [...app.stripe.world.refunds.values()].filter((each) => each.payment_intent === intent?.id)
  expect(given.map(({ amount }) => amount)).toEqual([1_999])
})

describe('a card that is deleted', () => {
  const attachedTo = (customerId: string) => {
    const [reference] =
      [...app.stripe.world.customers].find(([, { stoa_customer }]) => stoa_customer === customerId) ?? []
    return [...app.stripe.world.methods.values()].filter((owner) => owner !== null && owner === reference)
  }
  const forget = ({ customerId, paymentMethodId }: { customerId: string; paymentMethodId: string }) =>
    app.ask('DELETE', `/api/v1/payment-methods/${paymentMethodId}`, { as: { subject: customerId } })

  test('is detached at Stripe, although it does not respond at first', async () => {
    const order = await app.card('pm_card_visa')
    expect(attachedTo(order.customerId)).toHaveLength(1)
    app.stripe.failNext('POST /payment_methods/*/detach', { retryAfter: 1 })
    expect((await forget(order)).status).toBe(204)
    await eventually(() => expect(attachedTo(order.customerId)).toEqual([]))
  })

  test('stays attached until a payment in review is charged with it', async () => {
    const { order, payment } = await pay('pm_card_visa', 100_000)
    expect(payment.status).toBe('in_review')
    expect((await forget(order)).status).toBe(204)
    const waiting = async () => app.service.database.read.sql<{ run_at: Temporal.Instant }>`
      select run_at from tasks where name = 'forget-at-provider' and run_at > now() + interval '1 minute'`
    await eventually(async () => expect(await waiting()).toHaveLength(1))
    expect(attachedTo(order.customerId)).toHaveLength(1)
    const body = { outcome: 'approved' }
    expect(await app.ask('POST', `/api/v1/payments/${payment.id}/review`, { as: manager, body })).toMatchObject({
      status: 200,
      body: { status: 'captured' },
    })
    await app.service.database.transaction(
      ({ sql }) => sql`update tasks set run_at = now() where name = 'forget-at-provider'`,
    )
    await eventually(() => expect(attachedTo(order.customerId)).toEqual([]))
  })

  test('goes with its account: the customer at Stripe is deleted', async () => {
    const order = await app.card('pm_card_visa')
    await app.service.receive(userDeleted, order.customerId, { userId: order.customerId })
    await eventually(() =>
      expect(
        [...app.stripe.world.customers.values()].some(({ stoa_customer }) => stoa_customer === order.customerId),
      ).toBe(false),
    )
    expect(attachedTo(order.customerId)).toEqual([])
  })

  test('one that is one too many does not stay attached', async () => {
    const as = { subject: newId() }
    const keep = (token: string) =>
      app.ask('POST', '/api/v1/payment-methods', { as, body: { provider: 'stripe', token } })
    await app.service.database.transaction(
      ({ sql }) => sql`
        insert into payment_methods (id, customer_id, provider, token, label, created_at)
        select gen_random_uuid(), ${as.subject}, 'sandbox', 'tok_' || n, 'x', now() from generate_series(1, ${MAX_PAYMENT_METHODS}) n`,
    )
    expect(await keep('pm_card_visa_1d')).toMatchObject({ status: 409, body: { code: 'payment.method_limit' } })
    await eventually(() => expect(attachedTo(as.subject)).toEqual([]))
  })
})
