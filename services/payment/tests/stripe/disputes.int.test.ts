import type { Dispute } from '@stoa/contracts/payment/resources'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manager, staff } from '../payment-app.ts'
import { moveMoney, openDispute, type DisputeAtStripe } from './disputes.ts'
import { startWithStripe, type StripeApp } from './stripe-app.ts'

let app: StripeApp
beforeAll(async () => {
  app = await startWithStripe()
})
afterAll(() => app.stop())

async function pay() {
  const order = await app.card('pm_card_visa')
  await app.call('Pay', order, { key: newId() })
  const payment = await app.paymentOf(order.orderId)
  const [intent] = app.intentsOf(payment.id)
  if (intent === undefined) throw new Error('not charged')
  return { order, payment, intent }
}

const tell = async (type: string, dispute: DisputeAtStripe, options?: { readonly id: string }) =>
  expect((await app.deliver(app.stripe.event(type, dispute, options))).status).toBe(202)

const disputesOf = async (paymentId: string) => {
  const { status, body } = await app.ask('GET', `/api/v1/disputes?paymentId=${paymentId}`, { as: manager })
  expect(status).toBe(200)
  return (body.items ?? []) as unknown as readonly Dispute[]
}

const disputeIs = (paymentId: string, expected: object) =>
  eventually(async () => {
    const [dispute] = await disputesOf(paymentId)
    expect(dispute).toMatchObject(expected)
    return dispute as Dispute
  })

/** Once nothing more is to be asked of Stripe. */
const settled = () =>
  eventually(async () =>
    expect(await app.service.database.read.sql`select 1 as left from tasks where name = 'settle-dispute'`).toEqual([]),
  )

const balancesOf = (paymentId: string) =>
  app.service.database.read.sql<{ account: string; sum: number }>`
    select account, sum(entry.amount)::bigint as sum
      from ledger_transactions booked join ledger_entries entry on entry.transaction_id = booked.id
     where payment_id = ${paymentId} group by account having sum(entry.amount) <> 0 order by account`

const disputeEventsOf = async (paymentId: string) =>
  (await app.eventsOf(paymentId)).filter((type) => type.startsWith('dispute.'))

const reconciled = async (orderId: string) =>
  (await app.call('ListPayments', { orderIds: [orderId] })).body.payments?.[0] as Record<string, { amount?: string }>

const refund = (paymentId: string, body: object) =>
  app.ask('POST', `/api/v1/payments/${paymentId}/refund`, { as: staff, key: newId(), body })

describe('a dispute at Stripe', () => {
  test('takes the money into an account of its own, holds it against refunds, and gives it back once it is won', async () => {
    const { order, payment, intent } = await pay()
    const dispute = openDispute(app.stripe.world, intent.id, { amount: 1_500 })
    await tell('charge.dispute.created', dispute)
    await tell('charge.dispute.funds_withdrawn', dispute)
    const dueBy = Temporal.Instant.fromEpochMilliseconds((dispute.evidence_details.due_by ?? 0) * 1_000).toString()
    const money = (amount: number) => ({ amount, currency: 'EUR' })
    const stored = await disputeIs(payment.id, {
      reference: dispute.id,
      status: 'needs_response',
      reason: 'fraudulent',
      provider: 'stripe',
      paymentId: payment.id,
      orderId: order.orderId,
      customerId: order.customerId,
      evidenceDueBy: dueBy,
      amount: money(1_500),
      withdrawn: money(1_500),
      reinstated: money(0),
      fee: money(2_000),
    })
    expect(await app.ask('GET', `/api/v1/disputes/${stored.id}`, { as: manager })).toMatchObject({ body: stored })
    await settled()
    expect(await balancesOf(payment.id)).toEqual([
      { account: 'dispute_fees', sum: 2_000 },
      { account: 'disputed:stripe', sum: 1_500 },
      { account: 'receivable:stripe', sum: 1_999 - 1_500 - 2_000 },
      { account: 'sales', sum: -1_999 },
    ])
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'captured', disputed: money(1_500) })
    expect(await reconciled(order.orderId)).toMatchObject({
      captured: { amount: '1999' },
      disputed: { amount: '1500' },
      ledgerBalance: { amount: '1999' },
    })

    expect(await refund(payment.id, { amount: money(500) })).toMatchObject({
      status: 409,
      body: { code: 'payment.disputed', detail: expect.stringContaining('At most 499') },
    })
    expect(await refund(payment.id, { amount: money(2_000) })).toMatchObject({
      body: { code: 'payment.refund_exceeds_captured' },
    })
    const bySaga = { orderId: order.orderId, amount: { amount: '500', currency: 'EUR' } }
    expect(await app.call('Refund', bySaga, { key: newId() })).toMatchObject({ body: { code: 'failed_precondition' } })
    expect([...app.stripe.world.refunds.values()].filter((each) => each.payment_intent === intent.id)).toEqual([])

    dispute.status = 'won'
    moveMoney(dispute, 1)
    await tell('charge.dispute.funds_reinstated', dispute)
    await tell('charge.dispute.closed', dispute)
    await disputeIs(payment.id, { status: 'won', reinstated: money(1_500), closedAt: expect.any(String) })
    await settled()
    expect(await balancesOf(payment.id)).toEqual([
      { account: 'dispute_fees', sum: 2_000 },
      { account: 'receivable:stripe', sum: -1 },
      { account: 'sales', sum: -1_999 },
    ])
    expect(await disputeEventsOf(payment.id)).toEqual(['dispute.opened', 'dispute.closed'])
    expect((await app.paymentOf(order.orderId)).disputed).toBeUndefined()
    expect(await refund(payment.id, {})).toMatchObject({ status: 200, body: { status: 'refunded' } })
    expect(await reconciled(order.orderId)).toMatchObject({ refunded: { amount: '1999' } })
  })

  test('that is lost is a loss, and stays withheld from refunds, although it is told late, twice and from its end', async () => {
    const { order, payment, intent } = await pay()
    const dispute = openDispute(app.stripe.world, intent.id)
    dispute.status = 'lost'
    await tell('charge.dispute.closed', dispute, { id: `evt_${payment.id}` })
    await disputeIs(payment.id, { status: 'lost' })
    await tell('charge.dispute.closed', dispute, { id: `evt_${payment.id}` })
    await tell('charge.dispute.funds_withdrawn', dispute)
    await tell('charge.dispute.created', dispute)
    await settled()
    expect(await balancesOf(payment.id)).toEqual([
      { account: 'dispute_fees', sum: 2_000 },
      { account: 'dispute_losses', sum: 1_999 },
      { account: 'receivable:stripe', sum: -2_000 },
      { account: 'sales', sum: -1_999 },
    ])
    expect(await disputesOf(payment.id)).toHaveLength(1)
    expect(await disputeEventsOf(payment.id)).toEqual(['dispute.opened', 'dispute.closed'])
    expect(await refund(payment.id, {})).toMatchObject({ status: 409, body: { code: 'payment.disputed' } })
    // a saga that undoes the payment finds nothing left to give back
    expect(await app.call('Refund', { orderId: order.orderId }, { key: newId() })).toMatchObject({ status: 200 })
    expect(await reconciled(order.orderId)).toMatchObject({ refunded: {}, disputed: { amount: '1999' } })

    // rarely, a bank decides again
    dispute.status = 'won'
    moveMoney(dispute, 1)
    await tell('charge.dispute.updated', dispute)
    await disputeIs(payment.id, { status: 'won' })
    expect(await balancesOf(payment.id)).toEqual([
      { account: 'dispute_fees', sum: 2_000 },
      { account: 'receivable:stripe', sum: -1 },
      { account: 'sales', sum: -1_999 },
    ])
    expect(await disputeEventsOf(payment.id)).toEqual(['dispute.opened', 'dispute.closed', 'dispute.closed'])
  })

  test('is an inquiry at first: its money can still be given back', async () => {
    const { payment, intent } = await pay()
    const dispute = openDispute(app.stripe.world, intent.id, { status: 'warning_needs_response', isWithdrawn: false })
    await tell('charge.dispute.created', dispute)
    await disputeIs(payment.id, { status: 'warning_needs_response', withdrawn: { amount: 0 } })
    expect(await refund(payment.id, { amount: { amount: 999, currency: 'EUR' } })).toMatchObject({ status: 200 })
    dispute.status = 'warning_closed'
    await tell('charge.dispute.closed', dispute)
    await disputeIs(payment.id, { status: 'warning_closed' })
    expect((await balancesOf(payment.id)).map(({ account }) => account)).toEqual([
      'receivable:stripe',
      'refunds',
      'sales',
    ])
  })

  test('holds its money although the provider has not withdrawn it yet', async () => {
    const { payment, intent } = await pay()
    await tell('charge.dispute.created', openDispute(app.stripe.world, intent.id, { isWithdrawn: false }))
    await disputeIs(payment.id, { status: 'needs_response', withdrawn: { amount: 0 } })
    expect(await refund(payment.id, {})).toMatchObject({ status: 409, body: { code: 'payment.disputed' } })
  })

  test('is stored before the charge is, and has it recorded', async () => {
    const order = await app.card('pm_card_visa')
    app.stripe.failNext('POST /payment_intents', 'server error')
    app.stripe.world.isIndexed = false
    expect(await app.call('Pay', order, { key: newId() })).toMatchObject({ status: 503 })
    const payment = await app.paymentOf(order.orderId)
    expect(payment.status).toBe('initiated')
    const [intent] = app.intentsOf(payment.id)
    app.stripe.world.isIndexed = true
    await tell('charge.dispute.created', openDispute(app.stripe.world, intent?.id ?? ''))
    await disputeIs(payment.id, { status: 'needs_response', withdrawn: { amount: 1_999 } })
    await eventually(async () => expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'captured' }))
    expect(await refund(payment.id, {})).toMatchObject({ status: 409, body: { code: 'payment.disputed' } })
    expect(await reconciled(order.orderId)).toMatchObject({ ledgerBalance: { amount: '1999' } })
  })

  test('of a charge that is not ours is ignored', async () => {
    const { payment, intent } = await pay()
    app.stripe.world.intents.set('pi_other', { ...intent, id: 'pi_other', metadata: {} })
    await tell('charge.dispute.created', openDispute(app.stripe.world, 'pi_other'))
    await settled()
    expect(await disputesOf(payment.id)).toEqual([])
  })

  test('customers read none', async () => {
    const { order, payment } = await pay()
    const as = { subject: order.customerId }
    expect((await app.ask('GET', `/api/v1/disputes?paymentId=${payment.id}`, { as })).status).toBe(403)
  })
})
