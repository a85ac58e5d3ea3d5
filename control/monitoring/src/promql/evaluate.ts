import { rangeFunctions, valueFunctions } from './functions.ts'
import { histogramQuantile } from './histogram-quantile.ts'
import type { Run, Sample, SeriesSource } from './series-source.ts'
import {
  PromqlError,
  TooLargeError,
  type Binary,
  type Call,
  type Expression,
  type Labels,
  type Selector,
  type Subquery,
} from './syntax.ts'
import { aggregate, betweenVectors, calculate, combine, isComparison, keyOf, withNumber, without } from './vectors.ts'

/** For how long the last sample of a series stands for it. */
export const lookbackMs = 300_000

/** How much an evaluation may read, in runs of samples, and calculate, in parts of the expression; shared by the steps of a query. */
export interface Budget {
  left: number
  /** When it ends at the latest, by `performance.now()`. */
  readonly untilMs?: number
}

export interface Evaluation {
  readonly source: SeriesSource
  readonly atMs: number
  readonly budget?: Budget
}

/** The value of an expression: a number, or a vector. */
export type Value = number | readonly Sample[]

const mostSteps = 11_000

/** Evaluates an expression at one time. @throws PromqlError */
export function evaluate(expression: Expression, evaluation: Evaluation): Value {
  const { budget } = evaluation
  spend(budget, 1)
  if (budget?.untilMs !== undefined && performance.now() > budget.untilMs)
    throw new TooLargeError('the evaluation of the query takes too long')
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'negate': {
      const value = evaluate(expression.of, evaluation)
      if (typeof value === 'number') return -value
      return value.map((sample) => ({ labels: without(sample.labels, ['__name__']), value: -sample.value }))
    }
    case 'selector':
      return instant(expression, evaluation)
    case 'subquery':
      throw new PromqlError('a subquery is an argument of a function')
    case 'binary':
      return binary(expression, evaluation)
    case 'aggregate':
      return aggregate(expression, vectorOf(evaluate(expression.of, evaluation)))
    case 'call':
      return call(expression, evaluation)
  }
}

function vectorOf(value: Value): readonly Sample[] {
  if (typeof value === 'number') throw new PromqlError('expected a vector, not a number')
  return value
}

function numberOf(value: Value): number {
  if (typeof value !== 'number') throw new PromqlError('expected a number, not a vector')
  return value
}

function spend(budget: Budget | undefined, runs: number): void {
  if (budget !== undefined && (budget.left -= runs) < 0)
    throw new TooLargeError('the expression reads too many samples')
}

function instant({ matchers, rangeMs, offsetMs }: Selector, { source, atMs, budget }: Evaluation): Sample[] {
  if (rangeMs !== undefined) throw new PromqlError('a range is an argument of a function such as rate')
  const samples: Sample[] = []
  const toMs = atMs - offsetMs
  for (const series of source.select(matchers)) {
    spend(budget, 1)
    const value = series.latest(toMs - lookbackMs, toMs)
    if (value !== undefined) samples.push({ labels: series.labels, value })
  }
  return samples
}

function binary(expression: Binary, evaluation: Evaluation): Value {
  const { operator, isBool } = expression
  const left = evaluate(expression.left, evaluation)
  const right = evaluate(expression.right, evaluation)
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    return combine(expression, vectorOf(left), vectorOf(right))
  }
  if (typeof left === 'number' && typeof right === 'number') {
    if (isComparison(operator) && !isBool) throw new PromqlError('a comparison of two numbers requires bool')
    return calculate(operator, left, right)
  }
  if (typeof left === 'number') return withNumber(expression, vectorOf(right), left, true)
  if (typeof right === 'number') return withNumber(expression, left, right, false)
  return betweenVectors(expression, left, right)
}

function call({ name, args }: Call, evaluation: Evaluation): Value {
  const need = (count: number) => {
    if (args.length !== count) throw new PromqlError(`${name} takes ${count} ${count === 1 ? 'argument' : 'arguments'}`)
    return args as [Expression, Expression]
  }
  const ofRange = rangeFunctions[name]
  if (ofRange !== undefined) return overRange(ofRange, name, need(1)[0], evaluation)
  const argument = (at: number, count: number) => evaluate(need(count)[at] as Expression, evaluation)
  const each = (change: (value: number) => number) =>
    vectorOf(argument(0, name.startsWith('clamp') ? 2 : 1)).map(({ labels, value }): Sample => ({
      labels: without(labels, ['__name__']),
      value: change(value),
    }))
  const ofValue = valueFunctions[name]
  if (ofValue !== undefined) return each(ofValue)
  switch (name) {
    case 'histogram_quantile':
      return histogramQuantile(numberOf(argument(0, 2)), vectorOf(argument(1, 2)))
    case 'clamp_min':
    case 'clamp_max': {
      const limit = numberOf(argument(1, 2))
      return each((value) => (name === 'clamp_min' ? Math.max(value, limit) : Math.min(value, limit)))
    }
    case 'vector':
      return [{ labels: {}, value: numberOf(argument(0, 1)) }]
    case 'scalar': {
      const vector = vectorOf(argument(0, 1))
      return vector.length === 1 ? (vector[0] as Sample).value : Number.NaN
    }
    case 'time':
      need(0)
      return evaluation.atMs / 1_000
    case 'absent': {
      const isThere = vectorOf(argument(0, 1)).length > 0
      return isThere ? [] : [{ labels: labelsOfAbsent(need(1)[0]), value: 1 }]
    }
    default:
      throw new PromqlError(`the function ${name} is not supported`)
  }
}

/** The labels that a missing series would have for certain. */
function labelsOfAbsent(argument: Expression): Labels {
  if (argument.kind !== 'selector') return {}
  const equal = argument.matchers.filter(({ name, operator }) => operator === '=' && name !== '__name__')
  return Object.fromEntries(equal.map(({ name, value }) => [name, value]))
}

type RangeFunction = (typeof rangeFunctions)[string]

function overRange(of: RangeFunction, name: string, argument: Expression, evaluation: Evaluation): Sample[] {
  const dropped = name === 'last_over_time' ? [] : ['__name__']
  if (argument.kind === 'subquery') return overSubquery(of, dropped, argument, evaluation)
  if (argument.kind !== 'selector' || argument.rangeMs === undefined) {
    throw new PromqlError(`${name} takes a range, such as [5m]`)
  }
  const { source, atMs, budget } = evaluation
  const toMs = atMs - argument.offsetMs
  const period = { fromMs: toMs - argument.rangeMs, toMs }
  const samples: Sample[] = []
  for (const series of source.select(argument.matchers)) {
    const found = series.runs(period.fromMs, period.toMs)
    spend(budget, 1 + found.length)
    const value = found.length === 0 ? undefined : of(found, period)
    if (value !== undefined) samples.push({ labels: without(series.labels, dropped), value })
  }
  return samples
}

/** Evaluates the inner expression at the multiples of the step in the period. */
function overSubquery(
  of: RangeFunction,
  dropped: readonly string[],
  { of: inner, rangeMs, stepMs, offsetMs }: Subquery,
  evaluation: Evaluation,
): Sample[] {
  const toMs = evaluation.atMs - offsetMs
  const fromMs = toMs - rangeMs
  if (rangeMs / stepMs > mostSteps) throw new TooLargeError(`a subquery has at most ${mostSteps} steps`)
  const found = new Map<string, { labels: Labels; runs: Run[] }>()
  for (let atMs = (Math.floor(fromMs / stepMs) + 1) * stepMs; atMs <= toMs; atMs += stepMs) {
    spend(evaluation.budget, 1)
    const value = evaluate(inner, { ...evaluation, atMs })
    const samples = typeof value === 'number' ? [{ labels: {}, value }] : value
    for (const sample of samples) {
      const key = keyOf(sample.labels)
      const series = found.get(key) ?? { labels: sample.labels, runs: [] }
      if (series.runs.length === 0) found.set(key, series)
      series.runs.push({ value: sample.value, count: 1, firstMs: atMs, lastMs: atMs })
    }
  }
  return [...found.values()].flatMap(({ labels, runs }): Sample[] => {
    const value = of(runs, { fromMs, toMs })
    return value === undefined ? [] : [{ labels: without(labels, dropped), value }]
  })
}
