import { expect, test } from 'vitest'
import {
  decryptText,
  deriveKey,
  encryptText,
  equalsInConstantTime,
  fingerprint,
  openSignedValue,
  randomSecret,
  signValue,
} from './secrets.ts'

const key = deriveKey('a secret of more than thirty-two bytes', 'test')

test('opens a signed value with its key and purpose alone', () => {
  const signed = signValue(key, 'unlock', 'user-1')
  expect(openSignedValue(key, 'unlock', signed)).toBe('user-1')
  expect(openSignedValue(key, 'reset', signed)).toBeUndefined()
  expect(openSignedValue(deriveKey('another secret of more than thirty-two', 'test'), 'unlock', signed)).toBeUndefined()
  const forged = `${Buffer.from('user-2').toString('base64url')}.${signed.split('.')[1]}`
  for (const other of [forged, '', '.', 'x', `${signed}x`])
    expect(openSignedValue(key, 'unlock', other)).toBeUndefined()
})

test('decrypts with its key and context alone, and notices a changed bit', () => {
  const encrypted = encryptText(key, 'key-1', 'top secret')
  expect(encrypted.toString('latin1')).not.toContain('secret')
  expect(decryptText(key, 'key-1', encrypted)).toBe('top secret')
  expect(() => decryptText(key, 'key-2', encrypted)).toThrow('authenticate data')
  expect(() => decryptText(deriveKey('another secret of more than thirty-two', 'test'), 'key-1', encrypted)).toThrow(
    'authenticate data',
  )
  encrypted[14] = (encrypted[14] ?? 0) ^ 1
  expect(() => decryptText(key, 'key-1', encrypted)).toThrow('authenticate data')
})

test('derives another key for each purpose and refuses a short secret', () => {
  expect(deriveKey('a secret of more than thirty-two bytes', 'other').equals(key)).toBe(false)
  expect(deriveKey('a secret of more than thirty-two bytes', 'test').equals(key)).toBe(true)
  expect(() => deriveKey('short', 'test')).toThrow(RangeError)
})

test('makes secrets that differ and compares whole texts', () => {
  expect(randomSecret()).toHaveLength(43)
  expect(randomSecret()).not.toBe(randomSecret())
  expect(() => randomSecret(8)).toThrow(RangeError)
  expect(equalsInConstantTime('abc', 'abc')).toBe(true)
  expect(equalsInConstantTime('abc', 'abcd')).toBe(false)
  expect(fingerprint('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
})
