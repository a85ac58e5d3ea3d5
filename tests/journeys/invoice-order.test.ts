import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { system } from './system.ts'
import { address, ask, eventually, newCustomer, place, signIn } from './shop.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

const documentsOf = async (orderId: string, as: string, count: number) =>
  eventually(async () => {
    const { body } = await ask('GET', `/api/v1/invoices?orderId=${orderId}`, { as })
    expect(body.items).toHaveLength(count)
    return body.items.toReversed()
  })

test('a confirmed order has an invoice of what it charged; cancelling the order credits all of it', async () => {
  const [customer, stranger] = [await newCustomer(), await newCustomer()]
  const { body: order } = await place(customer, { items: [{ sku: 'TEA-GREEN-100', quantity: 3 }] })
  expect(order.status).toBe('confirmed')
  // at once: the order is picked a few seconds later
  const cancelled = await ask('POST', `/api/v1/orders/${order.id}/cancel`, {
    as: staff,
    key: randomUUID(),
    body: {},
    headers: { prefer: 'wait=20' },
  })
  expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled'])

  const [invoice, creditNote] = await documentsOf(order.id, customer.token, 2)
  expect(invoice).toMatchObject({
    kind: 'invoice',
    orderNumber: order.number,
    customerId: customer.id,
    buyer: address,
    tax: order.tax,
    total: order.total,
  })
  expect(creditNote).toMatchObject({
    kind: 'credit_note',
    invoiceId: invoice.id,
    invoiceNumber: invoice.number,
    taxes: invoice.taxes,
    total: order.total,
  })
  const read = (as: string) => ask('GET', `/api/v1/invoices/${invoice.id}`, { as })
  expect((await read(customer.token)).body).toEqual(invoice)
  expect((await read(stranger.token)).status).toBe(404)

  const pdf = await fetch(`${system.gatewayUrl}/api/v1/invoices/${invoice.id}/pdf?language=de`, {
    headers: { authorization: `Bearer ${customer.token}` },
  })
  const bytes = Buffer.from(await pdf.arrayBuffer())
  expect([pdf.status, pdf.headers.get('content-type'), pdf.headers.get('content-disposition')]).toEqual([
    200,
    'application/pdf',
    `attachment; filename="${invoice.number}.pdf"`,
  ])
  expect([bytes.subarray(0, 5).toString(), bytes.subarray(-6).toString().trim()]).toEqual(['%PDF-', '%%EOF'])
})
