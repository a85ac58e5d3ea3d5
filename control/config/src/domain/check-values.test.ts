import type { SettingSchemas } from '@stoa/contracts/config/values'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { checkSchemas, checkValues, differences, findSecrets } from './check-values.ts'

const schemas: SettingSchemas = {
  MINUTES: { type: 'integer', minimum: 1, maximum: 60 },
  MODE: { type: 'string', enum: ['a', 'b'] },
  HOSTS: { type: 'array', maxItems: 1 },
  PASSWORD: { type: 'secretRef' },
}
const wrong = (values: Parameters<typeof checkValues>[0]) =>
  checkValues(values, schemas, (schema, value) => Check(schema, value)).map(({ pointer }) => pointer)

test('values must match the schemas of their settings', () => {
  expect(wrong({ MINUTES: 60, MODE: 'a', HOSTS: ['x'], PASSWORD: { secretRef: 'mail/password' } })).toEqual([])
  expect(wrong({ MINUTES: 61, MODE: 'c', HOSTS: ['x', 'y'], PASSWORD: 'x' })).toEqual([
    '/values/MINUTES',
    '/values/MODE',
    '/values/HOSTS',
    '/values/PASSWORD',
  ])
  expect(wrong({ MINUTES: 1.5, OTHER: 1, toString: 1 })).toEqual([
    '/values/MINUTES',
    '/values/OTHER',
    '/values/toString',
  ])
  expect(wrong({ MODE: { secretRef: 'x' } })).toEqual(['/values/MODE'])
})

test('refuses schemas that no value can match', () => {
  expect(checkSchemas(schemas)).toEqual([])
  expect(checkSchemas({ A: { type: 'integer', minimum: 2, maximum: 1 } })).toEqual([
    { pointer: '/settings/A/maximum', detail: 'must not be less than minimum' },
  ])
})

test.each([
  ['MAIL_PASSWORD', 'x'],
  ['api-key', 'x'],
  ['A', '-----BEGIN RSA PRIVATE KEY-----'],
  ['A', 'AKIAABCDEFGHIJKLMNOP'],
  ['A', `sk_${'live'}_abcdefghijkl`],
  ['A', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
  ['A', 'postgres://shop:hunter2@db.example/shop'],
  ['A', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c'],
  ['A', 'hZ4tUcW1yXbWl0mV0VYl3Q3rWZrZyqgY2R5f7mJc1xk'],
])('refuses %s = %s as a secret', (name, value) => {
  expect(findSecrets({ [name]: value })).toEqual([
    { pointer: `/values/${name}`, detail: 'looks like a secret; send {"secretRef": "NAME"}' },
  ])
  expect(findSecrets({ [name]: [value] })).toHaveLength(1)
})

test('keeps references and ordinary values', () => {
  expect(
    findSecrets({
      MAIL_PASSWORD: { secretRef: 'mail/password' },
      TOKEN_SECONDS: 600,
      URL: 'https://shop.example/a/long/path/to/some/document-with-a-name',
      ID: '01920000-0000-7000-8000-000000000501',
      WORDS: 'a-long-name-of-a-folder-without-any-number-in-it',
      HOSTS: ['one.example', 'two.example'],
    }),
  ).toEqual([])
})

test('names what was set, changed and removed', () => {
  expect(differences({ A: 1, B: 1, C: 1 }, { B: 2, C: 1, D: ['x'] })).toEqual([
    { name: 'A', before: 1 },
    { name: 'B', before: 1, after: 2 },
    { name: 'D', after: ['x'] },
  ])
})
