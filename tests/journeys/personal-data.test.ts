import { randomUUID } from 'node:crypto'
import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'
import { databasesOf } from '../whole-system.ts'
import { tablesWith } from './rows-with.ts'
import { system } from './system.ts'
import { ask, attachText, eventually, password, place, signIn, stoa, verify } from './shop.ts'

const keepers = catalogue.filter(({ personalData }) => personalData !== 'none').map(({ name }) => name)
const withDatabase = shop.services.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name)

/** Tables in which the id of an erased account stays, as an id that leads to no person any more. */
const keepsIds: ReadonlySet<string> = new Set([
  // the mark of the erasure
  ...withDatabase.map((service) => `${service} public.erased_subject`),
  // what the account has done and who has read of it, by id alone
  ...withDatabase.flatMap((service) =>
    ['audit_pending', 'audit_tally', 'audit_chain'].map((table) => `${service} public.${table}`),
  ),
  'order public.erased_customers',
  'shipping public.erased_customers',
  // the records of the business: who bought is an account without a name
  'user public.users',
  'user public.loyalty_entries',
  'user public.loyalty_purchases',
  'order public.orders',
  'order public.order_status_history',
  'payment public.payments',
  'shipping public.shipments',
  'billing public.documents',
  // until their retention: traces and log lines have the paths of requests for a day
  'monitoring public.spans',
  'monitoring public.log_records',
  'user public.authentications',
  'auth public.account_end',
  ...withDatabase.map((service) => `${service} public.idempotency_records`),
  'order public.sagas',
])

/** Tables that the law requires to be kept as they are: an invoice names its buyer. */
const keptByLaw: ReadonlySet<string> = new Set(['billing public.documents'])

const exportOf = (id: string, as: string) => ask('POST', `/api/v1/users/${id}/export`, { as })

/** A customer whose every service keeps something that only this person has. */
async function planted() {
  const mark = randomUUID()
  const name = `Name ${mark}`
  const email = `${mark}@stoa.example`
  const { body: account } = await ask('POST', '/api/v1/users', { body: { email, password, name } })
  await verify(email)
  const token = await signIn(email)
  const shippingAddress = { name, line1: `Street ${mark}`, city: 'Wien', postalCode: '1080', country: 'AT' }
  await ask('POST', `/api/v1/users/${account.id}/addresses`, { as: token, body: shippingAddress })
  const label = `Card ${mark.slice(0, 8)}`
  const method = await ask('POST', '/api/v1/payment-methods', {
    as: token,
    body: { provider: 'sandbox', token: 'tok_visa', label },
  })
  const ticket = await ask('POST', '/api/v1/tickets', {
    as: token,
    key: randomUUID(),
    body: { subject: 'A tin is missing', body: `I live at ${mark}` },
  })
  expect(ticket.status).toBe(201)
  expect((await attachText(ticket.body.id, token, `${mark}.txt`)).status).toBe(201)
  const cart = await ask('POST', '/api/v1/carts', { as: token, body: { region: 'AT' } })
  expect(cart.status).toBe(201)
  const order = await place({ token, paymentMethodId: method.body.id }, { shippingAddress, couponCodes: ['WELCOME10'] })
  expect([method.status, order.status, order.body.status]).toEqual([201, 201, 'confirmed'])
  return { id: account.id as string, token, orderId: order.body.id as string, planted: [mark, label] }
}

test('all that is kept on a person is exported from every service, and is gone from each when the account is erased', async () => {
  const person = await planted()
  const admin = await signIn('admin@stoa.example')
  await stoa('wait', '--rest')
  const { status, body } = await exportOf(person.id, person.token)
  expect(status).toBe(200)
  const { user, auth, order, payment, shipping, billing, notification, pricing, support, inference } = body.services
  expect(Object.keys(body.services).toSorted()).toEqual(keepers.toSorted())
  expect(user).toMatchObject({
    account: { id: person.id },
    addresses: [{}],
    signIns: [{}],
    secondFactor: { status: 'disabled', recoveryCodesLeft: 0 },
  })
  expect(auth.sessions).not.toEqual([])
  expect(order).toMatchObject({ orders: [{ id: person.orderId }], carts: [{ status: 'open' }] })
  expect(payment).toMatchObject({ paymentMethods: [{ label: person.planted[1] }], payments: [{}] })
  expect(shipping.shipments).toHaveLength(1)
  expect(billing.invoices).toMatchObject([{ orderId: person.orderId, buyer: { name: `Name ${person.planted[0]}` } }])
  expect(notification.inbox.length).toBeGreaterThan(1)
  expect(pricing.tier).toBeDefined()
  expect(inference.purchases).toMatchObject([{ sku: 'TEA-GREEN-100', orders: 1 }])
  expect(support.tickets).toMatchObject([
    { subject: 'A tin is missing', messages: [{ author: 'customer' }], attachments: [{}] },
  ])
  for (const kept of [user, order, shipping, notification, support])
    expect(JSON.stringify(kept)).toContain(person.planted[0])

  const { token: stranger } = await planted()
  expect((await exportOf(person.id, stranger)).status).toBe(404)

  expect(
    (await ask('DELETE', `/api/v1/users/${person.id}`, { as: person.token, headers: { 'if-match': '*' } })).status,
  ).toBe(204)
  // The order and its shipment keep the address until the parcel has arrived.
  const isKept = async () => {
    const { billing: _keptByLaw, ...services } = (await exportOf(person.id, admin)).body.services
    const text = JSON.stringify(services)
    return person.planted.some((each) => text.includes(each))
  }
  await expect.poll(isKept, { interval: 1_000 }).toBe(false)
  // A service that is late has not heard of the erasure yet.
  await eventually(async () => {
    const { status: found, body: left } = await exportOf(person.id, admin)
    expect(found).toBe(200)
    expect(left.services).toMatchObject({
      auth: { sessions: [], apiKeys: [] },
      payment: { paymentMethods: [] },
      order: { carts: [] },
      notification: { inbox: [] },
      support: { tickets: [], articleVotes: [] },
      pricing: { couponUses: [], quotes: [] },
    })
  })

  // Whatever a service exports: no table of any database still holds what was planted.
  const databases = await databasesOf(system.home)
  const tables = await Promise.all(withDatabase.map((service) => tablesWith(databases, service, person.planted)))
  expect(tables.flat().filter((table) => !keptByLaw.has(table))).toEqual([])
  // The id alone stays where a record needs it, and as the mark of the erasure.
  const withId = async () =>
    (await Promise.all(withDatabase.map((service) => tablesWith(databases, service, [person.id])))).flat()
  // an event may still be on its way
  await expect.poll(async () => (await withId()).filter((table) => !keepsIds.has(table))).toEqual([])
})
