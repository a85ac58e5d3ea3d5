import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { fillDefaults, hasDefaults } from './schema-defaults.ts'

const schema = Type.Object({
  lines: Type.Array(Type.Object({ quantity: Type.Integer({ default: 1 }) })),
  note: Type.String(),
})

test('finds defaults at any depth', () => {
  expect(hasDefaults(schema)).toBe(true)
  expect(hasDefaults(Type.Object({ note: Type.String() }))).toBe(false)
})

test('fills in what is missing, and leaves the value it was given alone', () => {
  const given = { lines: [{}, { quantity: 3 }] }
  expect(fillDefaults(schema, given)).toEqual({ lines: [{ quantity: 1 }, { quantity: 3 }] })
  expect(given).toEqual({ lines: [{}, { quantity: 3 }] })
  expect(fillDefaults(schema, 'text')).toBe('text')
})
