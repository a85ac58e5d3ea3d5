import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, eventually, newCustomer, newVerifiedCustomer, paymentOf, place, signIn, stoa } from './shop.ts'

interface Difference {
  readonly kind: string
  readonly orderId?: string
  readonly orderNumber?: string
}

const staffInbox = '00000000-0000-7000-8000-000000000000'
const orphan = randomUUID()
const repairs: string[][] = []
let staff: string

beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})
afterAll(async () => {
  for (const [service = '', statement = ''] of repairs) await sql(service, statement)
})

const sql = (service: string, statement: string) => stoa('sql', service, statement, '--write')

/** What a reconciliation finds on these orders, whatever others have left in the system; and how it exits. */
async function reconcile(orderIds: readonly string[]): Promise<{ code: number; differences: Difference[] }> {
  const { code, stdout } = await stoa('reconcile', '--json').then(
    (output) => ({ code: 0, stdout: output }),
    (error: { code: number; stdout: string }) => error,
  )
  const { differences } = JSON.parse(stdout) as { differences: Difference[] }
  expect(code).toBe(differences.length === 0 ? 0 : 1)
  return { code, differences: differences.filter(({ orderId }) => orderIds.includes(orderId ?? '')) }
}

test('the records agree on orders of every kind: confirmed, rejected, cancelled, reviewed, on hold', async () => {
  const tokens = ['tok_visa', 'tok_declined', 'tok_flaky', 'tok_timeout', 'tok_fraud', 'tok_fraud', 'tok_fraud']
  const customers = await Promise.all(tokens.map((token) => newVerifiedCustomer(token)))
  const coupon = { couponCodes: ['WELCOME10'] }
  const orders = (await Promise.all(customers.map((customer) => place(customer, coupon)))).map(({ body }) => body)
  const caller = await newVerifiedCustomer()
  const { body: calledOff } = await place(caller, coupon)
  const cancel = (token: string, id: string) =>
    ask('POST', `/api/v1/orders/${id}/cancel`, { as: token, key: randomUUID() })
  expect((await cancel(caller.token, calledOff.id)).status).toBe(200)
  // its coupon, of one use for each customer, can be used again
  expect((await place(caller, coupon)).body.status).toBe('confirmed')
  for (const [at, outcome] of [
    [4, 'approved'],
    [5, 'declined'],
  ] as const) {
    const { id } = await paymentOf(orders[at].id, staff)
    await ask('POST', `/api/v1/payments/${id}/review`, { as: staff, key: randomUUID(), body: { outcome } })
  }
  const { differences } = await reconcile([...orders.map(({ id }) => id), calledOff.id])
  expect(differences).toEqual([])
  expect((await cancel(customers[6]?.token ?? '', orders[6].id)).body.status).toBe('cancelled')
  expect((await reconcile(orders.map(({ id }) => id))).differences).toEqual([])
})

test('a payment without an order and stock kept for a rejected one are found, reported to staff, and gone once fixed', async () => {
  const customer = await newCustomer('tok_declined')
  const { body: rejected } = await place(customer)
  expect(rejected.status).toBe('rejected')
  await sql(
    'payment',
    `insert into payments (id, order_id, customer_id, payment_method_id, provider, status, currency, amount, captures_at_once,
                           created_at, updated_at)
     values ('${randomUUID()}', '${orphan}', '${customer.id}', '${randomUUID()}', 'sandbox', 'captured', 'EUR', 0, true, now(), now())`,
  )
  repairs.push(['payment', `delete from payments where order_id = '${orphan}'`])
  await sql('inventory', `update reservations set status = 'confirmed' where order_id = '${rejected.id}'`)
  repairs.push(['inventory', `update reservations set status = 'released' where order_id = '${rejected.id}'`])
  const { code, differences } = await reconcile([orphan, rejected.id])
  expect(code).toBe(1)
  expect(differences).toHaveLength(2)
  expect(differences).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'payment.orphan', orderId: orphan }),
      expect.objectContaining({ kind: 'reservation.kept', orderId: rejected.id, orderNumber: rejected.number }),
    ]),
  )
  await eventually(async () => {
    const { body } = await ask('GET', `/api/v1/users/${staffInbox}/notifications?limit=200`, { as: staff })
    const told = body.items.filter(({ kind }: { kind: string }) => kind === 'reconciliation.failed')
    expect(told.some(({ body: text }: { body: string }) => text.includes('1 reservation.kept'))).toBe(true)
  })
  for (const [service = '', statement = ''] of repairs.splice(0)) await sql(service, statement)
  expect((await reconcile([orphan, rejected.id])).differences).toEqual([])
})
