import type { Calls } from '@stoa/contract'
import type { DifferenceKind, ReconciliationReport } from '@stoa/contracts/order/reconciliation'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Difference, OrderRecord, OtherRecords, RecordKeeper } from '../domain/records.ts'

/** The clients whose order calls. */
export type OrderCalls = Calls<OrderService['calls']>

/** The orders whose records are wanted: by their ids, or a range of ids. */
export type RecordSelection =
  | { readonly orderIds: string[] }
  | { readonly range: { readonly after: string; readonly upTo: string; readonly limit: number } }

/** The record of one service for one order. */
export interface OneRecord {
  readonly orderId: string
  readonly record: Partial<OtherRecords>
}

/** How many totals a service checks in one call. */
export const pageSize = 500

/** Adds a difference to those of the order that is compared. */
export type Report = (kind: DifferenceKind, expected: string, found: string) => void

/** What an order came to: carried out, or ended without effect. */
export type Outcome = 'carried_out' | 'ended'

type Compared = ReconciliationReport['compared']

/** The comparison of totals with the records that they sum up, which the service makes itself. */
export interface Totals {
  /** What is counted in the report. */
  readonly countedAs: Extract<keyof Compared, 'stockPlaces' | 'promotions'>
  readonly check: (
    calls: OrderCalls,
  ) => Promise<{ readonly differences: readonly Difference[]; readonly count: number }>
}

/** Compares orders with the records of one other service. */
export interface Comparer {
  /** The service that keeps the records. */
  readonly keeper: RecordKeeper
  /** What the kinds of its differences start with. */
  readonly areas: readonly string[]
  /** What is counted in the report. */
  readonly countedAs: Exclude<keyof Compared, 'orders' | 'carts' | Totals['countedAs']>
  readonly fetch: (calls: OrderCalls, wanted: RecordSelection) => Promise<OneRecord[]>
  /** Compares an order whose outcome is known with its record. */
  readonly compare: (order: OrderRecord, outcome: Outcome, others: OtherRecords, report: Report) => void
  /** Reports the record of an order that does not exist. */
  readonly findOrphan: (others: OtherRecords, report: Report) => void
  /** Compares the parts of a record with each other, whatever the order. */
  readonly checkRecord?: (others: OtherRecords, report: Report) => void
  readonly totals?: Totals
}
