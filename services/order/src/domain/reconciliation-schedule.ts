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

/** Which reconciliation is due now, if one is; none soon after a start. */
export function dueScope(
  now: Temporal.Instant,
  { startedAt, lastEnds }: History,
  { everyMs, allEveryMs }: ReconciliationSchedule,
): Scope | undefined {
  const sinceMs = (at: Temporal.Instant) => now.epochMilliseconds - at.epochMilliseconds
  if ([startedAt, ...lastEnds.values()].some((at) => sinceMs(at) < everyMs)) return undefined
  const lastAll = lastEnds.get('all')
  return lastAll === undefined || sinceMs(lastAll) >= allEveryMs ? 'all' : 'recent'
}

/** The lowest id (UUIDv7) of what is made from a time on. */
export function lowestIdAt(at: Temporal.Instant): string {
  const hex = at.epochMilliseconds.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
