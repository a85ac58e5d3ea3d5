import { parseExpression } from '../promql/parse.ts'
import { selectorsOf } from '../promql/selectors-of.ts'
import type { Expression } from '../promql/syntax.ts'

/** A rule as a file for Prometheus has it. */
export interface WrittenRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** A rule that can be evaluated: an alert for each sample that its expression returns. */
export interface AlertRule {
  readonly name: string
  readonly expression: Expression
  /** How long the condition has to hold. */
  readonly forMs: number
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Reads the expression of a rule. @throws PromqlError */
export function ruleOf(written: WrittenRule, forMs: number): AlertRule {
  const { alert: name, expr, labels = {}, annotations = {} } = written
  return { name, expression: parseExpression(expr), forMs, labels, annotations }
}

/** The metrics that an expression reads, each with the longest time that it looks back. */
export function metricsOf(expression: Expression): Map<string, number> {
  const found = new Map<string, number>()
  for (const { metric, lookedBackMs } of selectorsOf(expression)) {
    if (metric !== undefined) found.set(metric, Math.max(found.get(metric) ?? 0, lookedBackMs))
  }
  return found
}
