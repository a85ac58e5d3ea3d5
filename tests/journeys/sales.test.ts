import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { ask, eventually, newCustomer, place, signIn, stoa } from './shop.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

const read = async (path: string) => (await ask('GET', `/api/v1/sales${path}`, { as: staff })).body

/** What the ledger has of the orders in euros, from its read model. */
async function recorded() {
  const { items } = await read('/analytics')
  const rows = items.filter(({ currency, channel }: any) => currency === 'EUR' && channel === 'online')
  const sum = (amountOf: (row: any) => number) => rows.reduce((total: number, row: any) => total + amountOf(row), 0)
  return {
    sales: sum((row) => row.sales),
    gross: sum((row) => row.gross.amount),
    voided: sum((row) => row.voided.amount),
  }
}

/** What order has: the orders that were ever confirmed, and those of them that were cancelled. */
async function stored() {
  const statement = `select count(*)::int as sales, coalesce(sum(total), 0)::bigint as gross,
      coalesce(sum(total) filter (where status = 'cancelled'), 0)::bigint as voided
    from orders where currency = 'EUR' and exists (
      select from order_status_history h where h.order_id = orders.id and h.status = 'confirmed')`
  const [row] = JSON.parse(await stoa('sql', 'order', statement, '--json'))
  return { sales: Number(row.sales), gross: Number(row.gross), voided: Number(row.voided) }
}

test('an order becomes a sale, and the sales add up to the orders to the cent', async () => {
  const customer = await newCustomer()
  const { body: kept } = await place(customer, { channel: 'app' })
  const { body: other } = await place(customer, { items: [{ sku: 'TEA-GREEN-100', quantity: 3 }] })
  expect([kept.status, other.status]).toEqual(['confirmed', 'confirmed'])
  await ask('POST', `/api/v1/orders/${other.id}/cancel`, { as: customer.token, key: randomUUID() })
  await eventually(async () => {
    expect(await read(`/${kept.id}`)).toMatchObject({
      id: kept.id,
      channel: 'online',
      orderChannel: 'app',
      status: 'completed',
      orderNumber: kept.number,
      customerId: customer.id,
      total: kept.total,
      shipping: kept.shipping,
    })
  }, 60_000)
  await eventually(async () => {
    const { body: order } = await ask('GET', `/api/v1/orders/${other.id}`, { as: customer.token })
    // an order whose parcel was faster than the request is kept
    expect((await read(`/${other.id}`)).status).toBe(order.status === 'cancelled' ? 'voided' : 'completed')
  }, 60_000)
  await eventually(async () => expect(await recorded()).toEqual(await stored()), 60_000)
  expect((await recorded()).sales).toBeGreaterThanOrEqual(2)
  expect((await ask('GET', `/api/v1/sales/${kept.id}`, { as: customer.token })).status).toBe(403)
})

test('a sale at the point of sale is recorded, returned in part, and found in the history of the time before', async () => {
  const key = randomUUID()
  const unitPrice = { amount: 1_290, currency: 'EUR' }
  const body = { till: 'VIENNA-1', lines: [{ sku: 'TEA-GREEN-100', quantity: 3, unitPrice }] }
  const [sale, again] = [
    await ask('POST', '/api/v1/sales', { as: staff, key, body }),
    await ask('POST', '/api/v1/sales', { as: staff, key, body }),
  ]
  expect([sale.status, again.body.id]).toEqual([201, sale.body.id])
  const generous = { ...body, lines: [{ ...body.lines[0], discount: { amount: 775, currency: 'EUR' } }] }
  const discounted = async (as: string) =>
    (await ask('POST', '/api/v1/sales', { as, key: randomUUID(), body: generous })).status
  expect(await discounted(staff)).toBe(403)
  expect(await discounted(await signIn('admin@stoa.example'))).toBe(201)
  const returned = await ask('POST', `/api/v1/sales/${sale.body.id}/return`, {
    as: staff,
    key: randomUUID(),
    body: { lines: [{ sku: 'TEA-GREEN-100', quantity: 1 }], reason: 'damaged', expectedVersion: 1 },
  })
  expect(returned.body).toMatchObject({ status: 'partially_returned', version: 2, net: { amount: 2_580 } })
  const { items } = await read(`/${sale.body.id}/history`)
  expect(items.map(({ type }: any) => type)).toEqual(['sale-recorded', 'goods-returned'])
  expect(await read(`/${sale.body.id}?asOf=${items[0].recordedAt}`)).toMatchObject({ version: 1, status: 'completed' })
})
