import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'
import { InvoiceId, OrderId, RefundId, UserId } from '../shared/ids.ts'

/** An invoice was issued for a confirmed order. */
export const invoiceIssued = event(
  'invoice.issued',
  '1.0.0',
  Type.Object({
    invoiceId: InvoiceId,
    number: Type.String(),
    orderId: OrderId,
    orderNumber: Type.String(),
    customerId: UserId,
    total: MoneySchema,
  }),
)
/** A credit note was issued for a refund. */
export const creditNoteIssued = event(
  'credit_note.issued',
  '1.0.0',
  Type.Object({
    creditNoteId: InvoiceId,
    number: Type.String(),
    invoiceId: InvoiceId,
    refundId: RefundId,
    orderId: OrderId,
    orderNumber: Type.String(),
    customerId: UserId,
    total: MoneySchema,
  }),
)
/** A debit note was issued: it cancels the credit note of a refund that failed. */
export const debitNoteIssued = event(
  'debit_note.issued',
  '1.0.0',
  Type.Object({
    debitNoteId: InvoiceId,
    number: Type.String(),
    creditNoteId: InvoiceId,
    invoiceId: InvoiceId,
    refundId: RefundId,
    orderId: OrderId,
    orderNumber: Type.String(),
    customerId: UserId,
    total: MoneySchema,
  }),
)
