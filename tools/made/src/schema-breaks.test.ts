import { Type, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { findBreaks, type JsonSchema } from './schema-breaks.ts'

const one = (schema: TSchema) => Type.Object({ of: schema })
const optional = (schema: TSchema) => Type.Object({ of: Type.Optional(schema) })
const closed = { additionalProperties: false }
const alternatives = (...schemas: TSchema[]) => one(Type.Union(schemas))

const compatible: readonly (readonly [what: string, before: TSchema, after: TSchema])[] = [
  ['a required property is added', Type.Object({}), one(Type.String())],
  ['an optional property is added', Type.Object({}), optional(Type.String())],
  ['a property becomes required', optional(Type.String()), one(Type.String())],
  ['a value is removed', one(Type.Enum(['a', 'b'])), one(Type.Enum(['a']))],
  ['the last value is left', one(Type.Enum(['a', 'b'])), one(Type.Literal('a'))],
  ['a text is limited to some values', one(Type.String()), one(Type.Enum(['a', 'b']))],
  ['an integer is limited to some values', one(Type.Integer()), one(Type.Enum([1, 2]))],
  ['a number becomes an integer', one(Type.Number()), one(Type.Integer())],
  ['a range shrinks', one(Type.Integer({ minimum: 1 })), one(Type.Integer({ minimum: 2, maximum: 9 }))],
  ['a format is added', one(Type.String()), one(Type.String({ format: 'uuid' }))],
  ['an alternative is removed', alternatives(Type.String(), Type.Null()), one(Type.String())],
  ['an object is closed', one(Type.Object({})), one(Type.Object({}, closed))],
  ['a description changes', one(Type.String({ description: 'old' })), one(Type.String({ description: 'new' }))],
]

test.each(compatible)('accepts that %s', (_what, before, after) => {
  expect(findBreaks(before as JsonSchema, after as JsonSchema)).toEqual([])
})

const incompatible: readonly (readonly [
  what: string,
  before: TSchema,
  after: TSchema,
  pointer: string,
  fits: unknown,
])[] = [
  ['a property is removed', one(Type.String()), Type.Object({}), '/properties/of', {}],
  ['an optional property is removed', optional(Type.String()), Type.Object({}), '/properties/of', { of: 1 }],
  ['a property becomes optional', one(Type.String()), optional(Type.String()), '/properties/of', {}],
  ['a type changes', one(Type.String()), one(Type.Integer()), '/properties/of/type', { of: 1 }],
  ['an integer becomes a number', one(Type.Integer()), one(Type.Number()), '/properties/of/type', { of: 1.5 }],
  ['any value is allowed', one(Type.String()), one(Type.Unknown()), '/properties/of/type', { of: 1 }],
  ['a value is added', one(Type.Enum(['a'])), one(Type.Enum(['a', 'b'])), '/properties/of', { of: 'b' }],
  ['a constant changes', one(Type.Literal('a')), one(Type.Literal('b')), '/properties/of', { of: 'b' }],
  ['values are no longer listed', one(Type.Enum(['a'])), one(Type.String()), '/properties/of', { of: 'b' }],
  [
    'a format is removed',
    one(Type.String({ format: 'uuid' })),
    one(Type.String()),
    '/properties/of/format',
    { of: '' },
  ],
  [
    'a pattern changes',
    one(Type.String({ pattern: '^a$' })),
    one(Type.String({ pattern: '^b$' })),
    '/properties/of/pattern',
    { of: 'b' },
  ],
  [
    'a minimum falls',
    one(Type.Integer({ minimum: 1 })),
    one(Type.Integer({ minimum: 0 })),
    '/properties/of/minimum',
    { of: 0 },
  ],
  ['a maximum is removed', one(Type.Integer({ maximum: 1 })), one(Type.Integer()), '/properties/of/maximum', { of: 2 }],
  [
    'null is allowed',
    one(Type.String()),
    alternatives(Type.String(), Type.Null()),
    '/properties/of/anyOf',
    { of: null },
  ],
  [
    'an item changes',
    one(Type.Array(one(Type.String()))),
    one(Type.Array(one(Type.Null()))),
    '/properties/of/items/properties/of/type',
    { of: [{ of: null }] },
  ],
  [
    'a closed object gets a property',
    one(Type.Object({}, closed)),
    one(Type.Object({ 'a/b': Type.String() }, closed)),
    '/properties/of/properties/a~1b',
    { of: { 'a/b': '' } },
  ],
  [
    'a closed object is opened',
    one(Type.Object({}, closed)),
    one(Type.Object({})),
    '/properties/of/additionalProperties',
    { of: { b: 1 } },
  ],
  [
    'the keys of a map change',
    one(Type.Record(Type.String({ pattern: '^a$' }), Type.String(), closed)),
    one(Type.Record(Type.String({ pattern: '^b$' }), Type.String(), closed)),
    '/properties/of/patternProperties',
    { of: { b: '' } },
  ],
]

test.each(incompatible)('refuses that %s', (_what, before, after, pointer, fits) => {
  expect(findBreaks(before as JsonSchema, after as JsonSchema).map((each) => each.pointer)).toEqual([pointer])
  expect(Compile(after).Check(fits)).toBe(true)
  expect(Compile(before).Check(fits)).toBe(false)
})
