import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manager, range, staff, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

const eur = (amount: number) => ({ amount, currency: 'EUR' })

async function createPayment(
  token: string,
  more: { readonly capture?: boolean; readonly amount?: object; readonly key?: string } = {},
) {
  const { orderId, customerId, paymentMethodId } = await app.order(token)
  const { key = newId(), ...rest } = more
  const body = { orderId, customerId, paymentMethodId, amount: eur(1_999), ...rest }
  const answer = await app.ask('POST', '/api/v1/payments', { as: manager, key, body })
  return { ...answer, sent: body, key, orderId, path: `/api/v1/payments/${answer.body.id}` }
}

async function inReview(token = 'tok_fraud', amount?: number) {
  const order = await app.order(token, amount)
  const { body } = await app.call('Pay', order)
  expect(body.outcome).toBe('in_review')
  return { ...order, paymentId: String(body.paymentId), path: `/api/v1/payments/${body.paymentId}` }
}

describe('a payment from the back office', () => {
  test('is charged once for its key, and answered the same again', async () => {
    const first = await createPayment('tok_visa')
    expect(first).toMatchObject({ status: 201, body: { status: 'captured', captured: eur(1_999), refunded: eur(0) } })
    const again = await app.ask('POST', '/api/v1/payments', { as: manager, key: first.key, body: first.sent })
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } })
    expect(await app.booksOf(first.orderId)).toHaveLength(1)
  })

  test('makes one charge of ten requests with ten keys for one order', async () => {
    const { orderId, customerId, paymentMethodId } = await app.order('tok_visa')
    const body = { orderId, customerId, paymentMethodId, amount: eur(1_999) }
    const answers = await Promise.all(
      range(10).map(() => app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(
      answers.filter(({ status, body: { code } }) => status === 409 && code === 'payment.order_paid'),
    ).toHaveLength(9)
    expect(await app.booksOf(orderId)).toHaveLength(1)
  })

  test('that is declined is made all the same, and says why', async () => {
    expect(await createPayment('tok_declined')).toMatchObject({
      status: 201,
      body: { status: 'declined', code: 'payment.declined' },
    })
  })

  test('names the field that is wrong', async () => {
    expect(await createPayment('tok_visa', { amount: eur(0) })).toMatchObject({
      status: 422,
      body: { code: 'payment.amount_invalid', errors: [{ pointer: '/amount/amount' }] },
    })
    const { orderId, customerId } = await app.order('tok_visa')
    const body = { orderId, customerId, amount: eur(1_999), paymentMethodId: newId() }
    expect(await app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })).toMatchObject({
      status: 422,
      body: { code: 'payment.method_unusable', errors: [{ pointer: '/paymentMethodId' }] },
    })
  })

  test('is for an order that exists and is its customer’s', async () => {
    const { orderId, customerId, paymentMethodId } = await app.order('tok_visa')
    const post = (more: object) => {
      const body = { orderId, customerId, paymentMethodId, amount: eur(1_999), ...more }
      return app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })
    }
    for (const [more, code, pointer] of [
      [{ orderId: newId() }, 'payment.order_unknown', '/orderId'],
      [{ customerId: newId() }, 'payment.order_unknown', '/customerId'],
      [{ amount: eur(1_998) }, 'payment.amount_invalid', '/amount/amount'],
      [{ amount: eur(2_000) }, 'payment.amount_invalid', '/amount/amount'],
      [{ amount: { amount: 1_999, currency: 'XXX' } }, 'payment.amount_invalid', '/amount/currency'],
    ] as const)
      expect(await post(more)).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } })
    for (const status of ['confirmed', 'on_hold', 'rejected', 'cancelled', 'completed']) {
      app.orderIs(orderId, status)
      expect(await post({})).toMatchObject({ status: 409, body: { code: 'payment.order_not_payable' } })
    }
    expect(await app.booksOf(orderId)).toEqual([])
    app.orderIs(orderId, 'pending')
    expect((await post({})).status).toBe(201)
  })

  test('is not made once all money of the order is given back, also when order is asked too early to say so', async () => {
    const { orderId, customerId, paymentMethodId } = await app.order('tok_visa')
    expect((await app.call('Refund', { orderId })).status).toBe(200)
    const body = { orderId, customerId, paymentMethodId, amount: eur(1_999) }
    expect(await app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })).toMatchObject({
      status: 409,
      body: { code: 'payment.order_not_payable' },
    })
  })

  test.each([true, false])('is what the order’s saga was to charge (captured at once: %s)', async (capture) => {
    const order = await app.order('tok_visa')
    const { orderId, customerId, paymentMethodId } = order
    const body = { orderId, customerId, paymentMethodId, amount: eur(1_999), capture }
    const made = await app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })
    const keys = { key: newId() }
    for (let time = 0; time < 2; time += 1) {
      expect(await app.call('Pay', order, keys)).toMatchObject({
        status: 200,
        body: { paymentId: made.body.id, outcome: 'captured' },
      })
    }
    expect(await app.booksOf(orderId)).toHaveLength(1)
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured', captured: eur(1_999) })
    await app.call('Refund', { orderId }, { key: newId(), compensates: keys.key })
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: eur(1_999) })
  })

  test('that is held back for review is captured when it is approved, once its order waits for it', async () => {
    const order = await app.order('tok_fraud')
    const { orderId, customerId, paymentMethodId } = order
    const body = { orderId, customerId, paymentMethodId, amount: eur(1_999), capture: false }
    const made = await app.ask('POST', '/api/v1/payments', { as: manager, key: newId(), body })
    expect((await app.call('Pay', order)).body.outcome).toBe('in_review')
    const review = { as: manager, body: { outcome: 'approved' } }
    expect((await app.ask('POST', `/api/v1/payments/${made.body.id}/review`, review)).status).toBe(200)
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured', captured: eur(1_999) })
  })

  test('that is only authorised is captured once, later', async () => {
    const { path, orderId, body } = await createPayment('tok_visa', { capture: false })
    expect(body).toMatchObject({ status: 'authorized', captured: eur(0) })
    const answers = await Promise.all(range(3).map(() => app.ask('POST', `${path}/capture`, { as: manager })))
    expect(answers.map(({ status }) => status)).toContain(200)
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured', captured: eur(1_999) })
    expect(await app.ask('POST', `${path}/capture`, { as: manager })).toMatchObject({
      status: 409,
      body: { code: 'payment.move_not_allowed' },
    })
    expect(await app.eventsOf(String(body.id))).toEqual(['payment.initiated', 'payment.completed'])
    const { body: ledger } = await app.ask('GET', `/api/v1/transactions?paymentId=${body.id}`, { as: staff })
    expect(ledger.items).toHaveLength(1)
  })

  test('that is only authorised is given up at the provider', async () => {
    const { path, orderId } = await createPayment('tok_visa', { capture: false })
    expect(await app.ask('POST', `${path}/void`, { as: manager })).toMatchObject({
      status: 200,
      body: { status: 'voided' },
    })
    expect(await app.booksOf(orderId)).toMatchObject([{ state: 'voided' }])
    expect(await app.ask('POST', `${path}/capture`, { as: manager })).toMatchObject({ status: 409 })
  })

  test('that is captured is not voided', async () => {
    const { path } = await createPayment('tok_visa')
    expect(await app.ask('POST', `${path}/void`, { as: manager })).toMatchObject({
      status: 409,
      body: { code: 'payment.move_not_allowed' },
    })
  })

  test('is unknown where there is none', async () => {
    const path = `/api/v1/payments/${newId()}`
    const asked = [
      app.ask('GET', path, { as: staff }),
      app.ask('POST', `${path}/capture`, { as: manager }),
      app.ask('POST', `${path}/void`, { as: manager }),
    ]
    for (const answer of await Promise.all(asked))
      expect(answer).toMatchObject({ status: 404, body: { code: 'payment.not_found' } })
  })
})

describe('a refund from the back office', () => {
  test('is given once for its key, in parts, never over what was captured', async () => {
    const { path, orderId } = await createPayment('tok_visa')
    const part = { as: manager, key: newId(), body: { amount: eur(1_000), reason: 'a dent' } }
    for (let time = 0; time < 2; time += 1) {
      expect(await app.ask('POST', `${path}/refund`, part)).toMatchObject({
        status: 200,
        body: { status: 'partially_refunded', refunded: eur(1_000) },
      })
    }
    expect(await app.ask('POST', `${path}/refund`, { ...part, key: newId() })).toMatchObject({
      status: 409,
      body: { code: 'payment.refund_exceeds_captured', errors: [{ pointer: '/amount/amount' }] },
    })
    expect(await app.ask('POST', `${path}/refund`, { as: manager, key: newId(), body: {} })).toMatchObject({
      status: 200,
      body: { status: 'refunded' },
    })
    expect(await app.ask('POST', `${path}/refund`, { as: manager, key: newId(), body: {} })).toMatchObject({
      status: 200,
      body: { refunded: eur(1_999) },
    })
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 1_999 }])
  })

  test('is refused for what was not captured, or in another currency', async () => {
    const declined = await createPayment('tok_declined')
    expect(await app.ask('POST', `${declined.path}/refund`, { as: manager, key: newId(), body: {} })).toMatchObject({
      status: 409,
      body: { code: 'payment.move_not_allowed' },
    })
    const { path } = await createPayment('tok_visa')
    const body = { amount: { amount: 1, currency: 'USD' } }
    expect(await app.ask('POST', `${path}/refund`, { as: manager, key: newId(), body })).toMatchObject({
      status: 422,
      body: { code: 'payment.amount_invalid', errors: [{ pointer: '/amount/currency' }] },
    })
  })

  test('that the provider refuses leaves the money captured', async () => {
    const { path, orderId, body } = await createPayment('tok_visa')
    // As if the charge had been given back at the provider's own desk.
    await app.service.database.transaction(
      ({ sql }) => sql`update sandbox_charges set refunded = amount where key = ${body.id}`,
    )
    const request = { as: manager, key: newId(), body: { amount: eur(10) } }
    for (let time = 0; time < 2; time += 1) {
      expect(await app.ask('POST', `${path}/refund`, request)).toMatchObject({
        status: 409,
        body: { code: 'payment.refund_refused' },
      })
    }
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured', refunded: eur(0) })
    const [row] = await app.service.database.read.sql`select refunding from payments where order_id = ${orderId}`
    expect(row).toEqual({ refunding: 0 })
  })
})

describe('a review', () => {
  test('holds a suspicious token back, and charges it once it is approved', async () => {
    const { orderId, paymentId, path } = await inReview()
    expect(await app.booksOf(orderId)).toMatchObject([{ state: 'review' }])
    const approve = { as: staff, key: newId(), body: { outcome: 'approved' } }
    const answers = await Promise.all(range(4).map(() => app.ask('POST', `${path}/review`, approve)))
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, body: { status: 'captured', captured: eur(1_999) } })
    expect((await app.booksOf(orderId)).filter(({ state }) => state === 'captured')).toHaveLength(1)
    expect(await app.eventsOf(paymentId)).toEqual([
      'payment.initiated',
      'fraud.detected',
      'payment.completed',
      'payment.reviewed',
    ])
  })

  test('holds a large amount back before the provider is asked', async () => {
    const { orderId, paymentId, path } = await inReview('tok_visa', 1_000_000)
    expect(await app.booksOf(orderId)).toEqual([])
    const [detected] = (await app.service.published('fraud.detected')).filter(({ subject }) => subject === paymentId)
    expect(detected?.data).toMatchObject({ rules: ['amount'] })
    const approved = await app.ask('POST', `${path}/review`, { as: staff, body: { outcome: 'approved' } })
    expect(approved.body).toMatchObject({ status: 'captured' })
  })

  test('that is declined charges nothing, and is ended once', async () => {
    const { orderId, paymentId, path } = await inReview()
    const declined = await app.ask('POST', `${path}/review`, { as: staff, body: { outcome: 'declined' } })
    expect(declined).toMatchObject({ status: 200, body: { status: 'declined', code: 'payment.review_declined' } })
    for (const outcome of ['approved', 'declined']) {
      expect(await app.ask('POST', `${path}/review`, { as: staff, body: { outcome } })).toMatchObject({ status: 409 })
    }
    expect(await app.booksOf(orderId)).toMatchObject([{ state: 'review' }])
    expect(await app.eventsOf(paymentId)).toEqual([
      'payment.initiated',
      'fraud.detected',
      'payment.reviewed',
      'payment.failed',
    ])
  })

  test('that is passed by a card without funds ends as declined for the order that waits', async () => {
    const { paymentId, path } = await inReview('tok_insufficient_funds', 2_000_000)
    const answer = await app.ask('POST', `${path}/review`, { as: staff, body: { outcome: 'approved' } })
    expect(answer.body).toMatchObject({ status: 'declined', code: 'payment.insufficient_funds' })
    const [reviewed] = (await app.service.published('payment.reviewed')).filter(({ subject }) => subject === paymentId)
    expect(reviewed?.data).toMatchObject({ outcome: 'declined' })
  })

  test('that is voided is declined for the order that waits', async () => {
    const { paymentId, path } = await inReview()
    expect(await app.ask('POST', `${path}/void`, { as: manager })).toMatchObject({
      status: 200,
      body: { status: 'voided' },
    })
    expect(await app.eventsOf(paymentId)).toEqual(['payment.initiated', 'fraud.detected', 'payment.reviewed'])
  })

  test('is not for those who pay', async () => {
    const { path, customerId } = await inReview()
    const asCustomer = { as: { subject: customerId }, body: { outcome: 'approved' } }
    expect(await app.ask('POST', `${path}/review`, asCustomer)).toMatchObject({ status: 403 })
  })
})

describe('lists', () => {
  test('show customers their own payments and staff all of them, page by page', async () => {
    const order = await app.order('tok_visa')
    await app.call('Pay', order)
    await app.call('Pay', await app.order('tok_visa'))
    const own = { as: { subject: order.customerId } }
    expect((await app.ask('GET', '/api/v1/payments', own)).body.items).toMatchObject([{ orderId: order.orderId }])
    const foreign = { as: { subject: newId() } }
    expect((await app.ask('GET', `/api/v1/payments?orderId=${order.orderId}`, foreign)).body.items).toEqual([])
    const { id } = await app.paymentOf(order.orderId)
    expect((await app.ask('GET', `/api/v1/payments/${id}`, own)).status).toBe(200)
    expect((await app.ask('GET', `/api/v1/payments/${id}`, foreign)).status).toBe(404)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await app.ask('GET', `/api/v1/payments?status=captured&limit=2${cursor}`, { as: staff })
      seen.push(...(body.items ?? []).map((payment) => String(payment.id)))
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`
    } while (cursor !== '')
    expect(seen).toContain(id)
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => (a < b ? 1 : -1)))
  })

  test('show the ledger to those who may read it', async () => {
    expect((await app.ask('GET', '/api/v1/transactions', { as: { subject: newId() } })).status).toBe(403)
    const { body } = await app.ask('GET', '/api/v1/transactions?limit=1', { as: staff })
    expect(body.items).toHaveLength(1)
    expect(
      (await app.ask('GET', `/api/v1/transactions?limit=1&cursor=${body.nextCursor}`, { as: staff })).body.items?.[0]
        ?.id,
    ).not.toBe(body.items?.[0]?.id)
    expect((await app.ask('GET', '/api/v1/transactions?cursor=bm9uZQ', { as: staff })).status).toBe(422)
  })
})
