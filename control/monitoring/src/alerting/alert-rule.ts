import { parseExpression } from '../promql/parse.ts'
import type { Expression, Selector } from '../promql/syntax.ts'

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
  const visit = (each: Expression, outsideMs: number): void => {
    switch (each.kind) {
      case 'number':
        return
      case 'selector': {
        const name = nameOf(each)
        if (name !== undefined) {
          found.set(name, Math.max(found.get(name) ?? 0, outsideMs + each.offsetMs + (each.rangeMs ?? 0)))
        }
        return
      }
      case 'subquery':
        return visit(each.of, outsideMs + each.rangeMs + each.offsetMs)
      case 'negate':
      case 'aggregate':
        return visit(each.of, outsideMs)
      case 'binary':
        visit(each.left, outsideMs)
        return visit(each.right, outsideMs)
      case 'call':
        for (const argument of each.args) visit(argument, outsideMs)
    }
  }
  visit(expression, 0)
  return found
}

function nameOf({ matchers }: Selector): string | undefined {
  return matchers.find(({ name, operator }) => name === '__name__' && operator === '=')?.value
}
