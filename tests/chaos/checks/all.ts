import type { Aftermath, Check } from './check.ts'
import { leftOverChecks } from './left-over.ts'
import { moneyChecks } from './money.ts'
import { onceChecks } from './once.ts'
import { endOfOrders, orderChecks } from './orders.ts'
import { releasesSettle, stepsOfVersion } from './releases.ts'
import { reconciliation } from './reconciliation.ts'
import { readModelsSettle, salesChecks } from './sales.ts'
import { settle } from './settle.ts'
import { stockChecks } from './stock.ts'

/** Everything that must hold after the last fault. */
export const checks: readonly Check[] = [
  ...orderChecks,
  endOfOrders,
  ...moneyChecks,
  ...stockChecks,
  ...onceChecks,
  ...salesChecks,
  ...leftOverChecks,
  stepsOfVersion,
  reconciliation,
]

/** Waits until nothing moves any more: every order at its end, every event handled. */
export function settled(aftermath: Aftermath): Promise<void> {
  return settle([endOfOrders, ...leftOverChecks, ...releasesSettle, readModelsSettle], aftermath)
}
