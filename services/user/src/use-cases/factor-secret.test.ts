import { deriveChangingKeys, encryptWithFirst } from '@stoa/security'
import { expect, test } from 'vitest'
import { openSecret } from './factor-secret.ts'

const keysOf = (secret: string, other?: string) =>
  deriveChangingKeys(
    {
      secret: `${secret} secret of more than thirty-two signs`,
      other: other && `${other} secret of more than thirty-two signs`,
    },
    'test',
  )

test('a secret is read with either key, and one of the other key is encrypted anew', () => {
  const sealed = encryptWithFirst(keysOf('former'), 'factor', 'ABCD')
  expect(openSecret(keysOf('former', 'next'), 'factor', sealed)).toEqual({ secret: 'ABCD', sealedAnew: undefined })
  const { secret, sealedAnew } = openSecret(keysOf('next', 'former'), 'factor', sealed)
  expect(secret).toBe('ABCD')
  expect(openSecret(keysOf('next'), 'factor', sealedAnew ?? Buffer.of()).secret).toBe('ABCD')
})

test('a secret of neither key is not read, and the error says what to set', () => {
  const sealed = encryptWithFirst(keysOf('unknown'), 'factor', 'ABCD')
  expect(() => openSecret(keysOf('next', 'former'), 'factor', sealed)).toThrow('USER_SECRET_OTHER')
})
