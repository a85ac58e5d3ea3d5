import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from './check.ts'

interface Patience {
  /** How long no check is to complain. */
  readonly quietMs?: number
  readonly giveUpMs?: number
}

/** Waits until no check complains any more. Whatever is left when it gives up (120 s) is a finding. */
export async function settle<Needs>(
  checks: readonly Check<Needs>[],
  needs: Needs,
  { quietMs = 0, giveUpMs = 120_000 }: Patience = {},
): Promise<void> {
  const startedAt = performance.now()
  let movedAt = startedAt
  while (performance.now() - startedAt < giveUpMs) {
    const complaints = await Promise.all(checks.map((check) => check.complaints(needs)))
    if (complaints.flat().length > 0) movedAt = performance.now()
    else if (performance.now() - movedAt >= quietMs) return
    await delay(500)
  }
}
