import type { Silence } from '@stoa/contracts/monitoring/alert-resources'
import { compilePattern, matches } from '../promql/patterns.ts'
import { PromqlError, type Labels, type Matcher } from '../promql/syntax.ts'

type Conditions = Silence['matchers']

const matcherOf = ({ name, operator = '=', value }: Conditions[number]): Matcher => ({ name, operator, value })

/** Until when alerts with these labels are silenced; undefined if they are not. */
export function silencedUntil(
  silences: readonly Pick<Silence, 'matchers' | 'endsAt'>[],
  labels: Labels,
): string | undefined {
  const ends = silences
    .filter(({ matchers }) => matchers.every((condition) => matches(matcherOf(condition), labels)))
    .map(({ endsAt }) => endsAt)
  return ends.toSorted((a, b) => Temporal.Instant.compare(a, b)).at(-1)
}

/** What is wrong with the conditions of a silence: the position of the condition and the reason. */
export function problemsOf(conditions: Conditions): { readonly at: number | undefined; readonly detail: string }[] {
  const problems = conditions.flatMap(({ operator = '=', value }, at) => {
    if (!operator.endsWith('~')) return []
    try {
      compilePattern(value)
      return []
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      return [{ at, detail: error.message }]
    }
  })
  if (problems.length > 0) return problems
  // a missing label is empty, so what an alert without labels meets could be meant for all
  const meetsAll = conditions.every((condition) => matches(matcherOf(condition), {}))
  return meetsAll ? [{ at: undefined, detail: 'the conditions match every alert that has none of these labels' }] : []
}
