import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { manager, staff } from '../payment-app.ts'
import { startWithStripe, type StripeApp } from './stripe-app.ts'
import { newCard } from './world.ts'

let app: StripeApp
beforeAll(async () => {
  app = await startWithStripe({ ABANDONED_AFTER_SECONDS: '60', STRIPE_RETURN_URL: 'https://shop.example/paid' })
})
afterAll(() => app.stop())
beforeEach(() => {
  app.stripe.world.isIndexed = true
})

const pay = async (kind: string, key = newId(), amount?: number) => {
  const order = await app.card(kind, amount)
  const paid = await app.call('Pay', order, { key })
  return { order, key, paid, payment: await app.paymentOf(order.orderId) }
}

describe('a payment with Stripe', () => {
  test('is charged once, with our key, the customer and the exact amount', async () => {
    const { order, key, paid, payment } = await pay('pm_card_visa')
    expect(paid).toMatchObject({ status: 200, body: { outcome: 'captured' } })
    expect(await app.call('Pay', order, { key })).toMatchObject({ status: 200, body: paid.body })
    expect(payment).toMatchObject({ status: 'captured', captured: { amount: 1_999, currency: 'EUR' } })
    const intents = app.intentsOf(payment.id)
    expect(intents).toMatchObject([{ status: 'succeeded', amount_received: 1_999, currency: 'eur' }])
    expect(intents[0]?.metadata).toEqual({ stoa_key: payment.id, stoa_order: order.orderId })
    expect(app.stripe.world.customers.get(intents[0]?.customer ?? '')).toEqual({ stoa_customer: order.customerId })
  })

  test.each([
    ['pm_card_visa', 'card'],
    ['pm_card_applePay', 'wallet'],
  ])('is said to be with %s of the kind %s, in its events too', async (token, kind) => {
    const { order, payment } = await pay(token)
    expect(payment).toMatchObject({ provider: 'stripe', methodKind: kind })
    const { body } = await app.ask('GET', '/api/v1/payment-methods', { as: { subject: order.customerId } })
    expect(body.items).toMatchObject([{ kind }])
    const published = (await app.service.published()).filter(({ subject }) => subject === payment.id)
    expect(published).toMatchObject([
      { type: 'payment.initiated', data: { provider: 'stripe', methodKind: kind } },
      { type: 'payment.completed', data: { provider: 'stripe', methodKind: kind } },
    ])
  })

  test.each([
    ['pm_card_chargeDeclined', 'payment.declined'],
    ['pm_card_insufficientFunds', 'payment.insufficient_funds'],
    ['pm_card_expired', 'payment.card_expired'],
  ])('is declined with %s as %s, and cannot be paid another way', async (kind, code) => {
    const { paid, payment } = await pay(kind)
    expect(paid.body).toMatchObject({ outcome: 'declined', code })
    expect(payment).toMatchObject({ status: 'declined', code })
    expect(app.intentsOf(payment.id)).toMatchObject([{ status: 'canceled' }])
  })

  test('is authorised first and captured later, or voided', async () => {
    for (const [action, intent, status] of [
      ['capture', 'succeeded', 'captured'],
      ['void', 'canceled', 'voided'],
    ] as const) {
      const { orderId, customerId, paymentMethodId, amount } = await app.card('pm_card_visa')
      const body = {
        orderId,
        customerId,
        paymentMethodId,
        amount: { amount: 1_999, currency: amount.currency },
        capture: false,
      }
      const made = await app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })
      expect(made).toMatchObject({ status: 201, body: { status: 'authorized' } })
      const ended = await app.ask('POST', `/api/v1/payments/${made.body.id}/${action}`, { as: manager })
      expect(ended).toMatchObject({ status: 200, body: { status } })
      expect(app.intentsOf(String(made.body.id))).toMatchObject([{ status: intent }])
    }
  })

  test('is given back in parts, and never more than was captured', async () => {
    const { order, payment } = await pay('pm_card_visa')
    const give = (amount: number) =>
      app.ask('POST', `/api/v1/payments/${payment.id}/refund`, {
        as: staff,
        key: newId(),
        body: { amount: { amount, currency: 'EUR' } },
      })
    expect(await give(999)).toMatchObject({ status: 200, body: { status: 'partially_refunded' } })
    expect(await give(1_001)).toMatchObject({ status: 409, body: { code: 'payment.refund_exceeds_captured' } })
    const undone = await app.call('Refund', { orderId: order.orderId }, { key: newId() })
    expect(undone.body.refunded).toEqual({ amount: '1000', currency: 'EUR' })
    expect([...app.stripe.world.refunds.values()].map(({ amount }) => amount)).toEqual([999, 1_000])
  })
})

describe('an answer of Stripe that does not arrive', () => {
  test.each(['lost answer', 'broken', 'server error', 'in progress'] as const)(
    'charges once all the same: %s',
    async (fault) => {
      app.stripe.failNext('POST /payment_intents', fault)
      const { paid, payment } = await pay('pm_card_visa')
      expect(paid.body).toMatchObject({ outcome: 'captured' })
      expect(app.intentsOf(payment.id)).toHaveLength(1)
    },
  )

  test('charges once although the index of Stripe is behind', async () => {
    app.stripe.world.isIndexed = false
    app.stripe.failNext('POST /payment_intents', 'server error')
    const { order, key, paid, payment } = await pay('pm_card_visa')
    expect(paid).toMatchObject({ status: 503 })
    expect(payment).toMatchObject({ status: 'initiated' })
    expect((await app.call('Pay', order, { key })).body).toMatchObject({ outcome: 'captured' })
    expect(app.intentsOf(payment.id)).toMatchObject([{ amount_received: 1_999 }])
  })

  test('is not booked if Stripe has taken another amount', async () => {
    app.stripe.world.isIndexed = false
    app.stripe.failNext('POST /payment_intents', 'server error')
    const { order, key, payment } = await pay('pm_card_visa')
    for (const intent of app.intentsOf(payment.id)) intent.amount_received = 1_000
    app.stripe.world.isIndexed = true
    expect(await app.call('Pay', order, { key })).toMatchObject({ status: 500 })
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'initiated', captured: { amount: 0 } })
  })

  test('does not keep a card, and says to try again', async () => {
    app.stripe.failNext('POST /payment_methods/*/attach', { retryAfter: 60 })
    const body = { provider: 'stripe', token: 'pm_card_visa_ab' }
    expect(await app.ask('POST', '/api/v1/payment-methods', { as: { subject: newId() }, body })).toMatchObject({
      status: 503,
      body: { code: 'payment.provider_unavailable', detail: 'The payment provider does not respond; try again.' },
    })
  })

  test.each(['broken', 'in progress'] as const)('gives back once: %s', async (fault) => {
    const { order, payment } = await pay('pm_card_visa')
    app.stripe.failNext('POST /refunds', fault)
    const undone = await app.call('Refund', { orderId: order.orderId }, { key: newId() })
    expect(undone.body.refunded).toEqual({ amount: '1999', currency: 'EUR' })
    const [intent] = app.intentsOf(payment.id)
    const given = [...app.stripe.world.refunds.values()].filter((each) => each.payment_intent === intent?.id)
    expect(given).toHaveLength(1)
  })

  test('is waited for as long as Stripe says when it is too busy', async () => {
    app.stripe.failNext('POST /payment_intents', { retryAfter: 1 })
    const from = performance.now()
    expect((await pay('pm_card_visa')).paid.body).toMatchObject({ outcome: 'captured' })
    expect(performance.now() - from).toBeGreaterThan(990)
    app.stripe.failNext('POST /payment_intents', { retryAfter: 60 })
    const { order, key, paid } = await pay('pm_card_visa')
    expect(paid).toMatchObject({ status: 503 })
    expect((await app.call('Pay', order, { key })).body).toMatchObject({ outcome: 'captured' })
  })
})

describe('3-D Secure', () => {
  const begin = async () => {
    const { paid, payment, ...rest } = await pay('pm_card_threeDSecure2Required')
    const [intent] = app.intentsOf(payment.id)
    if (intent === undefined) throw new Error('no intent')
    return { ...rest, paid, payment, intent }
  }

  test('has the payment wait, and says what there is to do', async () => {
    const { order, key, paid, payment, intent } = await begin()
    expect(paid.body).toMatchObject({ outcome: 'in_review', actionRequired: true })
    expect(payment).toMatchObject({
      status: 'requires_action',
      nextAction: { type: 'redirect', url: `https://bank.example/${intent.id}`, clientSecret: intent.client_secret },
    })
    expect((await app.call('Pay', order, { key })).body).toMatchObject({ outcome: 'in_review', actionRequired: true })
  })

  test.each([
    [true, 'captured', 'approved', undefined],
    [false, 'declined', 'declined', 'payment.authentication_failed'],
  ])('continues when the bank has decided (passed: %s)', async (isPassed, status, outcome, code) => {
    const { payment, intent, order } = await begin()
    app.stripe.confirm(intent.id, isPassed)
    await app.deliver(app.stripe.event('payment_intent.updated', intent))
    await eventually(async () => expect(await app.paymentOf(order.orderId)).toMatchObject({ status }))
    expect(await app.paymentOf(order.orderId)).not.toHaveProperty('nextAction')
    const reviewed = (await app.service.published()).filter(
      ({ type, subject }) => type === 'payment.reviewed' && subject === payment.id,
    )
    expect(reviewed.map(({ data }) => data)).toMatchObject([{ outcome, ...(code === undefined ? {} : { code }) }])
    expect(intent.status).toBe(isPassed ? 'succeeded' : 'canceled')
  })

  test('is given up after its time, at Stripe too', async () => {
    const { payment, intent, order } = await begin()
    await app.service.database.transaction(
      ({ sql }) =>
        sql`update payments set action_until = now(), pending_since = now() - interval '1 hour' where id = ${payment.id}`,
    )
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () =>
      expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'declined', code: 'payment.action_timeout' }),
    )
    expect(intent.status).toBe('canceled')
  })

  test('that passed just before it is undone is captured and given back', async () => {
    const { order, key, intent } = await begin()
    app.stripe.confirm(intent.id, true)
    const undone = await app.call('Refund', { orderId: order.orderId }, { key: newId(), compensates: key })
    expect(undone.body.refunded).toEqual({ amount: '1999', currency: 'EUR' })
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'refunded' })
  })

  test('can be given up although Stripe refused so while the bank decided', async () => {
    const { order, intent } = await begin()
    intent.status = 'processing'
    const giveUp = () => app.call('Refund', { orderId: order.orderId }, { key: newId() })
    expect(await giveUp()).toMatchObject({ status: 503 })
    intent.status = 'requires_action'
    expect((await giveUp()).status).toBe(200)
    expect(intent.status).toBe('canceled')
  })

  test('that is undone first can no longer be passed', async () => {
    const { order, key, intent } = await begin()
    expect((await app.call('Refund', { orderId: order.orderId }, { key: newId(), compensates: key })).status).toBe(200)
    expect(intent.status).toBe('canceled')
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'voided' })
  })
})

describe('a webhook of Stripe', () => {
  test('ends a payment whose answer is not there yet, by its reference', async () => {
    app.stripe.world.isIndexed = false
    app.stripe.failNext('POST /payment_intents', 'lost answer')
    const order = await app.card('pm_card_visa')
    const paying = app.call('Pay', order, { key: newId() })
    const intent = await eventually(async () => {
      const { id } = await app.paymentOf(order.orderId)
      const [made] = app.intentsOf(id)
      if (made === undefined) throw new Error('no intent yet')
      return made
    })
    const webhook = app.stripe.event('payment_intent.succeeded', intent)
    expect((await app.deliver(webhook)).status).toBe(202)
    await eventually(async () => expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'captured' }))
    await paying
    expect((await app.deliver(webhook)).status).toBe(202)
    const { id } = await app.paymentOf(order.orderId)
    expect(await app.eventsOf(id)).toEqual(['payment.initiated', 'payment.completed'])
    expect(app.intentsOf(id)).toHaveLength(1)
  })

  test('that comes late, or in another order, changes nothing', async () => {
    const { payment } = await pay('pm_card_visa')
    const [intent] = app.intentsOf(payment.id)
    for (const [type, status] of [
      ['payment_intent.succeeded', 'succeeded'],
      ['payment_intent.payment_failed', 'requires_payment_method'],
      ['payment_intent.canceled', 'canceled'],
      ['payment_intent.created', 'requires_confirmation'],
    ] as const) {
      const webhook = app.stripe.event(type, { ...intent, status })
      expect((await app.deliver(webhook)).status).toBe(202)
    }
    await eventually(async () =>
      expect(
        await app.service.database.read.sql`select 1 as left from tasks where payload->>'paymentId' = ${payment.id}`,
      ).toEqual([]),
    )
    expect(await app.ask('GET', `/api/v1/payments/${payment.id}`, { as: staff })).toMatchObject({
      body: { status: 'captured' },
    })
    expect(await app.eventsOf(payment.id)).toEqual(['payment.initiated', 'payment.completed'])
  })

  test('of an unknown type, or about something that is not ours, is accepted', async () => {
    expect((await app.deliver(app.stripe.event('tax.settings.updated', { object: 'tax.settings' }))).status).toBe(202)
    const foreign = { object: 'payment_intent', id: 'pi_1', metadata: { stoa_key: 'no id' } }
    expect((await app.deliver(app.stripe.event('payment_intent.succeeded', foreign))).status).toBe(202)
  })

  test('with other bytes, another secret or another time is refused', async () => {
    const object = { object: 'payment_intent', id: 'pi_1', metadata: {} }
    const genuine = app.stripe.event('payment_intent.succeeded', object)
    const minutesMs = 60_000
    for (const forged of [
      { ...genuine, text: JSON.stringify(JSON.parse(genuine.text)) },
      { text: genuine.text },
      app.stripe.event('x', object, { secret: 'whsec_another0123456789abcdef' }),
      app.stripe.event('x', object, { at: new Date(Date.now() - 6 * minutesMs) }),
      app.stripe.event('x', object, { at: new Date(Date.now() + 6 * minutesMs) }),
    ]) {
      expect(await app.deliver(forged)).toMatchObject({
        status: 401,
        body: { code: 'payment.webhook_signature_invalid' },
      })
    }
    expect((await app.deliver(genuine)).status).toBe(202)
  })
})

test('a customer whom Stripe no longer knows, as after going live, can keep another card and pay with it', async () => {
  const order = await app.card('pm_card_visa')
  for (const [id, { stoa_customer }] of app.stripe.world.customers)
    if (stoa_customer === order.customerId) app.stripe.world.customers.delete(id)
  const body = { provider: 'stripe', token: newCard('pm_card_visa') }
  const kept = await app.ask('POST', '/api/v1/payment-methods', { as: { subject: order.customerId }, body })
  expect(kept).toMatchObject({ status: 201, body: { label: 'visa •••• 4242' } })
  const paid = await app.call('Pay', { ...order, paymentMethodId: kept.body.id }, { key: newId() })
  expect(paid.body).toMatchObject({ outcome: 'captured' })
})

test('a token that Stripe does not know, or of another customer, is not kept', async () => {
  const keep = (token: string, subject = newId()) =>
    app.ask('POST', '/api/v1/payment-methods', { as: { subject }, body: { provider: 'stripe', token } })
  for (const token of ['pm_nothing', 'tok_visa', '../customers', 'pm_card_visa/../../customers'])
    expect(await keep(token)).toMatchObject({ status: 422, body: { code: 'payment.token_unknown' } })
  expect(await keep('pm_card_visa_77')).toMatchObject({ status: 201, body: { label: 'visa •••• 4242' } })
  expect(await keep('pm_card_visa_77')).toMatchObject({ status: 422, body: { code: 'payment.token_unknown' } })
})
