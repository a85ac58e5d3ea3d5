import { assert, property, string, integer } from 'fast-check'
import { expect, test, vi } from 'vitest'
import { bucketCount, bucketOf, murmur32 } from './bucket.ts'
import { matches } from './conditions.ts'
import { evaluate, type EvaluationInput } from './evaluate.ts'
import type { Comparable, Condition, FlagState } from './flag-state.ts'

const flag = (more: Partial<FlagState> = {}): FlagState => ({
  type: 'boolean',
  variants: { on: true, off: false },
  isKilled: false,
  offVariant: 'off',
  rules: [],
  serve: { variant: 'on' },
  ...more,
})
const nowMs = Date.parse('2026-11-02T12:00:00Z')
const at = (state: FlagState, input: EvaluationInput = {}) => evaluate({ key: 'new-cart', state, nowMs }, input)
const split = (percent: number, more: object = {}) =>
  flag({
    serve: {
      split: {
        shares: [
          { variant: 'on', percent },
          { variant: 'off', percent: 100 - percent },
        ],
        ...more,
      },
    },
  })

test('hashes as MurmurHash3 does', () => {
  const hash = (text: string, seed?: number) => murmur32(new TextEncoder().encode(text), seed)
  // test vectors of the reference implementation
  expect([hash(''), hash('', 1), hash('a', 0x9747b28c), hash('aaaa', 0x9747b28c)]).toEqual([
    0, 0x514e28b7, 0x7fa09ea6, 0x5a97808a,
  ])
  expect(hash('Hello, world!', 0x9747b28c)).toBe(0x24884cba)
  expect(hash('The quick brown fox jumps over the lazy dog', 0x9747b28c)).toBe(0x2fa826cd)
})

test('a flag without rules returns its variant', () => {
  expect(at(flag())).toEqual({ value: true, variant: 'on', reason: 'STATIC' })
})

test('the kill switch and the time outside the schedule return the variant for off', () => {
  const off = { value: false, variant: 'off', reason: 'DISABLED' }
  expect(at(flag({ isKilled: true }))).toEqual(off)
  expect(at(flag({ schedule: { from: '2026-11-02T12:00:01Z' } }))).toEqual(off)
  expect(at(flag({ schedule: { until: '2026-11-02T12:00:00Z' } }))).toEqual(off)
  expect(at(flag({ schedule: { from: '2026-11-02T12:00:00Z', until: '2026-11-02T12:00:01Z' } }))).toMatchObject({
    variant: 'on',
  })
})

test('the first rule whose conditions all match applies', () => {
  const country = (value: string): Condition => ({ attribute: 'country', operator: 'in', values: [value] })
  const state = flag({
    rules: [
      { when: [country('AT'), { attribute: 'total', operator: 'at_least', values: [100] }], serve: { variant: 'off' } },
      { when: [country('AT')], serve: { variant: 'on' } },
    ],
    serve: { variant: 'off' },
  })
  expect(at(state, { country: 'AT', total: 100 })).toMatchObject({ variant: 'off', reason: 'TARGETING_MATCH' })
  expect(at(state, { country: 'AT', total: 99 })).toMatchObject({ variant: 'on', reason: 'TARGETING_MATCH' })
  expect(at(state, { country: 'DE', total: 100 })).toMatchObject({ variant: 'off', reason: 'DEFAULT' })
})

test.each<[Condition['operator'], readonly Comparable[], readonly unknown[], readonly unknown[]]>([
  ['in', ['a', 1], ['a', 1, ['b', 'a']], ['b', '1', undefined, ['b']]],
  ['not_in', ['a'], ['b', ['b']], ['a', ['b', 'a'], undefined]],
  ['starts_with', ['ab'], ['abc'], ['xab', 1, undefined]],
  ['ends_with', ['bc'], ['abc'], ['bcx']],
  ['contains', ['b'], ['abc'], ['ac']],
  ['greater_than', [2], [3], [2, '3']],
  ['at_least', [2], [2, 3], [1]],
  ['less_than', [2], [1], [2]],
  ['at_most', [2], [2], [3]],
  ['before', ['2026-01-01T00:00:00Z'], ['2026-01-01T00:59:00+01:00'], ['2026-01-01T00:00:00Z', 'x']],
  ['after', ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:00.001Z'], ['2026-01-01T00:00:00Z']],
  ['version_at_least', ['2.10'], ['2.10.0', 'v2.10', '3', '2.10.1-rc.1'], ['2.9.9', 'x', 2.1]],
  ['version_below', ['2.10'], ['2.9.9'], ['2.10', '10']],
  ['exists', [], ['', 0, false], [undefined, null]],
  ['missing', [], [undefined, null], ['', 0]],
])('%s', (operator, values, matching, others) => {
  const isMatch = (of: unknown) => matches({ attribute: 'of', operator, values }, { of })
  expect(matching.filter((item) => !isMatch(item))).toEqual([])
  expect(others.filter(isMatch)).toEqual([])
})

test('reads each item of a list and each value once, however many pairs they make', () => {
  const parse = vi.spyOn(Date, 'parse')
  const times = (year: number, count: number) => Array.from({ length: count }, () => `${year}-01-01T00:00:00Z`)
  expect(matches({ attribute: 'of', operator: 'after', values: times(2030, 50) }, { of: times(2020, 100) })).toBe(false)
  expect(parse.mock.calls.length).toBeLessThanOrEqual(150)
  parse.mockRestore()
})

test('an attribute that every object has counts as missing', () => {
  expect(matches({ attribute: 'constructor', operator: 'exists' }, {})).toBe(false)
})

test('a percentage gets about its share of the keys, and each key keeps its variant while the share grows', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `user-${index}`)
  const onAt = (percent: number) =>
    keys.filter(
      (targetingKey) =>
        'value' in at(split(percent), { targetingKey }) &&
        (at(split(percent), { targetingKey }) as { value: unknown }).value === true,
    )
  const [few, many] = [new Set(onAt(10)), new Set(onAt(25))]
  expect(few.size).toBeGreaterThan(850)
  expect(few.size).toBeLessThan(1_150)
  expect([...few].filter((key) => !many.has(key))).toEqual([])
})

test('a percentage needs the attribute by which it is sticky', () => {
  expect(at(split(50))).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' })
  expect(at(split(50), { targetingKey: '' })).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' })
  expect(at(split(50, { by: 'cartId' }), { targetingKey: 'x' })).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' })
  expect(at(split(50, { by: 'cartId' }), { cartId: 'x' })).toMatchObject({ reason: 'SPLIT' })
})

test('another salt chooses other keys, and the same salt the same keys for two flags', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `user-${index}`)
  const chosen = (key: string, salt?: string) =>
    keys
      .map((targetingKey) =>
        evaluate({ key, state: split(50, salt === undefined ? {} : { salt }), nowMs }, { targetingKey }),
      )
      .map((each) => ('variant' in each ? each.variant : ''))
      .join()
  expect(chosen('a')).not.toBe(chosen('b'))
  expect(chosen('a', 's')).toBe(chosen('b', 's'))
})

test('a share of the buckets gets exactly the keys in it', () => {
  assert(
    property(string(), string({ minLength: 1 }), integer({ min: 0, max: 100_000 }), (salt, targetingKey, share) => {
      const bucket = bucketOf(salt, targetingKey)
      expect(bucket >= 0 && bucket < bucketCount).toBe(true)
      const evaluated = at(split(share / 1_000, { salt }), { targetingKey })
      expect(evaluated).toMatchObject({ variant: bucket < share ? 'on' : 'off' })
    }),
  )
})

test('a variant that is missing is an error, not a value', () => {
  expect(at(flag({ serve: { variant: 'constructor' } }))).toMatchObject({ errorCode: 'GENERAL' })
})
