import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { formatTable, jsonText, shown, toned } from './output.ts'
import { visible } from './visible.ts'

test.each([
  ['\u001b[31mred', String.raw`\x1b[31mred`],
  ['a\rb', String.raw`a\x0db`],
  ['\u009b2J', String.raw`\x9b2J`],
  ['\u202egnp', String.raw`\u202egnp`],
  ['Zoë 健', 'Zoë 健'],
])('shows what would steer a terminal: %j', (text, seen) => {
  expect(visible(text)).toBe(seen)
})

test('keeps each row of a table in its line, whatever its cells hold', () => {
  expect(formatTable(['NAME'], [['Evil\r\nBcc: all']])).toEqual(['NAME', String.raw`Evil\x0d\x0aBcc: all`])
})

test('keeps its own colours and shows those of others', () => {
  const line = shown(`${toned('red', 'mine \u001b[32m')} \u001b[33m \u0000[34m`)
  expect(stripVTControlCharacters(line)).toBe(String.raw`mine \x1b[32m \x1b[33m \x00[34m`)
})

test('prints JSON that reads back as it was, without control characters', () => {
  const value = { name: '\u001b[31m\u009b\u007f\u202e' }
  expect(jsonText(value)).toBe(String.raw`{"name":"\u001b[31m\u009b\u007f\u202e"}`)
  expect(JSON.parse(jsonText(value))).toEqual(value)
})
