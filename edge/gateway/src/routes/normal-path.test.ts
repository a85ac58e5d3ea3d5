import { expect, test } from 'vitest'
import { normalPath } from './normal-path.ts'

test('an ordinary path stays as it is', () => {
  for (const path of [
    '/',
    '/api/v1/orders',
    '/api/v1/orders/0192-a',
    '/api/v1/users/a@b',
    '/.well-known/openid-configuration',
    '/a/',
  ]) {
    expect(normalPath(path)).toBe(path)
  }
})

test('dot segments are removed, encoded or not', () => {
  expect(normalPath('/orders/../admin')).toBe('/admin')
  expect(normalPath('/orders/%2e%2e/admin')).toBe('/admin')
  expect(normalPath('/orders/%2E./admin')).toBe('/admin')
  expect(normalPath('/a/./b')).toBe('/a/b')
  expect(normalPath('/a/..')).toBe('/')
})

test('unreserved characters are decoded, others keep their code', () => {
  expect(normalPath('/%61pi/a%20b')).toBe('/api/a%20b')
  expect(normalPath('/a%c3%a9')).toBe('/a%C3%A9')
})

test('a long path that holds one code is read as quickly as any', () => {
  const long = '/api/v1/users/0190b6f0-0000-7000-8000-000000000000/addresses/'.repeat(20).replaceAll('//', '/')
  expect(normalPath(`${long}%00`)).toBeUndefined()
  expect(normalPath(`${long}%20`)).toBe(`${long}%20`)
})

test('what could be read in two ways is refused', () => {
  for (const path of ['', 'a', '//a', '/a//b', '/a%2fb', '/a%5cb', '/a\\b', '/a%00', '/a%', '/a%zz', '/a b', '/é']) {
    expect(normalPath(path), path).toBeUndefined()
  }
})
