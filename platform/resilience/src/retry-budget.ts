import { share, wholeNumber } from './settings.ts'

/** Limits retries to a fraction of calls, over all users of the same budget. */
export interface RetryBudget {
  /** Records a first attempt, which earns a fraction of a retry. */
  readonly onCall: () => void
  /** Takes one retry from the budget; returns false if none is left. */
  readonly tryRetry: () => boolean
}

/** Settings of a retry budget. */
export interface RetryBudgetOptions {
  /** Retries per call (0.2). */
  readonly ratio?: number
  /** The initial and maximum number of retries in the budget (10), so that a client with few calls can retry. */
  readonly reserve?: number
}

/**
 * Makes a budget that prevents retries from amplifying an outage: at most `reserve` + `ratio` × calls, and after an idle
 * period no larger burst than `reserve`.
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
