import type { ErrorBudget, ServiceLevel } from '@stoa/contracts/monitoring/service-level-resources'

/** The budgets of a service, and what they are about. */
export type BudgetKind = 'errors' | 'availability'

/** The rates at which an alert fires if they hold in the long and the short window (Site Reliability Workbook, chapter 5). */
const alerts = [
  { longMinutes: 60, shortMinutes: 5, rate: 14.4 },
  { longMinutes: 360, shortMinutes: 30, rate: 6 },
] as const

/** The rate of a budget in a window; undefined if nothing was measured. */
export function burnOf({ burnRates }: ErrorBudget, minutes: number): number | undefined {
  return burnRates.find((each) => each.minutes === minutes)?.rate
}

/** Whether a budget is spent so fast that an alert fires. */
export function isBurning(budget: ErrorBudget): boolean {
  return alerts.some(({ longMinutes, shortMinutes, rate }) =>
    [longMinutes, shortMinutes].every((minutes) => (burnOf(budget, minutes) ?? 0) > rate),
  )
}

/** What a budget means for the reader: burning, spent, kept, or not known. */
export function stateOfBudget(budget: ErrorBudget): 'burning' | 'spent' | 'kept' | 'unknown' {
  if (isBurning(budget)) return 'burning'
  if (budget.left === undefined) return 'unknown'
  return budget.left <= 0 ? 'spent' : 'kept'
}

/** Services by their worst budget, the worst first; those of which nothing is known come last. */
export function worstLevelFirst(levels: readonly ServiceLevel[]): ServiceLevel[] {
  const worst = ({ errors, availability }: ServiceLevel) =>
    Math.min(...[errors, availability].map((budget) => (isBurning(budget) ? -Infinity : (budget.left ?? 2))))
  return levels.toSorted((a, b) => {
    const [first, second] = [worst(a), worst(b)]
    // infinities have no difference
    if (first === second) return a.service.localeCompare(b.service)
    return first < second ? -1 : 1
  })
}

/** A share as percent, with the digits that tell it from 100 %. */
export function percent(share: number): string {
  const value = share * 100
  const digits = value > 99 && value < 100 ? 2 : Math.abs(value) < 10 && value !== 0 ? 1 : 0
  // what is not all of it is never shown as all of it
  const shown = value > 99.99 && value < 100 ? 99.99 : value
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(shown)} %`
}

/** A rate of burning: how often the budget of 30 days would be spent in 30 days. */
export function rateWords(rate: number | undefined): string {
  if (rate === undefined) return 'no data'
  if (rate === 0) return '0×'
  return `${new Intl.NumberFormat('en', { maximumSignificantDigits: rate < 100 ? 2 : 3 }).format(rate)}×`
}
