import type { Sample } from './series-source.ts'
import {
  comparisons,
  PromqlError,
  type Aggregate,
  type Binary,
  type BinaryOperator,
  type Comparison,
  type Grouping,
  type Labels,
  type Matching,
} from './syntax.ts'

/** Labels without some of them. */
export function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)))
}

function only(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(
    names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const])),
  )
}

/** A text that is equal for equal labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Aggregates a vector. */
export function aggregate(
  { operator, grouping }: Pick<Aggregate, 'operator' | 'grouping'>,
  samples: readonly Sample[],
) {
  const groups = new Map<string, { labels: Labels; values: number[] }>()
  for (const { labels, value } of samples) {
    const kept = groupOf(grouping, labels)
    const key = keyOf(kept)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels: kept, values: [value] })
    else group.values.push(value)
  }
  return [...groups.values()].map(({ labels, values }): Sample => ({ labels, value: aggregates[operator](values) }))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const aggregates: Readonly<Record<Aggregate['operator'], (values: readonly number[]) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  count: (values) => values.length,
}

function groupOf({ kind, labels: names }: Grouping, labels: Labels): Labels {
  return kind === 'by' ? only(labels, names) : without(labels, [...names, '__name__'])
}

export function isComparison(operator: BinaryOperator): operator is Comparison {
  return (comparisons as readonly string[]).includes(operator)
}

/** Calculates with two numbers; a comparison gives 0 or 1. */
export function calculate(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    case '^':
      return left ** right
    case '==':
      return Number(left === right)
    case '!=':
      return Number(left !== right)
    case '<':
      return Number(left < right)
    case '<=':
      return Number(left <= right)
    case '>':
      return Number(left > right)
    case '>=':
      return Number(left >= right)
    default:
      throw new PromqlError(`${operator} is between vectors`)
  }
}

type Operation = Pick<Binary, 'operator' | 'isBool' | 'matching'>

/** Applies an operator to each sample and a number, which is on the left or on the right. */
export function withNumber(
  { operator, isBool }: Operation,
  samples: readonly Sample[],
  number: number,
  isLeft: boolean,
) {
  return samples.flatMap(({ labels, value }): Sample[] => {
    const result = isLeft ? calculate(operator, number, value) : calculate(operator, value, number)
    if (!isComparison(operator) || isBool) return [{ labels: without(labels, ['__name__']), value: result }]
    return result === 1 ? [{ labels, value }] : []
  })
}

function signatureOf(matching: Matching | undefined): (labels: Labels) => string {
  if (matching?.kind === 'on') return (labels) => keyOf(only(labels, matching.labels))
  const ignored = ['__name__', ...(matching?.labels ?? [])]
  return (labels) => keyOf(without(labels, ignored))
}

/** Applies an operator to the samples of two vectors whose labels agree, each of which has at most one partner. @throws PromqlError */
export function betweenVectors(operation: Operation, left: readonly Sample[], right: readonly Sample[]): Sample[] {
  const { operator, isBool, matching } = operation
  const signature = signatureOf(matching)
  const partners = new Map<string, Sample>()
  for (const sample of right) {
    const key = signature(sample.labels)
    if (partners.has(key)) throw new PromqlError('several samples on the right have the labels of one on the left')
    partners.set(key, sample)
  }
  const taken = new Set<string>()
  return left.flatMap(({ labels, value }): Sample[] => {
    const key = signature(labels)
    const partner = partners.get(key)
    if (partner === undefined) return []
    if (taken.has(key)) throw new PromqlError('several samples on the left have the labels of one on the right')
    const result = calculate(operator, value, partner.value)
    const isFilter = isComparison(operator) && !isBool
    if (isFilter && result !== 1) return []
    taken.add(key)
    const named = isFilter ? labels : without(labels, ['__name__'])
    const kept = matching === undefined ? named : matched(matching, named)
    return [{ labels: kept, value: isFilter ? value : result }]
  })
}

function matched({ kind, labels: names }: Matching, labels: Labels): Labels {
  return kind === 'on' ? only(labels, names) : without(labels, names)
}

/** `and`, `or` and `unless` of two vectors. */
export function combine(
  { operator, matching }: Operation,
  left: readonly Sample[],
  right: readonly Sample[],
): Sample[] {
  const signature = signatureOf(matching)
  const keysOf = (samples: readonly Sample[]) => new Set(samples.map(({ labels }) => signature(labels)))
  if (operator === 'or') {
    const known = keysOf(left)
    return [...left, ...right.filter(({ labels }) => !known.has(signature(labels)))]
  }
  const wanted = keysOf(right)
  return left.filter(({ labels }) => wanted.has(signature(labels)) === (operator === 'and'))
}
