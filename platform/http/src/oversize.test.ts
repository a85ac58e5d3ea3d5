import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { makeValidator } from './validation.ts'

const closed = { additionalProperties: false }
const Line = Type.Object({ sku: Type.String({ maxLength: 10 }), quantity: Type.Integer() }, closed)
const basket = makeValidator(
  Type.Object(
    {
      lines: Type.Array(Line, { maxItems: 3, uniqueItems: true }),
      labels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 5 }), { maxProperties: 2 })),
      either: Type.Optional(Type.Union([Type.String({ maxLength: 4 }), Type.Array(Type.Null(), { maxItems: 1 })])),
    },
    closed,
  ),
)

test.each([
  [{ lines: Array(4).fill(0) }, '/lines', 'must not have more than 3 items'],
  [{ lines: [{ sku: 'x'.repeat(21) }, 0] }, '/lines/0/sku', 'must not have more than 10 characters'],
  [{ lines: 0, labels: { a: 0, b: 0, c: 0 } }, '/labels', 'must not have more than 2 properties'],
  [{ labels: { a: 'x'.repeat(11) } }, '/labels/a', 'must not have more than 5 characters'],
  [{ lines: [], either: [0, 0] }, '/either', 'must not have more than 1 items'],
])('explains nothing but the size of %j', (value, pointer, detail) => {
  expect(basket.errors(value)).toEqual([{ pointer, detail }])
})

test('explains a value of the right size whole', () => {
  expect(basket.errors({ lines: [{ sku: 'x' }, 0], extra: 1 }).map(({ pointer }) => pointer)).toEqual(
    expect.arrayContaining(['/lines/0/quantity', '/lines/1', '/extra']),
  )
})

test('names twenty of many unknown fields, and nothing else', () => {
  const errors = basket.errors(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`f${index}`, 1])))
  expect(errors).toHaveLength(20)
  expect(new Set(errors.map(({ detail }) => detail))).toEqual(new Set(['is not a known field']))
})
