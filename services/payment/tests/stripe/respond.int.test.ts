import type { Dispute } from '@stoa/contracts/payment/resources'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { staff } from '../payment-app.ts'
import { openDispute, type DisputeAtStripe } from './disputes.ts'
import { startWithStripe, type StripeApp } from './stripe-app.ts'

let app: StripeApp
beforeAll(async () => {
  app = await startWithStripe({ ABANDONED_AFTER_SECONDS: '0.1' })
})
afterAll(() => app.stop())

const evidence = { shippingCarrier: 'DHL', shippingTrackingNumber: '00340434', uncategorizedText: 'It was delivered.' }

async function disputed(): Promise<{
  readonly id: string
  readonly atStripe: DisputeAtStripe
  readonly paymentId: string
}> {
  const order = await app.card('pm_card_visa')
  await app.call('Pay', order, { key: newId() })
  const payment = await app.paymentOf(order.orderId)
  const atStripe = openDispute(app.stripe.world, app.intentsOf(payment.id)[0]?.id ?? '')
  await tell('charge.dispute.created', atStripe)
  const id = await eventually(async () => {
    const { body } = await app.ask('GET', `/api/v1/disputes?paymentId=${payment.id}`, { as: staff })
    const [dispute] = (body.items ?? []) as unknown as readonly Dispute[]
    if (dispute === undefined) throw new Error('not stored yet')
    return dispute.id
  })
  return { id, atStripe, paymentId: payment.id }
}

const tell = async (type: string, dispute: DisputeAtStripe) =>
  expect((await app.deliver(app.stripe.event(type, dispute))).status).toBe(202)

const read = (id: string) => app.ask('GET', `/api/v1/disputes/${id}`, { as: staff })
const submit = (id: string, body: object = evidence, key: string = newId()) =>
  app.ask('POST', `/api/v1/disputes/${id}/evidence`, { as: staff, key, body })
const accept = (id: string) => app.ask('POST', `/api/v1/disputes/${id}/accept`, { as: staff, key: newId() })

const textKept = (id: string) =>
  app.service.database.read.sql`select evidence from disputes where id = ${id} and evidence is not null`

const requestsOf = ({ id }: DisputeAtStripe, path = '') =>
  app.stripe.requests.filter((each) => each === `POST /disputes/${id}${path}`)

describe('staff respond to a dispute', () => {
  test('with evidence, which Stripe gets once, and which is not kept', async () => {
    const { id, atStripe } = await disputed()
    const key = newId()
    const submitted = await submit(id, evidence, key)
    expect(submitted).toMatchObject({
      status: 200,
      body: { id, status: 'under_review', evidenceSubmittedAt: expect.any(String) },
    })
    expect(atStripe.evidence).toEqual({
      shipping_carrier: 'DHL',
      shipping_tracking_number: '00340434',
      uncategorized_text: 'It was delivered.',
    })
    expect((await submit(id, evidence, key)).body).toEqual(submitted.body)
    expect(requestsOf(atStripe)).toHaveLength(1)
    expect(await textKept(id)).toEqual([])
    expect(await submit(id)).toMatchObject({ status: 409, body: { code: 'payment.dispute_not_open' } })
    expect(await accept(id)).toMatchObject({ status: 409, body: { code: 'payment.dispute_not_open' } })
  })

  test('and it is submitted once although Stripe does not respond, or payment does not hear of it', async () => {
    const { id, atStripe } = await disputed()
    app.stripe.failNext(`POST /disputes/${atStripe.id}`, 'server error')
    expect(await submit(id)).toMatchObject({ status: 503, body: { code: 'payment.provider_unavailable' } })
    expect(atStripe.status).toBe('under_review')
    // The bank decides before anyone has asked again: what Stripe replays is out of date.
    atStripe.status = 'lost'
    await tell('charge.dispute.closed', atStripe)
    await eventually(async () =>
      expect(await read(id)).toMatchObject({ body: { status: 'lost', evidenceSubmittedAt: expect.any(String) } }),
    )
    expect(await textKept(id)).toEqual([])
    expect(atStripe.evidence['uncategorized_text']).toBe('It was delivered.')
  })

  test('and the task sends what was begun and never sent', async () => {
    const { id, atStripe } = await disputed()
    for (let time = 0; time < 3; time += 1) app.stripe.failNext(`POST /disputes/${atStripe.id}`, { retryAfter: 1 })
    expect(await submit(id)).toMatchObject({ status: 503 })
    expect(await submit(id)).toMatchObject({ status: 409, body: { code: 'payment.dispute_not_open' } })
    await app.service.database.transaction(
      ({ sql }) => sql`update disputes set revisit_at = now() - interval '1 second' where id = ${id}`,
    )
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () => expect(await read(id)).toMatchObject({ body: { status: 'under_review' } }))
    expect(atStripe.evidence['shipping_carrier']).toBe('DHL')
    expect(await textKept(id)).toEqual([])
  })

  test('and learn that Stripe rejects it; then they can respond anew', async () => {
    const { id, atStripe } = await disputed()
    app.stripe.failNext(`POST /disputes/${atStripe.id}`, 'refused')
    expect(await submit(id)).toMatchObject({ status: 409, body: { code: 'payment.dispute_refused' } })
    expect(await textKept(id)).toEqual([])
    expect(await read(id)).toMatchObject({ body: { status: 'needs_response' } })
    expect(await submit(id)).toMatchObject({ status: 200, body: { status: 'under_review' } })
  })

  test('by accepting it: it is lost at once', async () => {
    const { id, atStripe, paymentId } = await disputed()
    expect(await accept(id)).toMatchObject({ status: 200, body: { status: 'lost', closedAt: expect.any(String) } })
    expect(requestsOf(atStripe, '/close')).toHaveLength(1)
    expect((await app.eventsOf(paymentId)).slice(-2)).toEqual(['dispute.opened', 'dispute.closed'])
    expect((await read(id)).body).not.toHaveProperty('evidenceSubmittedAt')
  })

  test('and an open dispute is asked for although its webhooks are lost', async () => {
    const { id, atStripe } = await disputed()
    atStripe.status = 'won'
    await app.service.database.transaction(
      ({ sql }) => sql`update disputes set revisit_at = now() - interval '1 second' where id = ${id}`,
    )
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () => expect(await read(id)).toMatchObject({ body: { status: 'won' } }))
  })

  test('only with text, of a dispute that exists', async () => {
    const { id } = await disputed()
    expect((await submit(id, {})).status).toBe(422)
    expect((await submit(id, { receipt: 'file_1' })).status).toBe(422)
    expect((await submit(newId())).status).toBe(404)
    expect((await accept(newId())).status).toBe(404)
    const as = { subject: newId() }
    expect((await app.ask('POST', `/api/v1/disputes/${id}/accept`, { as, key: newId() })).status).toBe(403)
  })
})
