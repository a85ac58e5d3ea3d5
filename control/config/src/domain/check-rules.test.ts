import type { FlagRules } from '@stoa/contracts/config/resources'
import { expect, test } from 'vitest'
import { checkRules, checkVariants } from './check-rules.ts'

const variants = { on: true, off: false }
const good: FlagRules = { offVariant: 'off', rules: [], serve: { variant: 'on' } }
const wrong = (more: Partial<FlagRules>) => checkRules({ ...good, ...more }, variants).map(({ pointer }) => pointer)
const shares = (...percents: number[]) => ({
  split: { shares: percents.map((percent, index) => ({ variant: index === 0 ? 'on' : 'off', percent })) },
})
const when = (operator: FlagRules['rules'][number]['when'][number]['operator'], ...values: (string | number)[]) =>
  wrong({ rules: [{ when: [{ attribute: 'a', operator, values }], serve: { variant: 'on' } }] })

test('accepts rules whose variants exist and whose shares sum up to 100 percent', () => {
  expect(wrong({ serve: shares(33.333, 66.667) })).toEqual([])
  expect(wrong({ serve: shares(0, 100), schedule: { until: '2026-01-01T00:00:00Z' } })).toEqual([])
})

test('refuses unknown variants, also those that every object has', () => {
  expect(wrong({ offVariant: 'toString', serve: { variant: 'x' } })).toEqual(['/offVariant', '/serve/variant'])
  expect(wrong({ rules: [{ when: [], serve: { variant: 'x' } }] })).toEqual(['/rules/0/serve/variant'])
})

test('refuses shares that do not sum up, repeat a variant or are too fine', () => {
  expect(wrong({ serve: shares(50, 49.999) })).toEqual(['/serve/split/shares'])
  expect(wrong({ serve: shares(50, 25, 25) })).toEqual(['/serve/split/shares/2/variant'])
  expect(wrong({ serve: shares(50.00049, 49.99951) })).toEqual(['/serve/split/shares/0/percent'])
})

test('refuses a schedule without a time in it', () => {
  const at = '2026-01-01T00:00:00Z'
  expect(wrong({ schedule: { from: at, until: at } })).toEqual(['/schedule/until'])
})

test('refuses values that an operator cannot compare', () => {
  expect(when('exists', 'x')).toEqual(['/rules/0/when/0/values'])
  expect(when('in')).toEqual(['/rules/0/when/0/values'])
  expect(when('at_least', 1, 'x')).toEqual(['/rules/0/when/0/values/1'])
  expect(when('starts_with', 1)).toEqual(['/rules/0/when/0/values/0'])
  // a time without a zone would be another one in each process
  expect(when('before', '2026-01-01T00:00:00')).toEqual(['/rules/0/when/0/values/0'])
  expect(when('before', '2026')).toEqual(['/rules/0/when/0/values/0'])
  expect(when('version_below', '2.x')).toEqual(['/rules/0/when/0/values/0'])
  expect([when('in', 1, 'x'), when('after', '2026-01-01T00:00:00Z'), when('version_below', 'v2.1')].flat()).toEqual([])
})

test('refuses variants of another type and a default that is missing', () => {
  expect(checkVariants('number', { a: 1, b: '1' }, 'c').map(({ pointer }) => pointer)).toEqual([
    '/variants/b',
    '/defaultVariant',
  ])
  expect(checkVariants('object', { a: { b: 1 } }, 'a')).toEqual([])
})
