import { MAX_PAYMENT_METHODS } from '@stoa/contracts/payment/resources'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

function customer() {
  const as = { subject: newId() }
  return {
    id: as.subject,
    keep: (body: object) => app.ask('POST', '/api/v1/payment-methods', { as, body: { provider: 'sandbox', ...body } }),
    list: async (query = '') => (await app.ask('GET', `/api/v1/payment-methods${query}`, { as })).body,
    forget: (id: string | undefined) => app.ask('DELETE', `/api/v1/payment-methods/${id}`, { as }),
  }
}

test('a sandbox method is called by its token, unless its owner calls it otherwise', async () => {
  const ada = customer()
  const kept = await ada.keep({ token: 'tok_visa' })
  expect(kept).toMatchObject({ status: 201, body: { provider: 'sandbox', label: 'tok_visa' } })
  expect(kept.body).not.toHaveProperty('token')
  expect((await ada.keep({ token: 'tok_flaky', label: 'my old card' })).body.label).toBe('my old card')
})

test('the same token kept twice is one method, and only a new label changes it', async () => {
  const ada = customer()
  const first = await ada.keep({ token: 'tok_visa' })
  const answers = await Promise.all([
    ada.keep({ token: 'tok_visa', label: 'blue' }),
    app.call('KeepMethod', { customerId: ada.id, provider: 'sandbox', token: 'tok_visa' }),
  ])
  expect(answers[0].body.id).toBe(first.body.id)
  expect(answers[1].body.paymentMethodId).toBe(first.body.id)
  expect((await ada.keep({ token: 'tok_visa' })).body.label).toBe('blue')
  expect((await ada.list()).items).toHaveLength(1)
  expect((await customer().keep({ token: 'tok_visa' })).body.id).not.toBe(first.body.id)
})

test('a label that is given stays when the token is kept without one at the same time', async () => {
  for (let race = 0; race < 8; race += 1) {
    const ada = customer()
    const both = [ada.keep({ token: 'tok_visa', label: 'blue' }), ada.keep({ token: 'tok_visa' })]
    await Promise.all(race % 2 === 0 ? both : both.toReversed())
    expect((await ada.list()).items).toMatchObject([{ label: 'blue' }])
  }
})

test('a list shows only the caller’s methods, newest first and page by page', async () => {
  const ada = customer()
  const ids: (string | undefined)[] = []
  for (const token of ['tok_visa', 'tok_declined', 'tok_fraud']) ids.unshift((await ada.keep({ token })).body.id)
  await customer().keep({ token: 'tok_visa' })
  const first = await ada.list('?limit=2')
  const second = await ada.list(`?limit=2&cursor=${first.nextCursor}`)
  expect([...(first.items ?? []), ...(second.items ?? [])].map(({ id }) => id)).toEqual(ids)
  expect(second).not.toHaveProperty('nextCursor')
})

test('only its owner forgets a method; it cannot be paid with afterwards', async () => {
  const ada = customer()
  const { body } = await ada.keep({ token: 'tok_visa' })
  expect(await customer().forget(body.id)).toMatchObject({ status: 404, body: { code: 'payment.method_not_found' } })
  expect((await ada.forget(body.id)).status).toBe(204)
  expect((await ada.forget(body.id)).status).toBe(404)
  const asked = { customerId: ada.id, paymentMethodId: body.id }
  expect((await app.call('CheckMethod', asked)).body).toEqual({})
  const pay = { ...asked, orderId: newId(), amount: { amount: '100', currency: 'EUR' } }
  expect((await app.call('Pay', pay)).body.code).toBe('invalid_argument')
})

test('a customer keeps no more methods than the limit, also when they come at once; a kept one stays as it is', async () => {
  const ada = customer()
  await app.service.database.transaction(
    (tx) => tx.sql`
      insert into payment_methods (id, customer_id, provider, token, label, created_at)
      select gen_random_uuid(), ${ada.id}, 'sandbox', 'tok_' || n, 'card', now() from generate_series(1, ${MAX_PAYMENT_METHODS - 2}) n`,
  )
  const inline = { customerId: ada.id, provider: 'sandbox', token: 'tok_fraud' }
  const answers = await Promise.all([
    ...['tok_visa', 'tok_declined', 'tok_flaky'].map((token) => ada.keep({ token })),
    app.call('KeepMethod', inline),
  ])
  const refused = answers.filter(({ status }) => status >= 400)
  expect(refused.map(({ body }) => JSON.stringify(body))).toEqual([
    expect.stringContaining('payment.method_limit'),
    expect.stringContaining('payment.method_limit'),
  ])
  const { items = [] } = await ada.list('?limit=200')
  const known = items.find(({ label = '' }) => label.startsWith('tok_'))
  expect(items).toHaveLength(MAX_PAYMENT_METHODS)
  expect(await ada.keep({ token: known?.label, label: 'the same' })).toMatchObject({ status: 201 })
  await ada.forget(known?.id)
  expect(await ada.keep({ token: 'tok_timeout' })).toMatchObject({ status: 201 })
  expect(await ada.keep({ token: 'tok_insufficient_funds' })).toMatchObject({
    status: 409,
    body: { code: 'payment.method_limit' },
  })
})

test('a method is usable for its owner alone', async () => {
  const ada = customer()
  const { body } = await ada.keep({ token: 'tok_visa' })
  expect((await app.call('CheckMethod', { customerId: ada.id, paymentMethodId: body.id })).body).toEqual({
    usable: true,
  })
  expect((await app.call('CheckMethod', { customerId: newId(), paymentMethodId: body.id })).body).toEqual({})
})

test.each([
  [{ token: '4111 1111 1111 1111' }, '/token'],
  [{ token: 'tok_visa', label: 'Visa 4111-1111-1111-1111' }, '/label'],
  [{ token: 'tok_visa', label: 'Visa 4111·1111·1111·1111' }, '/label'],
  [{ token: 'tok_visa', label: 'Visa 4111\u200b1111\u200b1111\u200b1111' }, '/label'],
  [{ token: 'tok_visa', provider: '4111111111111111' }, '/provider'],
])('a card number in %j is refused at its place, and not repeated', async (body, pointer) => {
  const ada = customer()
  const answer = await ada.keep(body)
  expect(answer).toMatchObject({ status: 422, body: { code: 'payment.card_number_refused', errors: [{ pointer }] } })
  expect(JSON.stringify(answer.body)).not.toMatch(/4111/)
  expect((await ada.list()).items).toEqual([])
})

test('a token or provider that nobody knows is refused at its place', async () => {
  const ada = customer()
  expect(await ada.keep({ token: 'tok_made_up' })).toMatchObject({
    status: 422,
    body: { code: 'payment.token_unknown', errors: [{ pointer: '/token' }] },
  })
  expect(await ada.keep({ token: 'x', provider: 'bank' })).toMatchObject({
    status: 422,
    body: { code: 'payment.provider_unknown', errors: [{ pointer: '/provider' }] },
  })
  expect(
    (await app.call('KeepMethod', { customerId: ada.id, provider: 'sandbox', token: 'tok_made_up' })).body.code,
  ).toBe('invalid_argument')
})

test('an account that is erased has no methods any more', async () => {
  const [ada, bob] = [customer(), customer()]
  for (const who of [ada, bob]) await who.keep({ token: 'tok_visa' })
  const kept = () => app.service.request('GET', `/personal-data/${ada.id}`, { as: { subject: ada.id } })
  expect((await kept()).body.paymentMethods).toHaveLength(1)
  await app.service.receive(userDeleted, ada.id, { userId: ada.id })
  await eventually(async () => expect((await ada.list()).items).toEqual([]))
  expect((await kept()).body).toEqual({ paymentMethods: [], payments: [] })
  expect((await bob.list()).items).toHaveLength(1)
})

test('nothing is kept for an account that is erased, not even at the same time', async () => {
  const ada = customer()
  expect((await ada.keep({ token: 'tok_visa' })).status).toBe(201)
  const keeping = Array.from({ length: 20 }, () => ada.keep({ token: 'tok_flaky', label: 'mine' }))
  await app.service.receive(userDeleted, ada.id, { userId: ada.id })
  await Promise.all(keeping)
  await eventually(async () => expect((await ada.list()).items).toEqual([]))
  expect(await ada.keep({ token: 'tok_visa' })).toMatchObject({ status: 401, body: { code: 'auth.token_invalid' } })
  const kept = await app.call('KeepMethod', { customerId: ada.id, provider: 'sandbox', token: 'tok_visa' })
  expect(kept.status).toBe(400)
  expect((await ada.list()).items).toEqual([])
})

test('a method of a provider that is no longer configured cannot pay, and an order with it ends', async () => {
  const order = await app.order('tok_visa')
  await app.service.database.transaction(
    ({ sql }) => sql`update payment_methods set provider = 'gone' where id = ${order.paymentMethodId}`,
  )
  expect((await app.call('CheckMethod', order)).body).not.toMatchObject({ usable: true })
  expect(await app.call('Pay', order, { key: newId() })).toMatchObject({ body: { code: 'invalid_argument' } })
})
