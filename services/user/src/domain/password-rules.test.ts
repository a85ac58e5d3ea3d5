import { expect, test } from 'vitest'
import { isWeakPassword } from './password-rules.ts'

test('common passwords are weak in any case', () => {
  expect(isWeakPassword('password123', 'ada@stoa.example')).toBe(true)
  expect(isWeakPassword('QwertyUIOP', 'ada@stoa.example')).toBe(true)
})

test('one sign again and again is weak', () => {
  expect(isWeakPassword('ababababab', 'ada@stoa.example')).toBe(true)
})

test('the e-mail address and its name are weak for that account only', () => {
  expect(isWeakPassword('Lovelace.A@stoa.example', 'lovelace.a@stoa.example')).toBe(true)
  expect(isWeakPassword('lovelace.a', 'lovelace.a@stoa.example')).toBe(true)
  expect(isWeakPassword('lovelace.a', 'grace@stoa.example')).toBe(false)
})

test('a phrase is fine', () => {
  expect(isWeakPassword('stoa-demo-only', 'ada@stoa.example')).toBe(false)
})
