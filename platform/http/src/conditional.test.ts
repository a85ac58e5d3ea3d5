import { expect, test } from 'vitest'
import { etagOf, expectedVersionOf, isNotModified, requireVersion } from './conditional.ts'

test('an ETag names its version, and is read back', () => {
  expect(etagOf(7)).toBe('"7"')
  expect(expectedVersionOf(etagOf('a-1'))).toBe('a-1')
})

test('a version that cannot stand in an ETag is a bug', () => {
  expect(() => etagOf('a"b')).toThrow(TypeError)
  expect(() => etagOf('')).toThrow(TypeError)
})

test('any version will do for *', () => {
  expect(expectedVersionOf('*')).toBeUndefined()
})

test.each([
  ['7', 'request.malformed'],
  ['"1", "2"', 'request.malformed'],
  ['', 'request.malformed'],
  ['W/"7"', 'request.stale'],
])('refuses the If-Match %s', (header, code) => {
  expect(() => expectedVersionOf(header)).toThrow(expect.objectContaining({ code }) as Error)
})

test('a change expects the current version, or none', () => {
  for (const expected of ['7', undefined]) expect(() => requireVersion(expected, { version: 7 })).not.toThrow()
  expect(() => requireVersion('6', { version: 7 }, 'address')).toThrow(
    expect.objectContaining({ code: 'request.stale', message: 'The address was changed after it was read.' }) as Error,
  )
})

test.each([
  [undefined, false],
  ['"1"', true],
  ['W/"1"', true],
  ['"2", "1"', true],
  ['"2"', false],
  ['*', true],
])('If-None-Match %s', (header, isSame) => {
  expect(isNotModified(header, '"1"')).toBe(isSame)
})
