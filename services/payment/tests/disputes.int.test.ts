import type { Dispute } from '@stoa/contracts/payment/resources'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { staff, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

async function pay(token = 'tok_visa') {
  const order = await app.order(token)
  await app.call('Pay', order, { key: newId() })
  return { order, payment: await app.paymentOf(order.orderId) }
}

const simulate = (paymentId: string, body: object) =>
  app.ask('POST', `/api/v1/payments/${paymentId}/simulate`, { as: staff, body })

const disputesOf = async (query: string) =>
  (await app.ask('GET', `/api/v1/disputes?${query}`, { as: staff })).body.items as unknown as readonly Dispute[]

const money = (amount: number) => ({ amount, currency: 'EUR' })

test('staff try a dispute with the sandbox, from its opening to its end', async () => {
  const { payment } = await pay()
  const opened = await simulate(payment.id, { event: 'dispute_opened', amount: money(999) })
  expect(opened).toMatchObject({ status: 200, body: { status: 'captured', disputed: money(999) } })
  const [dispute] = await disputesOf(`paymentId=${payment.id}`)
  expect(dispute).toMatchObject({ status: 'needs_response', amount: money(999), fee: money(1_500) })
  expect((await disputesOf('status=needs_response')).map(({ id }) => id)).toContain(dispute?.id)
  expect((await disputesOf('status=won')).map(({ id }) => id)).not.toContain(dispute?.id)
  // the same again is the same dispute
  expect((await simulate(payment.id, { event: 'dispute_opened', amount: money(999) })).status).toBe(200)
  expect(await simulate(payment.id, { event: 'inquiry_opened' })).toMatchObject({
    status: 409,
    body: { code: 'payment.simulation_not_possible' },
  })
  expect(await disputesOf(`paymentId=${payment.id}`)).toHaveLength(1)
  const refund = { as: staff, key: newId(), body: {} }
  expect(await app.ask('POST', `/api/v1/payments/${payment.id}/refund`, refund)).toMatchObject({
    body: { refunded: money(1_000), status: 'partially_refunded' },
  })
  expect(await simulate(payment.id, { event: 'dispute_won' })).toMatchObject({
    status: 200,
    body: { captured: money(1_999) },
  })
  expect(await disputesOf(`paymentId=${payment.id}`)).toMatchObject([{ status: 'won', reinstated: money(999) }])
  expect((await app.eventsOf(payment.id)).slice(-3)).toEqual(['dispute.opened', 'refund.processed', 'dispute.closed'])
})

test('an inquiry that is answered takes no money', async () => {
  const { payment } = await pay()
  const opened = await simulate(payment.id, { event: 'inquiry_opened' })
  expect(opened.body.disputed).toBeUndefined()
  expect(await simulate(payment.id, { event: 'dispute_won' })).toMatchObject({ status: 200 })
  expect(await disputesOf(`paymentId=${payment.id}`)).toMatchObject([{ status: 'warning_closed', withdrawn: money(0) }])
})

test('the sandbox disputes no more than it has captured, and decides only what is open', async () => {
  const { payment } = await pay()
  const notNow = { status: 409, body: { code: 'payment.simulation_not_possible' } }
  expect(await simulate(payment.id, { event: 'dispute_lost' })).toMatchObject(notNow)
  for (const amount of [money(2_000), money(0), { amount: 1, currency: 'USD' }])
    expect(await simulate(payment.id, { event: 'dispute_opened', amount })).toMatchObject({
      status: 422,
      body: { code: 'payment.amount_invalid' },
    })
  const declined = await pay('tok_declined')
  expect(await simulate(declined.payment.id, { event: 'dispute_opened' })).toMatchObject(notNow)
  expect(await simulate(newId(), { event: 'dispute_opened' })).toMatchObject({ status: 404 })
})

test.each([
  ['winning_evidence', 'won'],
  ['losing_evidence', 'lost'],
  ['it was delivered', 'under_review'],
])('the sandbox takes evidence: %s', async (uncategorizedText, status) => {
  const { payment } = await pay()
  await simulate(payment.id, { event: 'dispute_opened' })
  const [dispute] = await disputesOf(`paymentId=${payment.id}`)
  const sent = { as: staff, key: newId(), body: { uncategorizedText } }
  expect(await app.ask('POST', `/api/v1/disputes/${dispute?.id}/evidence`, sent)).toMatchObject({
    status: 200,
    body: { status },
  })
})
