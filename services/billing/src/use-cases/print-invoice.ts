import type { Handler } from '@stoa/contract'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { Deps } from '../deps.ts'
import { renderPdf } from '../pdf/render-pdf.ts'
import { findDocument } from '../store/documents.ts'

/** Prints an issued document; it is not stored, as it can be printed again with the same bytes. */
export const printInvoice =
  ({ seller, fonts }: Deps): Handler<BillingService, 'getInvoicePdf'> =>
  async ({ params, query, caller, db, refuse }) => {
    const document = await findDocument(db, params.id)
    // before the work of printing, as the platform compares the owner only afterwards
    if (document === undefined || !caller.mayReach(document.customerId))
      return refuse('billing.not_found', `The invoice ${params.id} does not exist.`)
    const { timeZone } = seller
    const bytes = await renderPdf(document, { language: query.language ?? document.language, timeZone, fonts })
    return { status: 200, body: { fileName: `${document.number}.pdf`, bytes, customerId: document.customerId } }
  }
