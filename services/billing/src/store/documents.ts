import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { InvoiceId, OrderId, RefundId, UserId } from '@stoa/contracts/shared/ids'
import type { DocumentKind, DocumentLine, Invoice, Language, Party, TaxLine } from '@stoa/contracts/billing/resources'
import { compact, money } from '@stoa/kernel'
import { fragment, json } from '@stoa/postgres'
import type { Place } from '../domain/number.ts'
import type { Sums } from '../domain/sums.ts'

interface DocumentRow {
  readonly id: InvoiceId
  readonly kind: DocumentKind
  readonly number: string
  readonly legal_entity: string
  readonly issued_at: Temporal.Instant
  readonly language: Language
  readonly customer_id: UserId
  readonly order_id: OrderId
  readonly order_number: string
  readonly any_refund_id: RefundId | null
  readonly invoice_id: InvoiceId | null
  readonly invoice_number: string | null
  readonly credit_note_id: InvoiceId | null
  readonly credit_note_number: string | null
  readonly seller: Party
  readonly buyer: Party
  readonly lines: DocumentLine[]
  readonly taxes: TaxLine[]
  readonly currency: string
  readonly net: number
  readonly tax: number
  readonly total: number
}

function fromRow(row: DocumentRow): Invoice {
  const sum = (amount: number) => money(amount, row.currency)
  return {
    id: row.id,
    kind: row.kind,
    number: row.number,
    legalEntity: row.legal_entity,
    issuedAt: row.issued_at.toString(),
    language: row.language,
    customerId: row.customer_id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    seller: row.seller,
    buyer: row.buyer,
    lines: row.lines,
    taxes: row.taxes,
    net: sum(row.net),
    tax: sum(row.tax),
    total: sum(row.total),
    ...compact({
      refundId: row.any_refund_id ?? undefined,
      invoiceId: row.invoice_id ?? undefined,
      invoiceNumber: row.invoice_number ?? undefined,
      creditNoteId: row.credit_note_id ?? undefined,
      creditNoteNumber: row.credit_note_number ?? undefined,
    }),
  }
}

/** A document that is about to be issued. */
export interface NewDocument {
  readonly id: InvoiceId
  readonly place: Place
  readonly number: string
  readonly issuedAt: Temporal.Instant
  readonly language: Language
  readonly customerId: UserId
  readonly orderId: OrderId
  readonly orderNumber: string
  readonly seller: Party
  readonly buyer: Party
  readonly sums: Sums
  /** Of a credit note: its refund. That of a debit note is noted with the failed refund. */
  readonly refundId?: RefundId
  /** Of a credit or debit note: the invoice that is credited. */
  readonly invoiceId?: InvoiceId
}

/** Inserts an issued document, which can never be changed. */
export async function insertDocument(tx: WriteHandle, document: NewDocument): Promise<void> {
  const { place, sums } = document
  await tx.sql`
    insert into documents (id, kind, number, legal_entity, year, position, issued_at, language, customer_id, order_id,
                           order_number, refund_id, invoice_id, seller, buyer, lines, taxes, currency, net, tax, total)
    values (${document.id}, ${place.kind}, ${document.number}, ${place.legalEntity}, ${place.year}, ${place.position},
            ${document.issuedAt}, ${document.language}, ${document.customerId}, ${document.orderId},
            ${document.orderNumber}, ${document.refundId}, ${document.invoiceId}, ${json(document.seller)},
            ${json(document.buyer)}, ${json(sums.lines)}, ${json(sums.taxes)}, ${sums.total.currency},
            ${sums.net.amount}, ${sums.tax.amount}, ${sums.total.amount})`
}

const columns = fragment`
  d.*, i.number as invoice_number, coalesce(d.refund_id, f.refund_id) as any_refund_id, c.id as credit_note_id,
  c.number as credit_note_number`
const tables = fragment`
  documents d left join documents i on i.id = d.invoice_id left join failed_refunds f on f.debit_note_id = d.id
  left join documents c on c.refund_id = f.refund_id`

/** The document of this id, if there is one. */
export async function findDocument(db: ReadHandle, id: string): Promise<Invoice | undefined> {
  const [row] = await db.sql<DocumentRow>`select ${columns} from ${tables} where d.id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The invoice of an order, if it is issued. */
export async function findInvoiceOf(db: ReadHandle, orderId: string): Promise<Invoice | undefined> {
  const [row] = await db.sql<DocumentRow>`
    select ${columns} from ${tables} where d.order_id = ${orderId} and d.kind = 'invoice'`
  return row === undefined ? undefined : fromRow(row)
}

/** The credit notes of an invoice and the debit notes that cancel them, oldest first. */
export async function listCorrectionsOf(db: ReadHandle, invoiceId: string): Promise<Invoice[]> {
  const rows = await db.sql<DocumentRow>`
    select ${columns} from ${tables} where d.invoice_id = ${invoiceId} order by d.id`
  return rows.map(fromRow)
}

/** The credit note of a refund, if it has one. */
export async function findCreditNoteOf(db: ReadHandle, refundId: string): Promise<Invoice | undefined> {
  const [row] = await db.sql<DocumentRow>`select ${columns} from ${tables} where d.refund_id = ${refundId}`
  return row === undefined ? undefined : fromRow(row)
}

interface DocumentFilter {
  readonly customerId?: string | undefined
  readonly orderId?: string | undefined
  readonly kind?: DocumentKind | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Documents that match, newest first. */
export async function listDocuments(
  db: ReadHandle,
  { customerId, orderId, kind, beforeId, limit }: DocumentFilter,
): Promise<Invoice[]> {
  const ofCustomer = customerId === undefined ? fragment`` : fragment`and d.customer_id = ${customerId}`
  const ofOrder = orderId === undefined ? fragment`` : fragment`and d.order_id = ${orderId}`
  const ofKind = kind === undefined ? fragment`` : fragment`and d.kind = ${kind}`
  const before = beforeId === undefined ? fragment`` : fragment`and d.id < ${beforeId}`
  const rows = await db.sql<DocumentRow>`
    select ${columns} from ${tables} where true ${ofCustomer} ${ofOrder} ${ofKind} ${before}
     order by d.id desc limit ${limit}`
  return rows.map(fromRow)
}
