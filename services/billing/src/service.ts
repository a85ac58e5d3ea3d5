import { billing } from '@stoa/contracts/billing/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { readFonts } from '@stoa/fonts'
import { issueCreditNote } from './use-cases/credit-refund.ts'
import { cancelCreditNote } from './use-cases/cancel-credit-note.ts'
import { issueInvoice } from './use-cases/issue-invoice.ts'
import { printInvoice } from './use-cases/print-invoice.ts'
import { getInvoice, listInvoices, personalData } from './use-cases/read-invoices.ts'

/** Invoices, credit notes and debit notes: its table of contents. */
export const billingService = defineService(billing, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, telemetry, config: settings }): Deps => ({
    clock,
    newId,
    logger: telemetry.logger,
    fonts: readFonts(import.meta.url),
    seller: {
      code: settings.sellerCode,
      timeZone: settings.sellerTimeZone,
      party: {
        name: settings.sellerName,
        line1: settings.sellerStreet,
        city: settings.sellerCity,
        postalCode: settings.sellerPostalCode,
        country: settings.sellerCountry,
        vatId: settings.sellerVatId,
      },
    },
  }),
  bind: (deps) => ({
    operations: { listInvoices, getInvoice, getInvoicePdf: printInvoice(deps) },
    rpc: {},
    consumes: {
      orderConfirmed: issueInvoice(deps),
      refundProcessed: issueCreditNote(deps),
      refundFailed: cancelCreditNote(deps),
    },
    sagas: {},
    tasks: {},
    personalData,
  }),
})
