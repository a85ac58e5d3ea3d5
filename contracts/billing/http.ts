import { closed, file, get, PageQuery, pageSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { InvoiceId, OrderId, UserId } from '../shared/ids.ts'
import { DocumentKind, Invoice, Language } from './resources.ts'

/** GET /api/v1/invoices */
export const listInvoices = get('/api/v1/invoices', {
  summary: 'List invoices, credit notes and debit notes, newest first; staff see every document, customers their own',
  permission: 'invoice:read',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      kind: Type.Optional(DocumentKind),
      orderId: Type.Optional(OrderId),
      customerId: Type.Optional(UserId),
    },
    closed,
  ),
  answers: { 200: pageSchema(Invoice) },
})

/** GET /api/v1/invoices/{id} */
export const getInvoice = get('/api/v1/invoices/{id}', {
  params: { id: InvoiceId },
  summary: 'Read an invoice, a credit note or a debit note',
  permission: 'invoice:read',
  owner: 'customerId',
  answers: { 200: Invoice },
  refuses: ['billing.not_found'],
})

/** GET /api/v1/invoices/{id}/pdf */
export const getInvoicePdf = get('/api/v1/invoices/{id}/pdf', {
  params: { id: InvoiceId },
  summary:
    'Download an invoice, a credit note or a debit note as PDF, by default in the language in which it was issued',
  permission: 'invoice:read',
  owner: 'customerId',
  query: Type.Object({ language: Type.Optional(Language) }, closed),
  answers: { 200: file('application/pdf', { customerId: UserId }) },
  refuses: ['billing.not_found'],
})
