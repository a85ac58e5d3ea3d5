import { expect, test } from 'vitest'
import { attributeTexts } from './attribute-texts.ts'

const isIn = (attribute: string, attributes: object) =>
  attributeTexts(attribute).some((text) => JSON.stringify([{ attributes }]).includes(text))

test('an attribute is found by its whole value, whatever its type', () => {
  expect(isIn('http.route=/a=b', { 'http.route': '/a=b' })).toBe(true)
  expect(isIn('http.response.status_code=20', { 'http.response.status_code': 20 })).toBe(true)
  expect(isIn('is.new=true', { 'is.new': true, x: 1 })).toBe(true)
  expect(isIn('quoted=a"b', { quoted: 'a"b' })).toBe(true)
})

test('neither a longer value nor the same text within another value is found', () => {
  expect(isIn('http.response.status_code=20', { 'http.response.status_code': 200 })).toBe(false)
  expect(isIn('a=b', { a: 'bc' })).toBe(false)
  expect(isIn('a=b', { text: '{"a":"b"}' })).toBe(false)
  expect(isIn('route=x', { 'http.route': 'x' })).toBe(false)
})
