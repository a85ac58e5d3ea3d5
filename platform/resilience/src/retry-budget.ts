import { share, wholeNumber } from './settings.ts'

/** Retries as a share of calls, counted over all that hold the same budget. */
export interface RetryBudget {
  /** A first attempt was made: earns its share of a retry. */
  readonly onCall: () => void
  /** Takes one retry from the budget; false when there is none left. */
  readonly tryRetry: () => boolean
}

/** Settings of a retry budget. */
export interface RetryBudgetOptions {
  /** Retries per call (0.2). */
  readonly ratio?: number
  /** What the budget starts with and the most it can hold (10), so that a quiet client may retry at all. */
  readonly reserve?: number
}

/**
 * A budget that keeps retries from multiplying an outage: never more than `reserve` + `ratio` × calls, and after a quiet
 * hour no larger burst than `reserve`.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  // In millionths, as whole numbers: five times 0.2 must be one.
  const earned = Math.round(share('ratio', options.ratio ?? 0.2) * 1e6)
  const most = wholeNumber('reserve', options.reserve ?? 10, 1) * 1e6
  let balance = most
  return {
    onCall: () => {
      balance = Math.min(most, balance + earned)
    },
    tryRetry: () => {
      if (balance < 1e6) return false
      balance -= 1e6
      return true
    },
  }
}
