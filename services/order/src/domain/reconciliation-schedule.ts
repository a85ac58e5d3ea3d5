import type { ReconciliationReport } from '@stoa/contracts/order/reconciliation'

type Scope = ReconciliationReport['scope']

/** How often the books are compared. */
export interface ReconciliationSchedule {
  readonly everyMs: number
  /** How often with all there is, not only the orders of the last weeks. */
  readonly allEveryMs: number
}

interface History {
  readonly startedAt: Temporal.Instant
  readonly lastEnds: ReadonlyMap<Scope, Temporal.Instant>
}

const aheadMs = 60_000

/** Which reconciliation is due now, if one is; none soon after a start. */
export function dueScope(
  now: Temporal.Instant,
  { startedAt, lastEnds }: History,
  { everyMs, allEveryMs }: ReconciliationSchedule,
): Scope | undefined {
  // One that lies ahead ended before the clock was set back: it says nothing about now.
  const sinceMs = (at: Temporal.Instant) => {
    const ms = now.epochMilliseconds - at.epochMilliseconds
    return ms < -aheadMs ? Infinity : ms
  }
  if ([startedAt, ...lastEnds.values()].some((at) => sinceMs(at) < everyMs)) return undefined
  const lastAll = lastEnds.get('all')
  return lastAll === undefined || sinceMs(lastAll) >= allEveryMs ? 'all' : 'recent'
}
