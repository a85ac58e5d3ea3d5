import type { ErrorBudget } from '../api/service-levels.ts'
import { percent, stateOfBudget } from '../state/service-levels.ts'

/** What is left of a budget, as a bar and in words. */
export function BudgetBar({ budget }: { readonly budget: ErrorBudget }) {
  const { left } = budget
  if (left === undefined) return <span className="quiet">no data</span>
  const width = `${(Math.min(1, Math.max(0, left)) * 100).toFixed(1)}%`
  return (
    <span className="budget">
      <span className="budget-bar" aria-hidden="true">
        <span data-state={stateOfBudget(budget)} style={{ width }} />
      </span>
      <span className="number">{percent(left)}</span>
    </span>
  )
}
