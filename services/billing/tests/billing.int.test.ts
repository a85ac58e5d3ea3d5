import { creditNoteIssued, debitNoteIssued, invoiceIssued } from '@stoa/contracts/billing/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { asCaller, eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { erasedCustomer, germanCustomer, staff, startBilling, type BillingApp, type TestOrder } from './billing-app.ts'

let app: BillingApp
beforeAll(async () => {
  app = await startBilling()
})
afterAll(() => app.service.stop())

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const documents = (order: TestOrder, count: number) =>
  eventually(async () => {
    const found = await app.documentsOf(order)
    expect(found).toHaveLength(count)
    return found
  })
async function invoiced(customerId?: string) {
  const order = app.order(undefined, customerId)
  await app.confirm(order)
  const [invoice] = await documents(order, 1)
  if (invoice === undefined) throw new Error('no invoice')
  return { order, invoice }
}
const publishedOf = async (type: string, order: TestOrder) =>
  (await app.service.published(type)).filter(({ data }: any) => data.orderId === order.orderId)

test('a confirmed order has one invoice, however often the event comes, and one event of it', async () => {
  const order = app.order()
  await Promise.all([app.confirm(order), app.confirm(order), app.confirm(order)])
  await app.confirm(order)
  const [invoice] = await documents(order, 1)
  expect(invoice).toMatchObject({
    kind: 'invoice',
    number: expect.stringMatching(/^STOA-\d{4}-\d{6}$/),
    ...order,
    language: 'en',
    seller: { name: 'Stoa Demonstration', vatId: 'ATU00000000' },
    buyer: { name: 'Ada Lovelace', postalCode: '1080', country: 'AT' },
    lines: [
      { kind: 'goods', name: 'Green tea', quantity: 2, net: eur(2_000), tax: eur(400), total: eur(2_400) },
      { kind: 'shipping', net: eur(500), tax: eur(100), total: eur(600) },
    ],
    taxes: [{ taxRateBasisPoints: 2_000, net: eur(2_500), tax: eur(500) }],
    net: eur(2_500),
    tax: eur(500),
    total: eur(3_000),
  })
  const facts = await publishedOf(invoiceIssued.type, order)
  expect(facts.map(({ data }) => data)).toEqual([
    {
      invoiceId: invoice?.id,
      number: invoice?.number,
      ...order,
      orderNumber: invoice?.orderNumber,
      total: eur(3_000),
    },
  ])
})

test('refunds are credited, each once, up to the invoice', async () => {
  const { order, invoice } = await invoiced()
  const first = await app.refund(order, 1_000)
  await documents(order, 2)
  await app.refund(order, 1_000, { refundId: first })
  const second = await app.refund(order, 5_000)
  const [, part, rest] = await documents(order, 3)
  expect(part).toMatchObject({
    kind: 'credit_note',
    number: expect.stringMatching(/^STOA-C-\d{4}-\d{6}$/),
    refundId: first,
    invoiceId: invoice.id,
    invoiceNumber: invoice.number,
    total: eur(1_000),
    tax: eur(167),
  })
  expect(rest).toMatchObject({ refundId: second, total: eur(2_000), tax: eur(333) })
  const facts = await publishedOf(creditNoteIssued.type, order)
  expect(facts.map(({ data }: any) => data.creditNoteId)).toEqual([part?.id, rest?.id])
})

test('returned goods are credited at the rate of their tax, also when the refund comes before the invoice', async () => {
  const lines = [
    { name: 'Green tea', quantity: 1, total: 2_400 },
    { name: 'Cup', quantity: 2, total: 1_200, rate: 1_000 },
  ]
  const [order, early] = [app.order(lines), app.order(lines)]
  await app.refund(early, 600, { goods: { 'SKU-1': 1 } })
  await app.confirm(order)
  await documents(order, 1)
  await app.refund(order, 600, { goods: { 'SKU-1': 1 } })
  const [, creditNote] = await documents(order, 2)
  expect(creditNote?.taxes).toEqual([{ taxRateBasisPoints: 1_000, net: eur(545), tax: eur(55) }])
  await app.confirm(early)
  expect((await documents(early, 2))[1]?.taxes).toEqual(creditNote?.taxes)
})

test('a refund that comes before the invoice is credited with it; without an invoice it has no credit note', async () => {
  const order = app.order()
  const refundId = await app.refund(order, 3_000)
  const rejected = app.order()
  await app.refund(rejected, 3_000)
  await eventually(async () => {
    const { sql } = app.service.database.read
    expect(
      await sql`select 1 from waiting_refunds where order_id = any (${[order.orderId, rejected.orderId]}::uuid[])`,
    ).toHaveLength(2)
  })
  await app.confirm(order)
  expect(await documents(order, 2)).toMatchObject([{ kind: 'invoice' }, { kind: 'credit_note', refundId }])
  expect(await app.documentsOf(rejected)).toEqual([])
})

test('a debit note cancels the credit note of a refund that failed, once, and another refund is credited anew', async () => {
  const { order, invoice } = await invoiced()
  const failed = await app.refund(order, 3_000)
  const [, credit] = await documents(order, 2)
  await app.failRefund(order, failed, 3_000)
  const [, , debit] = await documents(order, 3)
  await app.failRefund(order, failed, 3_000)
  const again = await app.refund(order, 3_000)
  const all = await documents(order, 4)
  expect(debit).toMatchObject({
    kind: 'debit_note',
    number: expect.stringMatching(/^STOA-D-\d{4}-\d{6}$/),
    refundId: failed,
    invoiceId: invoice.id,
    creditNoteId: credit?.id,
    creditNoteNumber: credit?.number,
    lines: credit?.lines,
    taxes: credit?.taxes,
    total: eur(3_000),
  })
  expect(all[3]).toMatchObject({ kind: 'credit_note', refundId: again, taxes: credit?.taxes, total: eur(3_000) })
  const facts = await publishedOf(debitNoteIssued.type, order)
  expect(facts.map(({ data }: any) => [data.debitNoteId, data.creditNoteId])).toEqual([[debit?.id, credit?.id]])
})

test('a refund that fails before the invoice is issued gets no credit note, also if it arrives again', async () => {
  const order = app.order()
  const failed = await app.refund(order, 3_000)
  await app.failRefund(order, failed, 3_000)
  await eventually(async () => {
    const { sql } = app.service.database.read
    expect(await sql`select 1 from failed_refunds where refund_id = ${failed}`).toHaveLength(1)
  })
  await app.confirm(order)
  await app.refund(order, 3_000, { refundId: failed })
  const later = await app.refund(order, 600)
  expect(await documents(order, 2)).toMatchObject([{ kind: 'invoice' }, { kind: 'credit_note', refundId: later }])
})

test('a customer sees their own documents, staff see all', async () => {
  const ada = newId()
  const { invoice } = await invoiced(ada)
  await invoiced()
  const read = (subject: string) => app.service.request('GET', `/api/v1/invoices/${invoice.id}`, { as: { subject } })
  expect((await read(ada)).body).toEqual(invoice)
  const stranger = await read(newId())
  expect([stranger.status, stranger.body.code]).toEqual([404, 'billing.not_found'])
  const own = await app.service.request('GET', '/api/v1/invoices', { as: { subject: ada } })
  expect(own.body.items).toEqual([invoice])
  const others = await app.service.request('GET', `/api/v1/invoices?customerId=${ada}`, { as: { subject: newId() } })
  expect(others.body.items).toEqual([])
  const all = await app.service.request('GET', '/api/v1/invoices?kind=invoice&limit=1', { as: staff })
  expect([all.body.items.length, typeof all.body.nextCursor]).toEqual([1, 'string'])
  const next = await app.service.request('GET', `/api/v1/invoices?limit=200&cursor=${all.body.nextCursor}`, {
    as: staff,
  })
  expect(next.body.items.map(({ id }: { id: string }) => id)).toContain(invoice.id)
})

test('an invoice is in the language of its account; that of an erased account is issued as well', async () => {
  expect((await invoiced(germanCustomer)).invoice.language).toBe('de')
  expect((await invoiced(erasedCustomer)).invoice.language).toBe('en')
})

test('an issued document is neither changed nor deleted, also not when its account is erased', async () => {
  const ada = newId()
  const { order, invoice } = await invoiced(ada)
  const { database } = app.service
  await expect(database.transaction((tx) => tx.sql`delete from documents where id = ${invoice.id}`)).rejects.toThrow(
    'neither changed nor deleted',
  )
  await expect(database.transaction((tx) => tx.sql`update documents set language = 'de'`)).rejects.toThrow(
    'neither changed nor deleted',
  )
  await app.service.receive(userDeleted, ada, { userId: ada })
  await eventually(async () => {
    expect(await database.read.sql`select 1 from erased_subject where subject = ${ada}`).toHaveLength(1)
  })
  expect(await app.documentsOf(order)).toEqual([invoice])
})

test('an invoice is a PDF with its number as the name, in two languages, and always the same', async () => {
  const ada = newId()
  const { invoice } = await invoiced(ada)
  const pdf = async (query = '', subject = ada) => {
    const url = `${app.service.url}/api/v1/invoices/${invoice.id}/pdf${query}`
    const response = await fetch(url, { headers: { authorization: asCaller({ subject }) } })
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  const { response, bytes } = await pdf()
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${invoice.number}.pdf"`)
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect((await pdf('?language=en')).bytes.equals(bytes)).toBe(true)
  expect((await pdf('?language=de')).bytes.equals(bytes)).toBe(false)
  expect((await pdf('?language=fr')).response.status).toBe(422)
  expect((await pdf('', newId())).response.status).toBe(404)
})
