import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, fingerprintOf, lockNameOf, parseIdempotencyKey } from './key.ts'

test.each([
  ['8e03978e-40d5', '8e03978e-40d5'],
  ['"8e03978e-40d5"', '8e03978e-40d5'],
  ['  bare  ', 'bare'],
  [String.raw`"with \" and \\ and space"`, String.raw`with " and \ and space`],
  ['x'.repeat(255), 'x'.repeat(255)],
  [undefined, undefined],
])('reads the key %s', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key)
})

test.each(['', '""', 'two words', 'a"b', '"open', String.raw`"bad \x escape"`, 'x'.repeat(256), '"ü"', ['a', 'b']])(
  'refuses the key %j',
  (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(
      expect.objectContaining({ code: 'idempotency.key_malformed' }) as Error,
    )
  },
)

test('equal bodies have one canonical text, in whatever order their members came', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
  const shuffled = fc
    .dictionary(fc.string(), fc.jsonValue())
    .chain((object) =>
      fc.tuple(
        fc.constant(object),
        fc.shuffledSubarray(Object.entries(object), { minLength: Object.keys(object).length }),
      ),
    )
  fc.assert(
    fc.property(shuffled, ([object, entries]) => canonicalJson(object) === canonicalJson(Object.fromEntries(entries))),
  )
})

test('the canonical text says what the body said', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('the fingerprint depends on path and body', () => {
  const base = fingerprintOf('/orders', { a: 1 })
  expect(fingerprintOf('/orders', { a: 1 })).toEqual(base)
  expect(fingerprintOf('/orders', { a: 2 })).not.toEqual(base)
  expect(fingerprintOf('/orders/1', { a: 1 })).not.toEqual(base)
  expect(fingerprintOf('/orders', undefined)).not.toEqual(base)
})

test('keys that look alike when joined have locks of their own', () => {
  expect(lockNameOf('op', 'a/b', 'c')).not.toBe(lockNameOf('op', 'a', 'b/c'))
})
