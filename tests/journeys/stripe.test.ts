import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { startStripeDouble, type StripeDouble } from '../../services/payment/tests/stripe/double.ts'
import { newCard } from '../../services/payment/tests/stripe/world.ts'
import { address, ask, command, eventually, newAccount, paymentOf, place, signIn, type Customer } from './shop.ts'
import { system } from './system.ts'

let stripe: StripeDouble
let staff: string

beforeAll(async () => {
  stripe = await startStripeDouble({ port: system.stripePort })
  staff = await signIn('staff@stoa.example')
})
afterAll(() => stripe.stop())

/** A new customer with a card of Stripe. */
async function newPayer(kind = 'pm_card_visa'): Promise<Pick<Customer, 'token' | 'paymentMethodId'>> {
  const token = await signIn(await newAccount())
  const card = { provider: 'stripe', token: newCard(kind) }
  return eventually(async () => {
    const { status, body } = await ask('POST', '/api/v1/payment-methods', { as: token, body: card })
    expect([status, body.label]).toEqual([201, 'visa •••• 4242'])
    return { token, paymentMethodId: body.id as string }
  })
}

// the country of the card: one of another country is reviewed
const shippingAddress = { ...address, city: 'Berlin', postalCode: '10117', country: 'DE' }

const intentsOf = (orderId: string) =>
  [...stripe.world.intents.values()].filter(({ metadata }) => metadata['stoa_order'] === orderId)

const statusIs = (id: string, status: string) =>
  eventually(async () =>
    expect((await ask('GET', `/api/v1/orders/${id}`, { as: staff })).body).toMatchObject({ status }),
  )

/** The differences that a reconciliation finds on an order. */
async function differencesOf(id: string): Promise<string[]> {
  const { out } = await command('reconcile', '--json')
  const { differences } = JSON.parse(out) as { differences: { kind: string; orderId?: string }[] }
  return differences.filter(({ orderId }) => orderId === id).map(({ kind }) => kind)
}

const deliver = async (type: string, object: object) => {
  const { text, headers } = stripe.event(type, object)
  const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text }
  expect((await fetch(`${system.gatewayUrl}/api/v1/webhooks/stripe`, sent)).status).toBe(202)
}

test.each([
  ['and Stripe finds it', true],
  ['and the index of Stripe is behind', false],
])(
  'payment is killed between the charge and its record, %s: the order is paid once, or rejected and the money given back',
  async (_what, isIndexed) => {
    const payer = await newPayer()
    stripe.world.isIndexed = isIndexed
    stripe.failNext('POST /payment_intents', 'lost answer')
    const known = new Set(stripe.world.intents.keys())
    const placing = place(payer, { shippingAddress })
    const intent = await eventually(() => {
      const made = [...stripe.world.intents.values()].find(({ id }) => !known.has(id))
      if (made === undefined) throw new Error('not charged yet')
      return made
    })
    signal((await processesOf(system.home)).find(({ service }) => service === 'payment') ?? {}, 'SIGKILL')
    const { status, body: order } = await placing
    expect([status, order.id]).toEqual([201, intent.metadata['stoa_order']])
    const isSold = await eventually(async () => {
      const { body } = await ask('GET', `/api/v1/orders/${order.id}`, { as: staff })
      expect(['confirmed', 'picking', 'shipped', 'delivered', 'completed', 'rejected']).toContain(body.status)
      return body.status !== 'rejected'
    })
    const { captured, refunded } = await paymentOf(order.id, staff)
    const total = order.total.amount
    expect([captured.amount, refunded.amount]).toEqual([total, isSold ? 0 : total])
    expect(intentsOf(order.id)).toMatchObject([{ status: 'succeeded', amount_received: total }])
    const given = [...stripe.world.refunds.values()].filter(({ payment_intent }) => payment_intent === intent.id)
    expect(given.map(({ amount }) => amount)).toEqual(isSold ? [] : [total])
    expect(await differencesOf(order.id)).toEqual([])
  },
)

test('a card that the bank wants confirmed is paid, and given back; a refund that fails later is found, told and repeated', async () => {
  stripe.world.isIndexed = true
  const payer = await newPayer('pm_card_threeDSecure2Required')
  const { body: order } = await place(payer, { shippingAddress })
  await statusIs(order.id, 'on_hold')
  const own = await ask('GET', `/api/v1/payments?orderId=${order.id}`, { as: payer.token })
  expect(own.body.items[0]).toMatchObject({ status: 'requires_action', nextAction: { type: 'sdk' } })
  const [intent] = intentsOf(order.id)
  stripe.confirm(intent?.id ?? '', true)
  await deliver('payment_intent.succeeded', intent ?? {})
  await statusIs(order.id, 'confirmed')
  const cancelled = await ask('POST', `/api/v1/orders/${order.id}/cancel`, { as: payer.token, key: randomUUID() })
  expect(cancelled.status).toBeLessThan(300)
  await statusIs(order.id, 'cancelled')
  expect(await differencesOf(order.id)).toEqual([])

  const refund = [...stripe.world.refunds.values()].find(({ payment_intent }) => payment_intent === intent?.id)
  if (refund === undefined) throw new Error('nothing was given back')
  refund.status = 'failed'
  await deliver('refund.failed', refund)
  const payment = await eventually(async () => {
    const found = await paymentOf(order.id, staff)
    expect(found).toMatchObject({ status: 'captured', refunded: { amount: 0 } })
    return found
  })
  expect(await differencesOf(order.id)).toEqual(['payment.kept'])
  await eventually(async () => {
    const inbox = await ask('GET', '/api/v1/users/00000000-0000-7000-8000-000000000000/notifications', { as: staff })
    expect(inbox.body.items).toContainEqual(
      expect.objectContaining({ kind: 'refund.failed', body: expect.stringContaining(payment.id) }),
    )
  })
  const again = await ask('POST', `/api/v1/payments/${payment.id}/refund`, { as: staff, key: randomUUID(), body: {} })
  expect(again).toMatchObject({ status: 200, body: { status: 'refunded' } })
  expect(await differencesOf(order.id)).toEqual([])
  await eventually(async () => {
    const { body } = await ask('GET', `/api/v1/invoices?orderId=${order.id}`, { as: payer.token })
    const documents = body.items.toReversed()
    expect(documents).toMatchObject([
      { kind: 'invoice' },
      { kind: 'credit_note' },
      { kind: 'debit_note', creditNoteNumber: documents[1]?.number },
      { kind: 'credit_note' },
    ])
    expect(documents.map(({ total }: { total: object }) => total)).toEqual(documents.map(() => order.total))
  })
})
