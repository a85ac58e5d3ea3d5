import type { RecordKeeper } from '../domain/records.ts'
import type { Comparer } from './comparer.ts'
import { payments } from './payments.ts'
import { quotes } from './quotes.ts'
import { reservations } from './reservations.ts'
import { shipments } from './shipments.ts'

/** Every comparer; differences are reported in this order. */
export const comparers: readonly Comparer[] = [payments, reservations, shipments, quotes]

/** Counts of the records of each service, all 0. */
export function noCounts(): Record<RecordKeeper, number> {
  return Object.fromEntries(comparers.map(({ keeper }) => [keeper, 0])) as Record<RecordKeeper, number>
}
