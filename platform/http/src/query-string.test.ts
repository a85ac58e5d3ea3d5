import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { fromText, parseQuery, queryReader } from './query-string.ts'

test('splits a query, decoding names and values', () => {
  expect([...parseQuery('a=1&b=x+y%26&a=2&c&&%61=3')]).toEqual([
    ['a', ['1', '2', '3']],
    ['b', ['x y&']],
    ['c', ['']],
  ])
})

test.each(['a=%', 'a=%zz', '%ff=1', 'a=%00', 'a=%c3%28'])('refuses the query %s as malformed', (search) => {
  expect(() => parseQuery(search)).toThrow(expect.objectContaining({ code: 'request.malformed' }) as Error)
})

test.each([
  [Type.Integer(), '5', 5],
  [Type.Integer(), '-5', -5],
  [Type.Integer(), '05', '05'],
  [Type.Integer(), '5.0', '5.0'],
  [Type.Integer(), ' 5', ' 5'],
  [Type.Integer(), '9007199254740993', '9007199254740993'],
  [Type.Number(), '1.5', 1.5],
  [Type.Number(), '1e3', '1e3'],
  [Type.Number(), 'Infinity', 'Infinity'],
  [Type.Boolean(), 'true', true],
  [Type.Boolean(), 'false', false],
  [Type.Boolean(), '1', '1'],
  [Type.String(), '5', '5'],
  [Type.Enum([1, 2]), '2', 2],
  [Type.Literal(7), '7', 7],
  [Type.Union([Type.Literal('all'), Type.Integer()]), '7', 7],
  [Type.Union([Type.Literal('all'), Type.Integer()]), 'all', 'all'],
])('under %j the text %j is %j', (schema, text, value) => {
  expect(fromText(schema, text)).toBe(value)
})

test('reads several of one name as an array, and fills in what is missing', () => {
  const read = queryReader(Type.Object({ sku: Type.Array(Type.String()), limit: Type.Integer({ default: 50 }) }))
  expect(read(parseQuery('sku=A'))).toEqual({ query: { sku: ['A'], limit: 50 }, errors: [] })
  expect(read(parseQuery('sku=A&sku=B&limit=2'))).toEqual({ query: { sku: ['A', 'B'], limit: 2 }, errors: [] })
})

test('refuses a name given twice where one value is meant', () => {
  const read = queryReader(Type.Object({ limit: Type.Integer() }))
  expect(read(parseQuery('limit=1&limit=2')).errors).toEqual([
    { pointer: '/limit', detail: 'is present more than once' },
  ])
})

test('a parameter named like a property of every object is one like any other', () => {
  const { query } = queryReader(Type.Object({}))(parseQuery('__proto__=x&constructor=y'))
  expect(Object.keys(query)).toEqual(['__proto__', 'constructor'])
})
