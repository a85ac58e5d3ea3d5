import { refundProcessed } from '@stoa/contracts/payment/events'
import { newId } from '@stoa/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { range, startPayment, type PaymentApp } from './payment-app.ts'

let app: PaymentApp
beforeAll(async () => {
  app = await startPayment()
})
afterAll(() => app.service.stop())

async function paidOrder(token = 'tok_visa', amount?: number) {
  const order = await app.order(token, amount)
  const key = newId()
  await app.call('Pay', order, { key })
  return { ...order, payKey: key }
}

const eur = (amount: number) => ({ amount: String(amount), currency: 'EUR' })

describe('a refund', () => {
  test('gives back all that is captured when no amount is said, once for its key', async () => {
    const { orderId } = await paidOrder()
    const key = newId()
    const answers = await Promise.all(range(5).map(() => app.call('Refund', { orderId }, { key })))
    for (const { body } of answers) expect(body).toEqual({ refunded: eur(1_999) })
    const payment = await app.paymentOf(orderId)
    expect(payment).toMatchObject({ status: 'refunded', refunded: { amount: 1_999 } })
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 1_999 }])
    expect(await app.eventsOf(payment.id)).toEqual(['payment.initiated', 'payment.completed', 'refund.processed'])
  })

  test('publishes the return of goods that it is for', async () => {
    const { orderId } = await paidOrder()
    const returnId = newId()
    await app.call('Refund', { orderId, amount: eur(500), returnId })
    await app.call('Refund', { orderId, amount: eur(300) })
    const events = await app.service.published(refundProcessed.type)
    const ofOrder = events.map(({ data }: any) => data).filter((data) => data.orderId === orderId)
    expect(ofOrder.map(({ amount, returnId: named }) => [amount.amount, named])).toEqual([
      [500, returnId],
      [300, undefined],
    ])
  })

  test('succeeds when nothing is left, or nothing was ever paid', async () => {
    const { orderId } = await paidOrder()
    await app.call('Refund', { orderId })
    expect(await app.call('Refund', { orderId })).toMatchObject({
      status: 200,
      body: { refunded: { currency: 'EUR' } },
    })
    expect(await app.call('Refund', { orderId: newId() })).toMatchObject({ status: 200, body: {} })
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 1_999 }])
  })

  test('is given in parts, and refused over what is left', async () => {
    const { orderId } = await paidOrder()
    expect((await app.call('Refund', { orderId, amount: eur(500) })).body).toEqual({ refunded: eur(500) })
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'partially_refunded', refunded: { amount: 500 } })
    expect((await app.call('Refund', { orderId, amount: eur(1_500) })).body.code).toBe('failed_precondition')
    expect((await app.call('Refund', { orderId })).body).toEqual({ refunded: eur(1_499) })
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: { amount: 1_999 } })
  })

  test('gives back what is left when it is asked for at most so much', async () => {
    const { orderId } = await paidOrder()
    const atMost = { orderId, amount: eur(1_500), atMost: true }
    const key = newId()
    expect((await app.call('Refund', atMost, { key })).body).toEqual({ refunded: eur(1_500) })
    expect((await app.call('Refund', atMost)).body).toEqual({ refunded: eur(499) })
    expect((await app.call('Refund', atMost)).body).toEqual({ refunded: { currency: 'EUR' } })
    expect((await app.call('Refund', atMost, { key })).body).toEqual({ refunded: eur(1_500) })
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 1_999 }])
    expect((await app.call('Refund', { ...atMost, orderId: newId() })).status).toBe(200)
  })

  test('refuses another currency, nothing and less than nothing', async () => {
    const { orderId } = await paidOrder()
    for (const amount of [{ amount: '5', currency: 'USD' }, eur(0), eur(-5)]) {
      expect((await app.call('Refund', { orderId, amount })).body.code).toBe('invalid_argument')
    }
  })

  test('never exceeds what was captured, however many ask at once', async () => {
    const { orderId } = await paidOrder()
    const answers = await Promise.all(range(10).map(() => app.call('Refund', { orderId, amount: eur(600) })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(answers.filter(({ body }) => body.code === 'failed_precondition')).toHaveLength(7)
    expect(await app.paymentOf(orderId)).toMatchObject({ refunded: { amount: 1_800 } })
    expect(await app.booksOf(orderId)).toMatchObject([{ refunded: 1_800 }])
  })

  test('leaves payment, ledger and the provider’s books equal, whatever was asked', async () => {
    const amounts = fc.array(fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(amounts, async (asked) => {
        const { orderId } = await paidOrder()
        await Promise.all(
          asked.map((amount) =>
            app.call('Refund', { orderId, ...(amount === undefined ? {} : { amount: eur(amount) }) }),
          ),
        )
        const { refunded } = await app.paymentOf(orderId)
        expect(refunded.amount).toBeLessThanOrEqual(1_999)
        expect(await app.booksOf(orderId)).toMatchObject([{ refunded: refunded.amount }])
        const { body } = await app.call('ListPayments', { orderIds: [orderId] })
        const ledgerBalance = {
          currency: 'EUR',
          ...(refunded.amount === 1_999 ? {} : { amount: String(1_999 - refunded.amount) }),
        }
        expect(body.payments).toMatchObject([{ ledgerBalance }])
      }),
      { numRuns: 15 },
    )
  })
})

describe('the compensation of a payment', () => {
  test('that never came leaves a tombstone: the payment is refused when it comes later', async () => {
    const order = await app.order('tok_visa')
    const key = newId()
    const undo = { key: newId(), compensates: key }
    expect((await app.call('Refund', { orderId: order.orderId }, undo)).status).toBe(200)
    expect((await app.call('Refund', { orderId: order.orderId }, undo)).status).toBe(200)
    expect((await app.call('Pay', order, { key })).body.code).toBe('failed_precondition')
    expect(await app.booksOf(order.orderId)).toEqual([])
  })

  test('shares its tombstones with instances of the previous release', async () => {
    const { orderId, ...order } = await app.order('tok_visa')
    const [of, here] = [newId(), newId()]
    const { database } = app.service
    await database.transaction(
      ({ sql }) => sql`insert into withdrawn_actions (action_key, at) values (${of}, now()) on conflict do nothing`,
    )
    expect(await app.call('Pay', { orderId, ...order }, { key: of })).toMatchObject({
      body: { message: expect.stringContaining('withdrawn') },
    })
    await app.call('Refund', { orderId }, { key: newId(), compensates: here })
    const marks = await database.read.sql<{ key: string }>`
      select action_key as key from withdrawn_actions where action_key = any (${[here, `order/${orderId}`]}) order by 1`
    expect(marks.map(({ key }) => key)).toEqual([here, `order/${orderId}`].toSorted())
    expect(await database.read.sql`select 1 from withdrawn_call where key = ${`order/${orderId}`}`).toEqual([])
  })

  test('gives the money back, and refuses a repeat of the payment', async () => {
    const { payKey: key, ...order } = await paidOrder()
    const refunded = await app.call('Refund', { orderId: order.orderId }, { key: newId(), compensates: key })
    expect(refunded.body).toEqual({ refunded: eur(1_999) })
    expect((await app.call('Pay', order, { key })).body.code).toBe('failed_precondition')
    expect(await app.booksOf(order.orderId)).toMatchObject([{ amount: 1_999, refunded: 1_999 }])
  })

  test('that was declined has nothing to give back', async () => {
    const { orderId, payKey } = await paidOrder('tok_declined')
    expect((await app.call('Refund', { orderId }, { key: newId(), compensates: payKey })).status).toBe(200)
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'declined' })
  })

  test('that waits in review withdraws it before it is charged', async () => {
    const { orderId, payKey } = await paidOrder('tok_fraud')
    expect((await app.call('Refund', { orderId }, { key: newId(), compensates: payKey })).status).toBe(200)
    expect(await app.paymentOf(orderId)).toMatchObject({ status: 'voided', captured: { amount: 0 } })
    expect(await app.booksOf(orderId)).toMatchObject([{ state: 'review' }])
  })

  test.each(['tok_visa', 'tok_timeout', 'tok_flaky', 'tok_declined'])(
    'leaves nothing charged when it races a payment with %s',
    async (token) => {
      for (let race = 0; race < 5; race += 1) {
        const order = await app.order(token)
        const key = newId()
        const undo = { key: newId(), compensates: key }
        const paying = app.call('Pay', order, { key })
        if (race > 0) await new Promise((resolve) => setTimeout(resolve, race * 4))
        const undone = await app.call('Refund', { orderId: order.orderId }, undo)
        await paying
        expect(undone.status).toBe(200)
        const charged = (await app.booksOf(order.orderId)).filter(({ state }) => state === 'captured')
        expect(charged.map(({ refunded }) => refunded)).toEqual(charged.map(({ amount }) => amount))
        const { body } = await app.call('ListPayments', { orderIds: [order.orderId] })
        const balances = (body.payments ?? []).map(({ ledgerBalance }) => ledgerBalance?.amount ?? '0')
        expect(balances.filter((balance) => balance !== '0')).toEqual([])
      }
    },
  )
})
