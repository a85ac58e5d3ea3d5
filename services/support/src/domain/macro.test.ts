import { expect, test } from 'vitest'
import { fillIn, isReadable, variablesOf } from './macro.ts'

test('a macro names its variables', () => {
  expect(variablesOf('{{name}}, {{ ticketNumber }} and {{name}}')).toEqual(['name', 'ticketNumber'])
})

test.each(['{{name', 'name}}', '{{}}', '{{two words}}', '{{a.b}}'])('"%s" is not readable', (text) => {
  expect(isReadable(text)).toBe(false)
})

test('a macro is filled in once: a value with braces stays as it is', () => {
  expect(fillIn('Hello {{name}}, {{name}}', { name: '{{other}} $& $1' })).toEqual({
    text: 'Hello {{other}} $& $1, {{other}} $& $1',
  })
})

test('a variable without a value is named, also one that every object has', () => {
  expect(fillIn('{{name}} {{toString}}', { name: 'Ada' })).toEqual({ missing: 'toString' })
  expect(fillIn('{{orderNumber}}', { orderNumber: undefined })).toEqual({ missing: 'orderNumber' })
})
