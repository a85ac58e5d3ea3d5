import type { FlagKind, FlagRules, Outcome, Variants } from '@stoa/contracts/config/resources'
import type { FieldError } from '@stoa/kernel'

type Condition = FlagRules['rules'][number]['when'][number]

/** The variants that do not have the type of the flag, and a default that is not among them. */
export function checkVariants(type: FlagKind, variants: Variants, defaultVariant: string): FieldError[] {
  const wrong = Object.entries(variants)
    .filter(([, value]) => typeof value !== type)
    .map(([name]) => ({ pointer: `/variants/${name}`, detail: `must be a value of the type ${type}` }))
  return [...wrong, ...checkVariant(variants, defaultVariant, '/defaultVariant')]
}

/** What is wrong with rules for these variants. */
export function checkRules({ offVariant, schedule, rules, serve }: FlagRules, variants: Variants): FieldError[] {
  return [
    ...checkVariant(variants, offVariant, '/offVariant'),
    ...checkSchedule(schedule),
    ...rules.flatMap(({ when, serve: served }, rule) => [
      ...when.flatMap((condition, index) => checkCondition(condition, `/rules/${rule}/when/${index}`)),
      ...checkOutcome(served, variants, `/rules/${rule}/serve`),
    ]),
    ...checkOutcome(serve, variants, '/serve'),
  ]
}

/** What is wrong with a schedule, whatever the flag is. */
export function checkSchedule({ from, until }: FlagRules['schedule'] = {}): FieldError[] {
  if (from === undefined || until === undefined) return []
  const isEmpty = Temporal.Instant.compare(from, until) >= 0
  return isEmpty ? [{ pointer: '/schedule/until', detail: 'must be after from' }] : []
}

function checkVariant(variants: Variants, variant: string, pointer: string): FieldError[] {
  return Object.hasOwn(variants, variant) ? [] : [{ pointer, detail: 'is not a variant of the flag' }]
}

function checkOutcome(outcome: Outcome, variants: Variants, pointer: string): FieldError[] {
  if ('variant' in outcome) return checkVariant(variants, outcome.variant, `${pointer}/variant`)
  const at = `${pointer}/split/shares`
  const { shares } = outcome.split
  // thousandths of a percent, which are whole numbers
  const parts = shares.map(({ percent }) => percent * 1_000)
  const uneven = parts.findIndex((part) => Math.abs(part - Math.round(part)) > 1e-6)
  const sum = parts.reduce((total, part) => total + Math.round(part), 0)
  const names = shares.map(({ variant }) => variant)
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index)
  return [
    ...names.flatMap((name, index) => checkVariant(variants, name, `${at}/${index}/variant`)),
    ...(repeated < 0 ? [] : [{ pointer: `${at}/${repeated}/variant`, detail: 'occurs twice' }]),
    ...(uneven < 0 ? [] : [{ pointer: `${at}/${uneven}/percent`, detail: 'must have at most three decimals' }]),
    ...(sum === 100_000 ? [] : [{ pointer: at, detail: 'must sum up to 100 percent' }]),
  ]
}

function checkCondition({ operator, values = [] }: Condition, pointer: string): FieldError[] {
  const at = `${pointer}/values`
  if (operator === 'exists' || operator === 'missing')
    return values.length === 0 ? [] : [{ pointer: at, detail: `must be omitted with ${operator}` }]
  if (values.length === 0) return [{ pointer: at, detail: `is required with ${operator}` }]
  const { what, test } = fits[operator]
  return values.flatMap((value, index) =>
    test(value) ? [] : [{ pointer: `${at}/${index}`, detail: `must be ${what}` }],
  )
}

const anything = { what: 'a value', test: () => true }
const text = { what: 'a text', test: (value: unknown) => typeof value === 'string' }
const number = { what: 'a number', test: (value: unknown) => typeof value === 'number' }
const instant = {
  what: 'a time of RFC 3339',
  test: (value: unknown) =>
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/i.test(value) &&
    !Number.isNaN(Date.parse(value)),
}
const version = {
  what: 'a version such as 2.10.3',
  test: (value: unknown) => typeof value === 'string' && /^v?\d{1,9}(\.\d{1,9}){0,3}$/.test(value),
}

const fits = {
  in: anything,
  not_in: anything,
  starts_with: text,
  ends_with: text,
  contains: text,
  greater_than: number,
  at_least: number,
  less_than: number,
  at_most: number,
  before: instant,
  after: instant,
  version_at_least: version,
  version_below: version,
} as const
