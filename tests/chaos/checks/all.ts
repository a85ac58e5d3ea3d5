import { setTimeout as delay } from 'node:timers/promises'
import type { Aftermath, Check } from './check.ts'
import { leftOverChecks } from './left-over.ts'
import { moneyChecks } from './money.ts'
import { onceChecks } from './once.ts'
import { endOfOrders, orderChecks } from './orders.ts'
import { reconciliation } from './reconciliation.ts'
import { stockChecks } from './stock.ts'

const settleMs = 120_000

/** Everything that must hold after the last fault. */
export const checks: readonly Check[] = [
  ...orderChecks,
  endOfOrders,
  ...moneyChecks,
  ...stockChecks,
  ...onceChecks,
  ...leftOverChecks,
  reconciliation,
]

/** Waits until nothing moves any more: every order at its end, every event handled. Whatever is left then is a finding. */
export async function settle(aftermath: Aftermath): Promise<void> {
  const giveUpAt = performance.now() + settleMs
  while (performance.now() < giveUpAt) {
    const complaints = await Promise.all([endOfOrders, ...leftOverChecks].map((check) => check.complaints(aftermath)))
    if (complaints.flat().length === 0) return
    await delay(500)
  }
}
