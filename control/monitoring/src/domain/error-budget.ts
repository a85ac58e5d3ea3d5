import type { ErrorBudget } from '@stoa/contracts/monitoring/service-level-resources'

/** What was counted in 30 days, and what of it went wrong. */
export interface Counted {
  readonly counted: number
  readonly wrong: number
  readonly since: Temporal.Instant | undefined
}

/** The share that went wrong in the last minutes; undefined if nothing was measured. */
export interface MeasuredShare {
  readonly minutes: number
  readonly share: number | undefined
}

/** The state of a budget. One that allows nothing is spent by the first failure. */
export function errorBudgetOf(
  allowed: number,
  { counted, wrong, since }: Counted,
  shares: readonly MeasuredShare[],
): ErrorBudget {
  return {
    allowed,
    counted,
    wrong,
    ...(since === undefined ? {} : { since: since.toString() }),
    ...(counted === 0 ? {} : { left: 1 - spent(wrong / counted, allowed) }),
    burnRates: shares.map(({ minutes, share }) => ({
      minutes,
      ...(share === undefined ? {} : { rate: spent(share, allowed) }),
    })),
  }
}

/** How often the allowed share goes into a share; without binary noise in the last digits. */
function spent(share: number, allowed: number): number {
  if (share === 0) return 0
  return Number(Math.min(share / allowed, mostSpent).toPrecision(6))
}

/** JSON has no infinity. */
const mostSpent = 1_000_000
