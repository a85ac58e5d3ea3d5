import { parseRpcMoney, type RpcMoney } from '@stoa/kernel'
import type { OrderRecord, PaymentRecord } from '../domain/records.ts'
import type { Comparer, OrderCalls, Outcome, Report } from './comparer.ts'

/** Payments and their entries in the ledger. */
export const payments: Comparer = {
  keeper: 'payment',
  areas: ['payment', 'ledger'],
  countedAs: 'payments',
  fetch: async (calls, wanted) =>
    (await calls.payment.listPayments(wanted)).payments.map((payment) => ({
      orderId: payment.orderId,
      record: { payment: paymentRecord(payment) },
    })),
  compare: (order, outcome, { payment }, report) => comparePayment(order, outcome, payment, report),
  findOrphan: ({ payment }, report) => {
    if (payment === undefined) return
    report('payment.orphan', 'an order', `${payment.status}, ${sumOf(payment, payment.captured)} captured`)
  },
  checkRecord: ({ payment }, report) => {
    if (payment === undefined) return
    const { ledgerSum, ledgerBalance, captured, refunded } = payment
    if (ledgerSum !== 0) report('ledger.unbalanced', 'entries that sum to 0', sumOf(payment, ledgerSum))
    if (ledgerBalance !== captured - refunded)
      report('ledger.differs', sumOf(payment, captured - refunded), sumOf(payment, ledgerBalance))
  },
}

function comparePayment(
  order: OrderRecord,
  outcome: Outcome,
  payment: PaymentRecord | undefined,
  report: Report,
): void {
  const { total } = order
  if (outcome === 'ended') {
    if (payment === undefined) return
    // a dispute can also take what was given back before
    const kept = Math.max(0, payment.captured - payment.refunded - payment.disputed)
    if (kept !== 0) report('payment.kept', 'nothing kept', `${sumOf(payment, kept)} kept`)
    if (['initiated', 'requires_action', 'in_review', 'authorized'].includes(payment.status))
      report('payment.unsettled', 'a payment that has ended', payment.status)
    return
  }
  const wanted = `${total.amount} ${total.currency} captured`
  if (payment === undefined) {
    if (total.amount > 0) report('payment.missing', wanted, 'no payment')
    return
  }
  if (payment.captured !== total.amount || payment.currency !== total.currency)
    report('payment.captured_differs', wanted, `${sumOf(payment, payment.captured)} captured, ${payment.status}`)
  const bySaga = payment.refunded - payment.refundedByHand
  if (bySaga !== order.refunded)
    report('payment.refunded_differs', `${sumOf(payment, order.refunded)} given back`, sumOf(payment, bySaga))
}

function sumOf({ currency }: PaymentRecord, amount: number): string {
  return `${amount} ${currency}`
}

type WirePayment = Awaited<ReturnType<OrderCalls['payment']['listPayments']>>['payments'][number]

function paymentRecord(payment: WirePayment): PaymentRecord {
  const { orderId, status, amount, captured, refunded, refundedByHand, disputed, ledgerBalance, ledgerSum } = payment
  const amountOf = (sum: RpcMoney | undefined) => parseRpcMoney(sum)?.amount ?? 0
  return {
    orderId,
    status,
    currency: amount?.currency ?? '',
    captured: amountOf(captured),
    refunded: amountOf(refunded),
    refundedByHand: amountOf(refundedByHand),
    disputed: amountOf(disputed),
    ledgerBalance: amountOf(ledgerBalance),
    ledgerSum: amountOf(ledgerSum),
  }
}
