import type { DifferenceKind } from '@stoa/contracts/order/reconciliation'
import type { OrderStatus } from '@stoa/contracts/order/resources'
import type {
  AcceptanceRecord,
  Difference,
  OrderRecord,
  OtherRecords,
  PaymentRecord,
  ReservationRecord,
  ShipmentRecord,
} from './records.ts'
import { sameUnits, unitsInWords } from './units.ts'

type Report = (kind: DifferenceKind, expected: string, found: string) => void

/** The phase of an order: undecided, in progress or completed, or ended without effect. */
type Phase = 'open' | 'carried_out' | 'ended'

const phases: Readonly<Record<OrderStatus, Phase>> = {
  pending: 'open',
  on_hold: 'open',
  confirmed: 'carried_out',
  picking: 'carried_out',
  shipped: 'carried_out',
  delivered: 'carried_out',
  completed: 'carried_out',
  partially_returned: 'carried_out',
  returned: 'carried_out',
  cancelled: 'ended',
  rejected: 'ended',
}

/** The allowed statuses of the shipment of an order. */
const shipmentsOf: Readonly<Partial<Record<OrderStatus, readonly string[]>>> = {
  confirmed: ['planned'],
  picking: ['planned', 'released'],
  // a shipment that could not be delivered has left too
  shipped: ['dispatched', 'failed'],
  delivered: ['delivered'],
  completed: ['delivered'],
  partially_returned: ['delivered'],
  returned: ['delivered'],
}

/** Returns the differences between an order without a running saga and the records of other services. */
export function compareOrder(order: OrderRecord, others: OtherRecords): Difference[] {
  const differences: Difference[] = []
  const report: Report = (kind, expected, found) =>
    void differences.push({ kind, orderId: order.id, orderNumber: order.number, expected, found })
  const phase = phases[order.status]
  compareProgress(order, phase, report)
  if (phase !== 'open') {
    if (others.asked.has('payment')) comparePayment(order, phase, others.payment, report)
    if (others.asked.has('inventory')) compareReservation(order, phase, others.reservation, report)
    if (others.asked.has('shipping')) compareShipment(order, phase, others.shipment, report)
    if (others.asked.has('pricing')) compareAcceptance(order, phase, others.acceptance, report)
  }
  compareLedger(others.payment, report)
  return differences
}

/** Returns the records of other services for an order that does not exist. */
export function findOrphans(orderId: string, others: OtherRecords): Difference[] {
  const { payment, reservation, shipment, acceptance } = others
  const differences: Difference[] = []
  const report: Report = (kind, expected, found) => void differences.push({ kind, orderId, expected, found })
  if (payment !== undefined) {
    report('payment.orphan', 'an order', `${payment.status}, ${sumOf(payment, payment.captured)} captured`)
    compareLedger(payment, report)
  }
  if (reservation !== undefined && isLive(reservation) && !isCart(reservation))
    report('reservation.orphan', 'an order', `${reservation.status}, ${unitsInWords(reservation.lines)}`)
  if (shipment !== undefined && shipment.status !== 'cancelled') report('shipment.orphan', 'an order', shipment.status)
  if (acceptance?.quoteId !== undefined && !acceptance.isReleased)
    report('quote.orphan', 'an order', `accepted quote ${acceptance.quoteId}`)
  if (acceptance !== undefined && acceptance.uses > 0) report('coupon.orphan', 'an order', `${acceptance.uses} used up`)
  return differences
}

function compareProgress(order: OrderRecord, phase: Phase, report: Report): void {
  const saga = 'a saga that is working on it'
  if (phase === 'open') report('order.unfinished', saga, `${order.status}, and no saga is working on it`)
  else if (order.unpaidReturns > 0)
    report('order.unfinished', saga, `${order.unpaidReturns} returns received and not refunded`)
  else if (order.isCancelling && phase === 'carried_out')
    report('order.unfinished', saga, `${order.status}, being cancelled, and no saga is working on it`)
}

function comparePayment(order: OrderRecord, phase: Phase, payment: PaymentRecord | undefined, report: Report): void {
  const { total } = order
  if (phase === 'ended') {
    if (payment === undefined) return
    const kept = payment.captured - payment.refunded
    if (kept !== 0) report('payment.kept', 'nothing kept', `${sumOf(payment, kept)} kept`)
    if (['initiated', 'in_review', 'authorized'].includes(payment.status))
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

function compareLedger(payment: PaymentRecord | undefined, report: Report): void {
  if (payment === undefined) return
  const { ledgerSum, ledgerBalance, captured, refunded } = payment
  if (ledgerSum !== 0) report('ledger.unbalanced', 'entries that sum to 0', sumOf(payment, ledgerSum))
  if (ledgerBalance !== captured - refunded)
    report('ledger.differs', sumOf(payment, captured - refunded), sumOf(payment, ledgerBalance))
}

function compareReservation(
  order: OrderRecord,
  phase: Phase,
  reservation: ReservationRecord | undefined,
  report: Report,
): void {
  if (phase === 'ended') {
    if (reservation !== undefined && isLive(reservation) && !isCart(reservation))
      report('reservation.kept', 'none, or released', `${reservation.status}, ${unitsInWords(reservation.lines)}`)
    return
  }
  const wanted = order.status === 'confirmed' || order.status === 'picking' ? 'confirmed' : 'fulfilled'
  if (reservation === undefined || !isLive(reservation))
    return report('reservation.missing', wanted, reservation?.status ?? 'no reservation')
  if (reservation.status !== wanted) report('reservation.status_differs', wanted, reservation.status)
  if (!sameUnits(reservation.lines, order.lines))
    report('reservation.lines_differ', unitsInWords(order.lines), unitsInWords(reservation.lines))
  if (!sameUnits(reservation.returned, order.returned))
    report('reservation.returned_differs', unitsInWords(order.returned), unitsInWords(reservation.returned))
}

function isLive({ status }: ReservationRecord): boolean {
  return status !== 'released'
}

/** Reservations of carts expire automatically. */
function isCart({ status, expires }: ReservationRecord): boolean {
  return status === 'held' && expires
}

function compareShipment(order: OrderRecord, phase: Phase, shipment: ShipmentRecord | undefined, report: Report): void {
  if (phase === 'ended') {
    if (shipment !== undefined && shipment.status !== 'cancelled')
      report('shipment.kept', 'none, or cancelled', shipment.status)
    return
  }
  const wanted = shipmentsOf[order.status] ?? []
  if (shipment === undefined) report('shipment.missing', wanted.join(' or '), 'no shipment')
  else if (!wanted.includes(shipment.status)) report('shipment.status_differs', wanted.join(' or '), shipment.status)
}

function compareAcceptance(
  order: OrderRecord,
  phase: Phase,
  acceptance: AcceptanceRecord | undefined,
  report: Report,
): void {
  const hasAccepted = acceptance?.quoteId !== undefined && !acceptance.isReleased
  if (phase === 'ended') {
    if (hasAccepted) report('quote.kept', 'none, or released', `accepted quote ${acceptance.quoteId}`)
  } else if (!hasAccepted) {
    report(
      'quote.missing',
      `quote ${order.quoteId} accepted`,
      acceptance?.isReleased === true ? 'released' : 'none accepted',
    )
  } else if (acceptance.quoteId !== order.quoteId || !isSameSum(acceptance, order)) {
    const { total, quoteId } = acceptance
    const found = `quote ${quoteId} over ${total?.amount} ${total?.currency}`
    report('quote.differs', `quote ${order.quoteId} over ${order.total.amount} ${order.total.currency}`, found)
  }
  if (acceptance !== undefined && acceptance.uses > 0 && !(hasAccepted && phase === 'carried_out'))
    report('coupon.kept', 'no coupon used up', `${acceptance.uses} used up`)
}

function isSameSum({ total }: AcceptanceRecord, order: OrderRecord): boolean {
  return total?.amount === order.total.amount && total.currency === order.total.currency
}

function sumOf({ currency }: PaymentRecord, amount: number): string {
  return `${amount} ${currency}`
}
