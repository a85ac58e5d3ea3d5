import type { Consumer, Tx } from '@stoa/contract'
import { creditNoteIssued } from '@stoa/contracts/billing/events'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { OrderId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { creditedBy, creditOf, type ReturnedGoods } from '../domain/credit-note.ts'
import { findInvoiceOf, listCorrectionsOf } from '../store/documents.ts'
import { hasFailed } from '../store/failed-refunds.ts'
import { lockOrder } from '../store/order-lock.ts'
import { keepRefund, type Refund } from '../store/waiting-refunds.ts'
import { issueDocument } from './issue-document.ts'
import { issuerOf } from './issuer.ts'

type Goods = readonly ReturnedGoods[]

/** Issues the credit note of a refund, once; before the invoice of its order it waits for that. */
export const issueCreditNote = (deps: Deps): Consumer<BillingService, 'refundProcessed', Goods> => ({
  async prepare({ event: { data }, calls }) {
    if (data.returnId === undefined) return []
    return (await calls.order.getReturnedGoods({ returnId: data.returnId })).goods
  },
  async apply({ data: { orderId, refundId, amount } }, tx, returned) {
    const goods = returned.map(({ sku, quantity }) => ({ sku, quantity }))
    await lockOrder(tx, orderId)
    await creditRefund(deps, tx, orderId, { refundId, amount, goods })
  },
})

/** Credits a refund of an order that is locked, unless it has failed since. */
export async function creditRefund(
  deps: Deps,
  tx: Tx<BillingService>,
  orderId: OrderId,
  refund: Refund,
): Promise<void> {
  if (await hasFailed(tx, refund.refundId)) return
  const invoice = await findInvoiceOf(tx, orderId)
  // a payment that is refunded before its order is confirmed has no invoice, and needs no credit note
  if (invoice === undefined) return keepRefund(tx, orderId, refund)
  const { refundId, amount } = refund
  const before = await listCorrectionsOf(tx, invoice.id)
  if (before.some((note) => note.refundId === refundId)) return
  const sums = creditOf(invoice, creditedBy(before), refund)
  if (sums?.total.amount !== amount.amount)
    deps.logger.warn('more was refunded than invoiced', { refundId, orderId, invoiceId: invoice.id })
  if (sums === undefined) return
  const { customerId, orderNumber, language, buyer } = invoice
  const { id, number } = await issueDocument(issuerOf(invoice, deps), tx, 'credit_note', {
    language,
    customerId,
    orderId,
    orderNumber,
    buyer,
    sums,
    refundId,
    invoiceId: invoice.id,
  })
  const fact = { creditNoteId: id, number, invoiceId: invoice.id, refundId, orderId, orderNumber, customerId }
  await tx.publish(creditNoteIssued, id, { ...fact, total: sums.total })
  deps.logger.info('credit note issued', { creditNoteId: id, refundId, orderId })
}
