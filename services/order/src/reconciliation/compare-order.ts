import type { OrderStatus } from '@stoa/contracts/order/resources'
import type { Difference, OrderRecord, OtherRecords } from '../domain/records.ts'
import type { Outcome, Report } from './comparer.ts'
import { comparers } from './comparers.ts'

/** The phase of an order: undecided, in progress or completed, or ended without effect. */
type Phase = 'open' | Outcome

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

/** Returns the differences between an order without a running saga and the records of other services. */
export function compareOrder(order: OrderRecord, others: OtherRecords): Difference[] {
  const differences: Difference[] = []
  const report: Report = (kind, expected, found) =>
    void differences.push({ kind, orderId: order.id, orderNumber: order.number, expected, found })
  const phase = phases[order.status]
  compareProgress(order, phase, report)
  if (phase !== 'open') {
    for (const { keeper, compare } of comparers) if (others.asked.has(keeper)) compare(order, phase, others, report)
  }
  for (const { checkRecord } of comparers) checkRecord?.(others, report)
  return differences
}

/** Returns the records of other services for an order that does not exist. */
export function findOrphans(orderId: string, others: OtherRecords): Difference[] {
  const differences: Difference[] = []
  const report: Report = (kind, expected, found) => void differences.push({ kind, orderId, expected, found })
  for (const { findOrphan, checkRecord } of comparers) {
    findOrphan(others, report)
    checkRecord?.(others, report)
  }
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
