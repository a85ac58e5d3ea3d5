import type { Comparable, Condition, Operator } from './flag-state.ts'

/** The attributes that conditions look at. */
export type Attributes = { readonly [name: string]: unknown }

/** Whether a condition matches. */
export function matches({ attribute, operator, values = [] }: Condition, attributes: Attributes): boolean {
  const found = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
  const isMissing = found === undefined || found === null
  if (operator === 'missing') return isMissing
  if (isMissing) return false
  if (operator === 'exists') return true
  // of a list, one item is enough
  const items: readonly unknown[] = Array.isArray(found) ? found : [found]
  if (operator === 'not_in') return !items.some((item) => values.some((value) => value === item))
  return items.some((item) => values.some((value) => compare[operator](item, value)))
}

type Comparison = (item: unknown, value: Comparable) => boolean

const texts = (test: (item: string, value: string) => boolean): Comparison => {
  return (item, value) => typeof item === 'string' && typeof value === 'string' && test(item, value)
}

const numbers = (test: (item: number, value: number) => boolean): Comparison => {
  return (item, value) => typeof item === 'number' && typeof value === 'number' && test(item, value)
}

const instants = (test: (order: number) => boolean): Comparison =>
  texts((item, value) => {
    const [left, right] = [Date.parse(item), Date.parse(value)]
    return !Number.isNaN(left) && !Number.isNaN(right) && test(left - right)
  })

const versions = (test: (order: number) => boolean): Comparison =>
  texts((item, value) => {
    const [left, right] = [versionOf(item), versionOf(value)]
    return left !== undefined && right !== undefined && test(compareVersions(left, right))
  })

const compare: Readonly<Record<Exclude<Operator, 'exists' | 'missing' | 'not_in'>, Comparison>> = {
  in: (item, value) => item === value,
  starts_with: texts((item, value) => item.startsWith(value)),
  ends_with: texts((item, value) => item.endsWith(value)),
  contains: texts((item, value) => item.includes(value)),
  greater_than: numbers((item, value) => item > value),
  at_least: numbers((item, value) => item >= value),
  less_than: numbers((item, value) => item < value),
  at_most: numbers((item, value) => item <= value),
  before: instants((order) => order < 0),
  after: instants((order) => order > 0),
  version_at_least: versions((order) => order >= 0),
  version_below: versions((order) => order < 0),
}

/** The numbers of a version such as 2.10 or v2.10.3; a pre-release or build after them does not count. */
function versionOf(text: string): readonly number[] | undefined {
  const match = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-+].*)?$/.exec(text)
  return match?.[1]?.split('.').map(Number)
}

function compareVersions(left: readonly number[], right: readonly number[]): number {
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const order = (left[part] ?? 0) - (right[part] ?? 0)
    if (order !== 0) return order
  }
  return 0
}
