import { expect, test } from 'vitest'
import { wrongRanges } from './attribute-rules.ts'

const schemaOf = (rule: object) => ({
  type: 'object' as const,
  properties: { size: { type: 'integer' as const, ...rule } },
})

test.each([[undefined], [schemaOf({})], [schemaOf({ minimum: 3, maximum: 3 })], [schemaOf({ minLength: 1 })]])(
  'takes %j',
  (schema) => {
    expect(wrongRanges(schema)).toEqual([])
  },
)

test('a range that ends before it begins is named where it ends', () => {
  expect(
    wrongRanges(schemaOf({ minimum: 4, maximum: 3, minLength: 2, maxLength: 1 })).map(({ pointer }) => pointer),
  ).toEqual(['/attributeSchema/properties/size/maximum', '/attributeSchema/properties/size/maxLength'])
})
