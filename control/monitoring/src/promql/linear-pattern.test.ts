import { expect, test } from 'vitest'
import { linearPattern } from './linear-pattern.ts'

const patterns = [
  '',
  'a',
  'a|b|',
  '5..',
  '.*',
  '.+o.*',
  'fo{2}|ba?r',
  '(?:ab|a)(c|bcd)*',
  'a{1,3}b{2,}',
  'a{0}b',
  '[a-c]+|[^a-c]',
  String.raw`\d\w\.\x41`,
  String.raw`[\]a]b`,
  '^a$|b^',
  'a*?b+?',
  '((a|b)|(c|))x',
]
const texts = [
  '',
  'a',
  'b',
  'ab',
  'abcd',
  'abc',
  'aab',
  'aaabbb',
  '502',
  'foo',
  'bar',
  'br',
  'x',
  'cx',
  '1a.A',
  ']b',
  'z',
]

test.each(patterns)('%s matches what it matches in JavaScript', (pattern) => {
  const expected = texts.filter((text) => new RegExp(`^(?:${pattern})$`, 's').test(text))
  const { test: matches } = linearPattern(pattern)
  expect(texts.filter(matches)).toEqual(expected)
})

test.each([
  '(.|.)*z',
  '(.?){60}z',
  `${'.?'.repeat(60)}z`,
  `${'(a|a)'.repeat(60)}z`,
  `${'('.repeat(300)}a${')'.repeat(300)}`,
])('%s takes no longer than another one', (pattern) => {
  expect(linearPattern(pattern).test('a'.repeat(500))).toBe(false)
})

test.each([String.raw`(a)\1`, String.raw`\bx`, '(?=a)a', '((a{99}){99})'])('%s is refused', (pattern) => {
  expect(() => linearPattern(pattern)).toThrow(RangeError)
})
