import type { Consumer } from '@stoa/contract'
import { invoiceIssued } from '@stoa/contracts/billing/events'
import type { Party } from '@stoa/contracts/billing/resources'
import type { BillingService } from '@stoa/contracts/billing/service'
import type { GetInvoiceDetailsResponse } from '@stoa/contracts/order/rpc_pb.js'
import { compact, fromRpcMoney, isAppError } from '@stoa/kernel'
import { beforeCommit } from '@stoa/postgres'
import type { Deps } from '../deps.ts'
import { invoiceOf } from '../domain/invoice.ts'
import { languageOf } from '../domain/language.ts'
import type { Sums } from '../domain/sums.ts'
import { findInvoiceOf } from '../store/documents.ts'
import { lockOrder } from '../store/order-lock.ts'
import { takeRefundsOf } from '../store/waiting-refunds.ts'
import { creditRefund } from './credit-refund.ts'
import { issueDocument } from './issue-document.ts'

interface Prepared {
  readonly sums: Sums
  readonly buyer: Party
  readonly locale: string | undefined
}

/** Issues the invoice of a confirmed order, once, and the credit notes of refunds that came before it. */
export const issueInvoice = (deps: Deps): Consumer<BillingService, 'orderConfirmed', Prepared> => ({
  async prepare({ event: { data }, calls }) {
    const [details, locale] = await Promise.all([
      calls.order.getInvoiceDetails({ orderId: data.orderId }),
      localeOf(calls, data.customerId),
    ])
    return { ...contentOf(details), locale }
  },
  async apply({ data }, tx, { sums, buyer, locale }) {
    const { orderId, customerId, number: orderNumber } = data
    await lockOrder(tx, orderId)
    if ((await findInvoiceOf(tx, orderId)) !== undefined) return
    const language = languageOf(locale)
    // Last in the transaction, which may have the effects of other events: until it ends, all other invoices wait for its number.
    beforeCommit(tx, async () => {
      const refunds = await takeRefundsOf(tx, orderId)
      const content = { language, customerId, orderId, orderNumber, buyer, sums }
      const { id, number } = await issueDocument(deps, tx, 'invoice', content)
      const { total } = sums
      await tx.publish(invoiceIssued, id, { invoiceId: id, number, orderId, orderNumber, customerId, total })
      deps.logger.info('invoice issued', { invoiceId: id, orderId })
      for (const refund of refunds) await creditRefund(deps, tx, orderId, refund)
    })
  },
})

type PrepareContext = Parameters<NonNullable<Consumer<BillingService, 'orderConfirmed'>['prepare']>>[0]

async function localeOf(calls: PrepareContext['calls'], userId: string): Promise<string | undefined> {
  try {
    return (await calls.user.getContact({ userId })).locale
  } catch (error) {
    // the account was erased in the meantime; the sale is invoiced all the same
    if (isAppError(error, 'user.not_found')) return undefined
    throw error
  }
}

function contentOf({ lines, shipping, tax, total, address }: GetInvoiceDetailsResponse): Omit<Prepared, 'locale'> {
  if (address === undefined) throw new Error('the details of an order have no address')
  const sums = invoiceOf({
    lines: lines.map((line) => ({
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      discount: fromRpcMoney(line.discount),
      tax: fromRpcMoney(line.tax),
      total: fromRpcMoney(line.total),
      taxRateBasisPoints: line.taxRateBasisPoints,
    })),
    shipping: fromRpcMoney(shipping),
    tax: fromRpcMoney(tax),
    total: fromRpcMoney(total),
  })
  const { name, line1, line2, city, state, postalCode, country } = address
  const optional = { line2: line2 || undefined, state: state || undefined, postalCode: postalCode || undefined }
  return { sums, buyer: { name, line1, city, country, ...compact(optional) } }
}
