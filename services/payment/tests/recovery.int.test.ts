import { newId } from '@stoa/kernel'
import { json } from '@stoa/postgres'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manager, signedWebhook, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment({ ABANDONED_AFTER_SECONDS: '60' })
})
afterAll(() => app.service.stop())

/** A payment as a crash leaves it: begun, and charged at the provider or not. */
async function abandonPayment(token: string, at: { readonly isCharged: boolean; readonly ageSeconds: number }) {
  const { orderId, customerId, paymentMethodId } = await app.order(token)
  const id = newId()
  const actionKey = newId()
  await app.service.database.transaction(async ({ sql }) => {
    await sql`
      insert into payments (id, order_id, action_key, customer_id, payment_method_id, provider, token, status, currency, amount,
                            captures_at_once, pending, pending_since, created_at, updated_at)
      values (${id}, ${orderId}, ${actionKey}, ${customerId}, ${paymentMethodId}, 'sandbox', ${token}, 'initiated', 'EUR', 700, true, 'charge',
              now() - ${at.ageSeconds} * interval '1 second', now(), now())`
    if (at.isCharged) {
      await sql`
        insert into sandbox_charges (key, reference, token, currency, amount, attempts, state)
        values (${id}, ${`sandbox_ch_${id}`}, ${token}, 'EUR', 700, 1, 'captured')`
    }
  })
  const amount = { amount: '700', currency: 'EUR' }
  return { id, orderId, actionKey, pay: { orderId, customerId, paymentMethodId, amount, country: '' } }
}

describe('what was begun and left behind', () => {
  test.each([
    ['was charged', true],
    ['was not charged yet', false],
  ])('is brought to its end when it %s, with one charge', async (_, isCharged) => {
    const { id, orderId } = await abandonPayment('tok_visa', { isCharged, ageSeconds: 61 })
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () =>
      expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured', captured: { amount: 700 } }),
    )
    expect(await app.booksOf(orderId)).toMatchObject([{ state: 'captured', attempts: 1 }])
    expect(await app.eventsOf(id)).toEqual(['payment.completed'])
  })

  test('is left alone while it may still be in progress', async () => {
    const young = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    const old = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 61 })
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () => expect(await app.paymentOf(old.orderId)).toMatchObject({ status: 'captured' }))
    expect(await app.paymentOf(young.orderId)).toMatchObject({ status: 'initiated' })
  })

  test('is reached behind any number of others that do not end', async () => {
    await app.service.database.transaction(async ({ sql }) => {
      await sql`
        insert into payments (id, order_id, action_key, customer_id, payment_method_id, provider, token, status, currency, amount,
                              captures_at_once, pending, pending_since, created_at, updated_at)
        select gen_random_uuid(), gen_random_uuid(), gen_random_uuid()::text, gen_random_uuid(), gen_random_uuid(), 'unavailable', 'tok',
               'initiated', 'EUR', 700, true, 'charge', now() - interval '1 day', now(), now() from generate_series(1, 201)`
      await sql`
        insert into refunds (id, payment_id, status, amount, begun_at)
        select gen_random_uuid(), id, 'begun', 300, now() - interval '1 day' from payments where provider = 'unavailable'`
    })
    const behind = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 61 })
    await app.service.runTask('finish-abandoned', {})
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () => expect(await app.paymentOf(behind.orderId)).toMatchObject({ status: 'captured' }))
    const [taken] = await app.service.database.read.sql`
      select count(distinct payload)::int as count from tasks where name = 'settle-refund'`
    expect(taken).toEqual({ count: 201 })
    await app.service.database.transaction(async ({ sql }) => {
      await sql`delete from tasks where name like 'settle-%'`
      await sql`delete from refunds where payment_id in (select id from payments where provider = 'unavailable')`
      await sql`delete from payments where provider = 'unavailable'`
    })
  })

  test('is finished although it was begun, or last looked at, before the clock was set back', async () => {
    const begun = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: -86_400 })
    const seen = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 61 })
    await app.service.database.transaction(
      ({ sql }) => sql`update payments set revisit_at = now() + interval '1 day' where id = ${seen.id}`,
    )
    await app.service.runTask('finish-abandoned', {})
    for (const { orderId } of [begun, seen]) {
      await eventually(async () => expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured' }))
    }
  })

  test('is gone on with by a repeat of the call, with the charge that there is', async () => {
    const { orderId, actionKey, pay } = await abandonPayment('tok_timeout', { isCharged: true, ageSeconds: 1 })
    expect((await app.call('Pay', pay, { key: actionKey })).body).toMatchObject({ outcome: 'captured' })
    expect(await app.booksOf(orderId)).toMatchObject([{ attempts: 1 }])
  })

  test.each([true, false])('is ended first when it is undone, then given back (charged: %s)', async (isCharged) => {
    const { orderId, actionKey } = await abandonPayment('tok_visa', { isCharged, ageSeconds: 1 })
    const undone = await app.call('Refund', { orderId }, { key: newId(), compensates: actionKey })
    expect(undone.body).toEqual({ refunded: { amount: '700', currency: 'EUR' } })
    expect(await app.booksOf(orderId)).toMatchObject([{ amount: 700, refunded: 700 }])
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'refunded' })
  })

  test('answers unavailable to a compensation while the provider does not say, and holds the tombstone', async () => {
    const { orderId, actionKey, pay } = await abandonPayment('tok_flaky', { isCharged: false, ageSeconds: 1 })
    // As if it continued failing: no attempt under this key will be the third.
    const [row] = await app.service.database.read.sql<{
      id: string
    }>`select id from payments where order_id = ${orderId}`
    await app.service.database.transaction(
      ({ sql }) => sql`
        insert into sandbox_charges (key, reference, token, currency, amount, attempts, state)
        values (${row?.id}, ${`sandbox_ch_${row?.id}`}, 'tok_flaky', 'EUR', 700, -10, 'failing')`,
    )
    const undo = { key: newId(), compensates: actionKey }
    expect(await app.call('Refund', { orderId }, undo)).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect((await app.call('Pay', pay, { key: actionKey })).body.code).toBe('failed_precondition')
    await app.service.database.transaction(
      ({ sql }) => sql`update sandbox_charges set attempts = 2 where key = ${row?.id}`,
    )
    expect((await app.call('Refund', { orderId }, undo)).body).toEqual({ refunded: { amount: '700', currency: 'EUR' } })
  })

  test('is given back when a refund was begun and the provider never heard of it', async () => {
    const { orderId, actionKey, pay } = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    await app.call('Pay', pay, { key: actionKey })
    const { id: paymentId } = await app.paymentOf(orderId)
    await app.service.database.transaction(async ({ sql }) => {
      await sql`insert into refunds (id, payment_id, status, amount, begun_at) values (${newId()}, ${paymentId}, 'begun', 300, now() - interval '61 seconds')`
      await sql`update payments set refunding = 300 where id = ${paymentId}`
    })
    await app.service.runTask('finish-abandoned', {})
    await eventually(async () =>
      expect(await app.paymentOf(orderId)).toMatchObject({ status: 'partially_refunded', refunded: { amount: 300 } }),
    )
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 300 }])
  })
})

describe('a webhook', () => {
  const path = '/api/v1/webhooks/sandbox'

  test('that is genuine has the provider asked what happened', async () => {
    const { id, orderId } = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    expect((await app.ask('POST', path, signedWebhook({ chargeKey: id }))).status).toBe(202)
    await eventually(async () => expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured' }))
  })

  test('is not believed: of a charge that was declined nothing is captured', async () => {
    const order = await app.order('tok_declined')
    const { body } = await app.call('Pay', order)
    await app.ask('POST', path, signedWebhook({ chargeKey: body.paymentId, state: 'captured' }))
    await eventually(async () =>
      expect(
        await app.service.database.read.sql`select from tasks where state = 'pending' and name = 'settle-payment'`,
      ).toEqual([]),
    )
    expect(await app.paymentOf(order.orderId)).toMatchObject({ status: 'declined', captured: { amount: 0 } })
  })

  test('that is delivered again is accepted, and takes effect once', async () => {
    const { id, orderId } = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    const webhook = signedWebhook({ chargeKey: id })
    const answers = await Promise.all([1, 2, 3].map(() => app.ask('POST', path, webhook)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    await eventually(async () => expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured' }))
    expect((await app.ask('POST', path, webhook)).status).toBe(202)
    const messageId = webhook.headers?.['webhook-id']
    const { sql } = app.service.database.read
    expect(await sql`select from received_webhooks where message_id = ${messageId}`).toHaveLength(1)
    expect(await sql`select from tasks where payload->>'paymentId' = ${id}`).toEqual([])
    expect((await app.eventsOf(id)).filter((type) => type === 'payment.completed')).toHaveLength(1)
  })

  test.each([
    ['indented', (key: string) => JSON.stringify({ type: 'x', data: { chargeKey: key } }, null, 2)],
    ['with spaces after separators', (key: string) => `{"type": "x", "data": {"chargeKey": "${key}"}}`],
    ['with a trailing line break', (key: string) => `{"data":{"chargeKey":"${key}"}}\n`],
    ['with escaped slashes', (key: string) => `{"type":"a\\/b","data":{"chargeKey":"${key}"}}`],
    ['with escaped letters', (key: string) => `{"type":"\\u00fc","data":{"chargeKey":"${key}"}}`],
    ['with a fraction of zero', (key: string) => `{"amount":10.0,"data":{"chargeKey":"${key}"}}`],
    ['with keys that are numbers', (key: string) => `{"b":1,"2":2,"1":1,"data":{"chargeKey":"${key}"}}`],
    ['with a repeated key', (key: string) => `{"data":{"chargeKey":"${newId()}"},"data":{"chargeKey":"${key}"}}`],
    ['with a byte order mark', (key: string) => `\uFEFF{"data":{"chargeKey":"${key}"}}`],
  ])('is verified over its bytes: %s', async (_, bodyOf) => {
    const { id, orderId } = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    expect((await app.ask('POST', path, signedWebhook(bodyOf(id)))).status).toBe(202)
    await eventually(async () => expect(await app.paymentOf(orderId)).toMatchObject({ status: 'captured' }))
  })

  test('that says the same in other bytes than were signed is refused', async () => {
    const genuine = signedWebhook({ chargeKey: newId() })
    const compact = String(genuine.text)
    for (const text of [
      JSON.stringify(JSON.parse(compact), null, 2),
      `${compact} `,
      compact.replace('{', '{"type":"another",'),
    ]) {
      expect(await app.ask('POST', path, { ...genuine, text })).toMatchObject({
        status: 401,
        body: { code: 'payment.webhook_signature_invalid' },
      })
    }
  })

  test('of another time, with another body or key, or without a signature is refused', async () => {
    const data = { chargeKey: newId() }
    const genuine = signedWebhook(data)
    const minutesMs = 60_000
    const forged = [
      signedWebhook(data, { at: new Date(Date.now() - 6 * minutesMs) }),
      signedWebhook(data, { at: new Date(Date.now() + 6 * minutesMs) }),
      signedWebhook(data, { secret: `whsec_${Buffer.from('another secret of at least 24 bytes').toString('base64')}` }),
      { ...genuine, text: JSON.stringify({ type: 'charge.updated', data: { chargeKey: newId() } }) },
      { ...genuine, headers: { ...genuine.headers, 'webhook-id': newId() } },
      { text: String(genuine.text) },
    ]
    for (const webhook of forged) {
      expect(await app.ask('POST', path, webhook)).toMatchObject({
        status: 401,
        body: { code: 'payment.webhook_signature_invalid' },
      })
    }
    expect((await app.ask('POST', path, genuine)).status).toBe(202)
  })

  test('of a provider that is not set up is refused', async () => {
    expect(await app.ask('POST', '/api/v1/webhooks/bank', signedWebhook({}))).toMatchObject({
      status: 422,
      body: { code: 'payment.provider_unknown' },
    })
  })
})

describe('the ledger', () => {
  async function write(
    run: (
      sql: Parameters<Parameters<PaymentApp['service']['database']['transaction']>[0]>[0]['sql'],
      transactionId: string,
    ) => Promise<unknown>,
  ) {
    const { orderId, actionKey, pay } = await abandonPayment('tok_visa', { isCharged: true, ageSeconds: 1 })
    await app.call('Pay', pay, { key: actionKey })
    const { id: paymentId } = await app.paymentOf(orderId)
    const transactionId = newId()
    return app.service.database.transaction(async ({ sql }) => {
      await sql`insert into ledger_transactions (id, payment_id, kind, effect_id, at) values (${transactionId}, ${paymentId}, 'refund', ${newId()}, now())`
      await run(sql, transactionId)
    })
  }

  test('refuses entries that do not sum to zero', async () => {
    await expect(
      write(
        (sql, id) => sql`insert into ledger_entries values (${id}, 'refunds', 5, 'EUR'), (${id}, 'sales', -4, 'EUR')`,
      ),
    ).rejects.toThrow('do not sum to zero')
    await expect(
      write(
        (sql, id) => sql`insert into ledger_entries values (${id}, 'refunds', 5, 'EUR'), (${id}, 'sales', -5, 'USD')`,
      ),
    ).rejects.toThrow('do not sum to zero')
    await expect(
      write(
        (sql, id) => sql`insert into ledger_entries values (${id}, 'refunds', 5, 'EUR'), (${id}, 'sales', -5, 'EUR')`,
      ),
    ).resolves.toBeUndefined()
  })

  test('is only added to', async () => {
    for (const change of [
      'update ledger_entries set amount = 1',
      'delete from ledger_transactions',
      'truncate ledger_entries',
    ]) {
      const statement = Object.assign([change], { raw: [change] })
      await expect(app.service.database.transaction(({ sql }) => sql(statement))).rejects.toThrow('only added to')
    }
  })
})

test('a payment of the back office that was not answered is gone on with by its key', async () => {
  const { orderId, customerId, paymentMethodId } = await app.order('tok_visa', 700)
  const body = { orderId, customerId, paymentMethodId, amount: { amount: 700, currency: 'EUR' } }
  const key = newId()
  const request = { as: manager, key, body }
  const first = await app.ask('POST', '/api/v1/payments', request)
  // As if the process had died between the charge and its commit.
  await app.service.database.transaction(async ({ sql }) => {
    await sql`update idempotency_records set status = null, answer = null, begun = ${json({ value: { paymentId: first.body.id } })} where key = ${key}`
  })
  // whatever has become of the order meanwhile
  app.orderIs(orderId, 'confirmed')
  expect(await app.ask('POST', '/api/v1/payments', request)).toMatchObject({
    status: 201,
    body: { id: first.body.id, status: 'captured' },
  })
  expect(await app.booksOf(orderId)).toMatchObject([{ attempts: 1 }])
})
