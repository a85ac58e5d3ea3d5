import type { Expression, Selector } from './syntax.ts'

/** A selector of an expression, and how long before its time the expression looks with it. */
export interface ReadSelector {
  /** Undefined if it does not name a metric. */
  readonly metric: string | undefined
  readonly lookedBackMs: number
}

/** The selectors of an expression. */
export function selectorsOf(expression: Expression, outsideMs = 0): ReadSelector[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'selector': {
      const { offsetMs, rangeMs = 0 } = expression
      return [{ metric: metricOf(expression), lookedBackMs: outsideMs + offsetMs + rangeMs }]
    }
    case 'subquery':
      return selectorsOf(expression.of, outsideMs + expression.rangeMs + expression.offsetMs)
    case 'negate':
    case 'aggregate':
      return selectorsOf(expression.of, outsideMs)
    case 'binary':
      return [expression.left, expression.right].flatMap((each) => selectorsOf(each, outsideMs))
    case 'call':
      return expression.args.flatMap((each) => selectorsOf(each, outsideMs))
  }
}

function metricOf({ matchers }: Selector): string | undefined {
  return matchers.find(({ name, operator }) => name === '__name__' && operator === '=')?.value
}
