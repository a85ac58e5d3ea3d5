import { expect, test } from 'vitest'
import { factorKeys, openSecret, sealSecret } from './factor-secret.ts'

const [first, second, third] = ['first', 'second', 'third'].map((name) => `${name} secret of at least 32 signs`) as [
  string,
  string,
  string,
]

test('a secret is read with either key, and one of the other key is encrypted anew', () => {
  const sealed = sealSecret(factorKeys(first, undefined), 'factor', 'ABCD')
  expect(openSecret(factorKeys(first, second), 'factor', sealed)).toEqual({ secret: 'ABCD', sealedAnew: undefined })
  const { secret, sealedAnew } = openSecret(factorKeys(second, first), 'factor', sealed)
  expect(secret).toBe('ABCD')
  expect(openSecret(factorKeys(second, undefined), 'factor', sealedAnew ?? Buffer.of()).secret).toBe('ABCD')
})

test('a secret of neither key is not read, and the error says what to set', () => {
  const sealed = sealSecret(factorKeys(third, undefined), 'factor', 'ABCD')
  expect(() => openSecret(factorKeys(first, second), 'factor', sealed)).toThrow('USER_SECRET_OTHER')
  expect(() => openSecret(factorKeys(third, undefined), 'another factor', sealed)).toThrow('cannot be decrypted')
})
