import type { Consumer } from '@stoa/contract'
import { debitNoteIssued } from '@stoa/contracts/billing/events'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { Deps } from '../deps.ts'
import { findCreditNoteOf } from '../store/documents.ts'
import { noteDebitNote, noteFailed } from '../store/failed-refunds.ts'
import { lockOrder } from '../store/order-lock.ts'
import { forgetRefund } from '../store/waiting-refunds.ts'
import { issueDocument } from './issue-document.ts'
import { issuerOf } from './issuer.ts'

/** Cancels the credit note of a refund that failed, once: the money was not given back, and another refund is credited anew. */
export const cancelCreditNote = (deps: Deps): Consumer<BillingService, 'refundFailed'> => ({
  async apply({ data: { orderId, refundId } }, tx) {
    await lockOrder(tx, orderId)
    if (!(await noteFailed(tx, orderId, refundId))) return
    await forgetRefund(tx, refundId)
    const creditNote = await findCreditNoteOf(tx, refundId)
    if (creditNote?.invoiceId === undefined) return
    const { id: creditNoteId, invoiceId, customerId, orderNumber, language, buyer } = creditNote
    const { lines, taxes, net, tax, total } = creditNote
    const { id, number } = await issueDocument(issuerOf(creditNote, deps), tx, 'debit_note', {
      language,
      customerId,
      orderId,
      orderNumber,
      buyer,
      sums: { lines, taxes, net, tax, total },
      invoiceId,
    })
    await noteDebitNote(tx, refundId, id)
    const fact = { debitNoteId: id, number, creditNoteId, invoiceId, refundId, orderId, orderNumber, customerId, total }
    await tx.publish(debitNoteIssued, id, fact)
    deps.logger.info('debit note issued', { debitNoteId: id, creditNoteId, refundId, orderId })
  },
})
