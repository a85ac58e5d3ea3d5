import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from './check.ts'

const settleMs = 120_000

/** Waits until no check has complained for so long. Whatever is left after two minutes is a finding. */
export async function settle<Needs>(checks: readonly Check<Needs>[], needs: Needs, quietMs = 0): Promise<void> {
  const startedAt = performance.now()
  let movedAt = startedAt
  while (performance.now() - startedAt < settleMs) {
    const complaints = await Promise.all(checks.map((check) => check.complaints(needs)))
    if (complaints.flat().length > 0) movedAt = performance.now()
    else if (performance.now() - movedAt >= quietMs) return
    await delay(500)
  }
}
