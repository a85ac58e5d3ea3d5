import type { Graph } from '@stoa/contract'
import { DocumentKind, DocumentLine, Invoice, Party, TaxLine } from './resources.ts'

/** What billing contributes to the graph. */
export const billingGraph: Graph = {
  types: { Invoice, InvoiceKind: DocumentKind, InvoiceLine: DocumentLine, InvoiceTax: TaxLine, Party },
  queries: { invoice: { operation: 'getInvoice' }, invoices: { operation: 'listInvoices' } },
  relations: { Invoice: { order: { service: 'order', operation: 'getOrder', with: { id: 'orderId' } } } },
}
