import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { range, staff, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
type Answer = Awaited<ReturnType<PaymentApp['call']>>

/** As callers do: repeats a call under its key that met another of its key, or that a busy machine did not answer in time. */
async function untilAnswered(call: () => Promise<Answer>, isAnswer: (answer: Answer) => boolean): Promise<Answer> {
  for (let left = 200; ; left -= 1) {
    const answer = await call()
    if (left === 0 || isAnswer(answer)) return answer
    await delay(50)
  }
}

beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

test('authorises, captures, books and tells', async () => {
  const order = await app.order('tok_visa')
  const paid = await app.call('Pay', order)
  expect(paid).toMatchObject({ status: 200, body: { outcome: 'captured' } })
  const payment = await app.paymentOf(order.orderId)
  const state = {
    id: paid.body.paymentId,
    status: 'captured',
    methodKind: 'card',
    captured: { amount: 1_999 },
    refunded: { amount: 0 },
  }
  expect(payment).toMatchObject(state)
  const { body } = await app.ask('GET', `/api/v1/transactions?paymentId=${payment.id}`, { as: staff })
  expect(body.items).toMatchObject([
    {
      kind: 'capture',
      entries: [
        { account: 'receivable:sandbox', amount: { amount: 1_999, currency: 'EUR' } },
        { account: 'sales', amount: { amount: -1_999, currency: 'EUR' } },
      ],
    },
  ])
  expect(await app.eventsOf(payment.id)).toEqual(['payment.initiated', 'payment.completed'])
})

test.each([
  ['tok_declined', 'payment.declined'],
  ['tok_insufficient_funds', 'payment.insufficient_funds'],
])('is declined with %s, and nothing is charged', async (token, code) => {
  const order = await app.order(token)
  expect((await app.call('Pay', order)).body).toMatchObject({ outcome: 'declined', code })
  const payment = await app.paymentOf(order.orderId)
  expect(payment).toMatchObject({ status: 'declined', code, captured: { amount: 0 } })
  expect(await app.booksOf(order.orderId)).toMatchObject([{ state: 'declined' }])
  expect(await app.eventsOf(payment.id)).toEqual(['payment.initiated', 'payment.failed'])
})

test('asks what happened when no answer came, and never charges again', async () => {
  const order = await app.order('tok_timeout')
  expect((await app.call('Pay', order)).body).toMatchObject({ outcome: 'captured' })
  expect(await app.booksOf(order.orderId)).toMatchObject([{ state: 'captured', attempts: 1 }])
})

test('retries with a provider that fails twice', async () => {
  const order = await app.order('tok_flaky')
  expect((await app.call('Pay', order)).body).toMatchObject({ outcome: 'captured' })
  expect(await app.booksOf(order.orderId)).toMatchObject([{ state: 'captured', attempts: 3 }])
})

test('captures an order that costs nothing without asking the provider', async () => {
  const order = await app.order('tok_declined', 0)
  const { body } = await app.call('Pay', order)
  expect(body).toMatchObject({ outcome: 'captured' })
  expect(await app.booksOf(order.orderId)).toEqual([])
  expect(await app.eventsOf(String(body.paymentId))).toEqual(['payment.initiated', 'payment.completed'])
})

test('makes one charge of ten calls with one key, with ten equal answers', async () => {
  const order = await app.order('tok_visa')
  const key = newId()
  const isPaid = ({ status }: Answer) => status === 200
  const answers = await Promise.all(range(10).map(() => untilAnswered(() => app.call('Pay', order, { key }), isPaid)))
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 200, body: { outcome: 'captured' } })
  expect(await app.booksOf(order.orderId)).toMatchObject([{ amount: 1_999, attempts: 1 }])
  expect((await app.call('Pay', order, { key })).body).toEqual(answers[0]?.body)
})

test('makes one charge of ten calls for one order with ten keys; nine are refused', async () => {
  const order = await app.order('tok_visa')
  const keys = range(10).map(() => newId())
  await Promise.all(keys.map((key) => app.call('Pay', order, { key })))
  const isDecided = ({ status, body }: Answer) => status === 200 || body.code === 'failed_precondition'
  const answers: Answer[] = []
  for (const key of keys) answers.push(await untilAnswered(() => app.call('Pay', order, { key }), isDecided))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'failed_precondition')).toHaveLength(9)
  expect(await app.booksOf(order.orderId)).toHaveLength(1)
})

test('refuses another customer’s method', async () => {
  const order = await app.order('tok_visa')
  const { body } = await app.call('Pay', { ...order, customerId: newId() })
  expect(body.code).toBe('invalid_argument')
  expect(await app.paymentOf(order.orderId)).toBeUndefined()
})

test('refuses an amount that is negative or missing', async () => {
  const order = await app.order('tok_visa', -1)
  expect((await app.call('Pay', order)).body.code).toBe('invalid_argument')
  expect((await app.call('Pay', { ...order, amount: undefined })).body.code).toBe('invalid_argument')
})

test('forgets the token of a payment once nothing is left to charge', async () => {
  for (const token of ['tok_visa', 'tok_declined']) {
    const order = await app.order(token)
    await app.call('Pay', order)
    expect(await app.service.database.read.sql`select token from payments where order_id = ${order.orderId}`).toEqual([
      { token: null },
    ])
  }
})

test('tells reconciliation what was captured beside what the ledger says', async () => {
  const [paid, declined] = [await app.order('tok_visa', 4_200), await app.order('tok_declined')]
  for (const order of [paid, declined]) await app.call('Pay', order)
  const { body } = await app.call('ListPayments', { orderIds: [paid.orderId, declined.orderId, newId()] })
  expect(body.payments).toHaveLength(2)
  expect(body.payments).toContainEqual(
    expect.objectContaining({
      orderId: paid.orderId,
      status: 'captured',
      captured: { amount: '4200', currency: 'EUR' },
      ledgerBalance: { amount: '4200', currency: 'EUR' },
    }),
  )
})

test('answers reconciliation a range of orders in the order of their ids, as far as its limit goes', async () => {
  const orders = [await app.order('tok_visa', 100), await app.order('tok_visa', 200), await app.order('tok_visa', 300)]
  for (const order of orders) await app.call('Pay', order)
  const [first, second, third] = orders.map(({ orderId }) => orderId).toSorted()
  const idsIn = async (range: object) => {
    const { body } = await app.call('ListPayments', { range })
    return (body.payments ?? []).map((payment) => (payment as { orderId?: string }).orderId)
  }
  expect(await idsIn({ after: first, limit: 10 })).toEqual([second, third])
  expect(await idsIn({ after: first, upTo: second, limit: 10 })).toEqual([second])
  expect(await idsIn({ after: first, limit: 1 })).toEqual([second])
  expect(await idsIn({ after: third, limit: 10 })).toEqual([])
})
