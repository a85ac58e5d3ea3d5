import { evaluate } from '../promql/evaluate.ts'
import type { SeriesSource } from '../promql/series-source.ts'
import { PromqlError, type Labels } from '../promql/syntax.ts'
import { keyOf, without } from '../promql/vectors.ts'
import type { AlertRule } from './alert-rule.ts'
import { renderTemplate } from './render-template.ts'

/** A sample that a rule returned: its condition holds for these labels. */
export interface FoundAlert {
  readonly rule: AlertRule
  /** Equal for equal labels. */
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  readonly value: number
}

/** The alerts of all rules, and what could not be evaluated. */
export interface FoundAlerts {
  readonly found: readonly FoundAlert[]
  readonly failed: ReadonlyMap<string, string>
  /** Alerts beyond the limit. */
  readonly dropped: number
}

/** Of all rules together. */
const mostAlerts = 1_000
/** Of the runs that one rule reads: the rules of a large shop read less than a tenth of it. */
const budgetOfRule = 5_000_000

/** Evaluates rules at one time. A rule that fails does not stop the others. */
export function findAlerts(rules: readonly AlertRule[], source: SeriesSource, atMs: number): FoundAlerts {
  const found = new Map<string, FoundAlert>()
  const failed = new Map<string, string>()
  let dropped = 0
  for (const rule of rules) {
    try {
      const value = evaluate(rule.expression, { source, atMs, budget: { left: budgetOfRule } })
      const samples = typeof value === 'number' ? [{ labels: {}, value }] : value
      for (const sample of samples) {
        const alert = alertOf(rule, sample)
        if (found.size < mostAlerts || found.has(alert.fingerprint)) found.set(alert.fingerprint, alert)
        else {
          dropped += 1
          // Its alerts stay as they are: those that were dropped are not resolved.
          failed.set(rule.name, 'there are more alerts than can be kept')
        }
      }
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      failed.set(rule.name, error.message)
    }
  }
  return { found: [...found.values()], failed, dropped }
}

function alertOf(rule: AlertRule, sample: { readonly labels: Labels; readonly value: number }): FoundAlert {
  const filled = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, renderTemplate(text, sample)]))
  const labels = { ...without(sample.labels, ['__name__']), ...filled(rule.labels), alertname: rule.name }
  return { rule, fingerprint: keyOf(labels), labels, annotations: filled(rule.annotations), value: sample.value }
}
