import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { bodyLimitOf, MAX_BODY_BYTES } from './body-limit.ts'
import { largestJsonBytes } from './json-size.ts'

const closed = { additionalProperties: false }

test('every value that a schema accepts fits, however its text is escaped', () => {
  const schema = Type.Object(
    { note: Type.String({ maxLength: 5 }), ids: Type.Array(Type.Integer(), { maxItems: 3 }) },
    closed,
  )
  const longest = String.raw`{"note":"${String.raw`\ud83d\ude00`.repeat(5)}","ids":[-9007199254740991,-9007199254740991,-9007199254740991]}`
  expect(largestJsonBytes(schema)).toBeGreaterThanOrEqual(longest.length)
  expect(largestJsonBytes(schema)).toBeLessThan(2 * longest.length)
})

test.each([
  ['a text', Type.String()],
  ['an array', Type.Array(Type.Integer())],
  ['a record', Type.Record(Type.String(), Type.Integer())],
  ['an open object', Type.Object({})],
  ['anything', Type.Unknown()],
  ['a union with an unlimited variant', Type.Union([Type.Null(), Type.String()])],
])('%s without a limit has none', (_, schema) => {
  expect(largestJsonBytes(Type.Object({ inner: schema }, closed))).toBe(Infinity)
  expect(bodyLimitOf({ body: schema })).toBe(MAX_BODY_BYTES)
})

test('a small body has the least limit, a large one what it needs', () => {
  expect(bodyLimitOf({ body: undefined })).toBe(16_384)
  expect(bodyLimitOf({ body: Type.Object({}, closed) })).toBe(16_384)
  expect(bodyLimitOf({ body: Type.Object({ text: Type.String({ maxLength: 1_000 }) }, closed) })).toBe(2 * 12_012)
})

test.each([
  ['a length that is no number', { type: 'string', maxLength: 'long' }],
  ['no items of any size', { type: 'array', maxItems: 0, items: { type: 'string' } }],
])('a schema with %s has a limit', (_what, schema) => {
  expect(bodyLimitOf({ body: schema })).toBe(MAX_BODY_BYTES)
})
