import type { Caller, Handler, PersonalData } from '@stoa/contract'
import type { BillingService } from '@stoa/contracts/billing/service'
import { readPageById } from '@stoa/service'
import { findDocument, listDocuments } from '../store/documents.ts'

export const getInvoice: Handler<BillingService, 'getInvoice'> = async ({ params, db, refuse }) => {
  const document = await findDocument(db, params.id)
  if (document === undefined) return refuse('billing.not_found', `The invoice ${params.id} does not exist.`)
  return { status: 200, body: document }
}

export const listInvoices: Handler<BillingService, 'listInvoices'> = async ({ query, caller, db }) => {
  const { customerId = ownOnly(caller), kind, orderId, ...page } = query
  // for callers who may read only their own invoices, those of others do not exist
  if (customerId !== undefined && !caller.mayReach(customerId)) return { status: 200, body: { items: [] } }
  const read = (beforeId: string | undefined, limit: number) =>
    listDocuments(db, { customerId, kind, orderId, beforeId, limit })
  return { status: 200, body: await readPageById(page, read) }
}

function ownOnly(caller: Caller): string | undefined {
  return caller.can('invoice:read:any') ? undefined : caller.subject
}

export const personalData: PersonalData<BillingService> = {
  export: async (customerId, db) => ({ invoices: await listDocuments(db, { customerId, limit: 10_000 }) }),
  // The law requires the documents to be kept with the name and address of the buyer; there is nothing else.
  erase: async () => {},
}
