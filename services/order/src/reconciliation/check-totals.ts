import type { Difference, RecordKeeper } from '../domain/records.ts'
import type { OrderCalls, Totals } from './comparer.ts'
import { comparers } from './comparers.ts'

/** The result of the comparison of totals. */
export interface CheckedTotals {
  readonly differences: readonly Difference[]
  readonly counts: Readonly<Record<Totals['countedAs'], number>>
}

/** The result when totals are not compared. */
export const noTotals: CheckedTotals = { differences: [], counts: { stockPlaces: 0, promotions: 0 } }

/** Makes other services compare their totals with the underlying records, one service after the other. */
export async function checkTotals(calls: OrderCalls, asked: ReadonlySet<RecordKeeper>): Promise<CheckedTotals> {
  let { differences, counts } = noTotals
  for (const { keeper, totals } of comparers) {
    if (totals === undefined || !asked.has(keeper)) continue
    const checked = await totals.check(calls)
    differences = [...differences, ...checked.differences]
    counts = { ...counts, [totals.countedAs]: checked.count }
  }
  return { differences, counts }
}
