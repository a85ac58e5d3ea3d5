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
  return compare[operator](items, values)
}

type Comparison = (items: readonly unknown[], values: readonly Comparable[]) => boolean

/** A comparison that reads each item and each value once, however many pairs they make; what cannot be read matches nothing. */
function comparing<Read>(
  read: (of: unknown) => Read | undefined,
  test: (item: Read, value: Read) => boolean,
): Comparison {
  return (items, values) => {
    const right = values.map(read).filter((value) => value !== undefined)
    return items.some((each) => {
      const item = read(each)
      return item !== undefined && right.some((value) => test(item, value))
    })
  }
}

const readText = (of: unknown) => (typeof of === 'string' ? of : undefined)
const readNumber = (of: unknown) => (typeof of === 'number' ? of : undefined)

function readInstant(of: unknown): number | undefined {
  const time = typeof of === 'string' ? Date.parse(of) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

const texts = (test: (item: string, value: string) => boolean) => comparing(readText, test)
const numbers = (test: (item: number, value: number) => boolean) => comparing(readNumber, test)
const instants = (test: (order: number) => boolean) => comparing(readInstant, (item, value) => test(item - value))
const versions = (test: (order: number) => boolean) =>
  comparing(versionOf, (item, value) => test(compareVersions(item, value)))

const compare: Readonly<Record<Exclude<Operator, 'exists' | 'missing' | 'not_in'>, Comparison>> = {
  in: comparing(
    (of) => of,
    (item, value) => item === value,
  ),
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
function versionOf(of: unknown): readonly number[] | undefined {
  if (typeof of !== 'string') return undefined
  const match = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-+].*)?$/.exec(of)
  return match?.[1]?.split('.').map(Number)
}

function compareVersions(left: readonly number[], right: readonly number[]): number {
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const order = (left[part] ?? 0) - (right[part] ?? 0)
    if (order !== 0) return order
  }
  return 0
}
